import { join } from 'node:path';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { createProfileClient } from '../../../lib/service/profiles/client.ts';
import { partitionKey } from '../../../lib/service/profiles/keys.ts';
import { emptyStatistics, merge } from '../../../lib/service/profiles/statistics.ts';
import { ProfileStore } from '../../../lib/service/profiles/store.ts';
import { catalogue, RunningService } from '../running-service.ts';
import { WrappedAssembly } from '../wrapped-assembly.ts';

let service: RunningService;
afterEach(() => service.stop());

const isModel = (variables: Record<string, string>) => variables.MDI_MODEL !== undefined;
const isSelector = (variables: Record<string, string>) => variables.MDI_STRATEGY !== undefined;

/** Starts the service with a module put before some of its functions. */
async function startWith(
  wrapper: string,
  isWrapped: (variables: Record<string, string>) => boolean,
  environment: Record<string, string> = {},
) {
  const assembly = new WrappedAssembly(inject('assemblyDir'));
  const wrapped = assembly.functions.filter((fn) => isWrapped(fn.variables()));
  for (const fn of wrapped) assembly.wrap(fn, join(import.meta.dirname, wrapper));
  service = await RunningService.start({ assemblyDir: assembly.assemblyDir, environment });
  return wrapped;
}

describe('a selector whose start takes 600 ms', () => {
  it('counts it once, for the request that has waited for it, and not as network', async () => {
    expect(await startWith('slow-start.mjs', isSelector)).toHaveLength(1);
    const [slaMs, uploadMs] = [20_000, 30];
    const startMs = performance.now();
    const { timing: first } = await service.infer({ slaMs, inputMs: uploadMs });
    const wholeMs = performance.now() - startMs;
    const own = first.startMs ?? 0;
    expect(own).toBeGreaterThanOrEqual(600);
    expect(first.serverMs).toBeGreaterThanOrEqual(own + first.serviceMs);
    expect(first.networkMs).toBeCloseTo(2 * first.inputMs, 2);
    expect(first.budgetMs).toBeCloseTo(slaMs - first.networkMs - own, 2);
    // Both are parts of the whole, give or take the resolution of the header: nothing is in both.
    expect(first.inputMs - uploadMs + first.serverMs).toBeLessThanOrEqual(wholeMs + 5);

    const { timing: second } = await service.infer({ slaMs, inputMs: uploadMs });
    expect(second).not.toHaveProperty('startMs');
    expect(second.budgetMs).toBeCloseTo(slaMs - second.networkMs, 2);
  }, 120_000);
});

describe.each([-300, 300])('models on hosts whose clock is %i ms ahead', (aheadMs) => {
  it('record what the selector measures', async () => {
    const environment = { TEST_CLOCK_AHEAD_MS: String(aheadMs) };
    const [model] = await startWith('wrong-clock.mjs', isModel, environment);
    const told: { serviceMs: number; coldStart: boolean }[] = [];
    for (let i = 0; i < 20; i++) told.push((await service.infer({ slaMs: 20_000 })).timing);

    const { MDI_DEPLOYMENT: deployment = '', MDI_TABLE_NAME: tableName = '' } =
      model?.variables() ?? {};
    const store = new ProfileStore({
      tableName,
      client: createProfileClient({
        endpoint: service.assembly.dynamodbUrl,
        region: 'local',
        credentials: service.assembly.credentials,
      }),
    });
    const recorded = async () => {
      const profiles = catalogue.models.map(({ name, sha256 }) =>
        store.read(partitionKey({ deployment, catalogue: catalogue.name, model: name, sha256 }), {
          consistentRead: true,
        }),
      );
      const live = (await Promise.all(profiles)).flatMap((profile) => profile.live);
      return live.reduce((sum, { statistics }) => merge(sum, statistics), emptyStatistics());
    };
    const warm = told.filter(({ coldStart }) => !coldStart);
    expect(warm.length).toBeGreaterThan(10);
    await expect
      .poll(async () => Number((await recorded()).n + (await recorded()).coldN))
      .toBe(told.length);
    const { n, sumUs } = await recorded();
    expect(Number(n)).toBe(warm.length);
    const measuredMs = warm.reduce((sum, { serviceMs }) => sum + serviceMs, 0) / warm.length;
    // Only the first call goes by the clocks.
    expect(Math.abs(Number(sumUs) / 1_000 / Number(n) - measuredMs)).toBeLessThan(measuredMs / 2);
  }, 120_000);
});
