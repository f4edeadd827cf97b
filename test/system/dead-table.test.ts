import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { modelsResponseSchema } from '../../lib/core/contract/schemas.ts';
import { fastest, mostAccurate } from '../../lib/core/selection/ranking.ts';
import { TableGate } from './faults/table-gate.ts';
import { chosenFor, RunningService } from './running-service.ts';

let gate: TableGate;
let service: RunningService;
beforeAll(async () => {
  gate = await TableGate.start();
  service = await RunningService.start({ dynamodbUrl: gate.url });
}, 120_000);
afterAll(async () => {
  await service.stop();
  await gate.close();
});
afterEach(() => gate.set('open'));

async function profiles() {
  const response = await service.fetch('/v1/models');
  const { models } = modelsResponseSchema.parse(await response.json());
  return models.map(({ name, accuracyPct, profile }) => ({ name, accuracyPct, ...profile }));
}

const nameOf = ({ name }: { readonly name: string }) => name;

describe.each(['throttled', 'silent', 'dead'] as const)('a table that is %s', (mode) => {
  it('changes nothing for callers: the last known profiles decide', async () => {
    const before = await profiles();
    await gate.set(mode);
    // Models that are about as fast may change places with every call that is counted.
    const fastEnoughMs = 3 * fastest(before).meanMs;
    const amongFastest = before.filter(({ meanMs }) => meanMs <= fastEnoughMs).map(nameOf);
    for (let i = 0; i < 5; i++) {
      expect(amongFastest).toContain(chosenFor(await service.infer({ slaMs: 1 })));
      const { selection } = await service.infer({ slaMs: 20_000 });
      expect(selection.baseModel).toBe(mostAccurate(before).name);
    }
    const during = await profiles();
    expect(during.map(({ basis }) => basis)).toEqual(before.map(({ basis }) => basis));
  });

  it('shows in the log and in a metric', async () => {
    const logged = (text: string) => service.logs.some((line) => line.includes(text));
    await expect.poll(() => logged('profiles not read')).toBe(true);
    await expect.poll(() => logged('ProfileReadFailed')).toBe(true);
  });
});
