import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modelsResponseSchema } from '../../lib/core/contract/schemas.ts';
import { fastest, mostAccurate, undominated } from '../../lib/core/selection/ranking.ts';
import { chosenFor, RunningService } from './running-service.ts';

let service: RunningService;
beforeAll(async () => {
  service = await RunningService.start({ environment: { MDI_STRATEGY: 'expected-accuracy' } });
}, 120_000);
afterAll(() => service.stop());

describe('the service with expected-accuracy', () => {
  it('spends the time that the client says its answers do not need', async () => {
    const response = await service.fetch('/v1/models');
    const { models } = modelsResponseSchema.parse(await response.json());
    const speeds = models.map(({ name, accuracyPct, profile }) => ({
      ...{ name, accuracyPct },
      ...profile,
    }));
    const best = mostAccurate(speeds);
    // After an upload of three times the best model's service time there is twice that time left:
    // plenty for it, but nothing for an answer that takes as long as the upload.
    const inputMs = 3 * best.p99Ms;
    const request = { slaMs: inputMs + 2 * best.p99Ms + 50, inputMs };
    const unknown = await service.infer(request);
    expect(unknown.selection.strategy).toBe('expected-accuracy');
    expect(chosenFor(unknown)).toBe(fastest(undominated(speeds)).name);
    // A model that nobody has called of late may start cold.
    await service.infer({ slaMs: 20_000 });
    const known = async () => chosenFor(await service.infer(request, { 'mdi-output-ms': '5' }));
    await expect.poll(known).toBe(best.name);
  });

  it('rather answers in time than not, all the more when the device is good', async () => {
    const answer = await service.infer(
      { slaMs: 0.5 },
      { 'mdi-device-accuracy': '99.9', 'mdi-at-deadline': 'wait' },
    );
    expect(answer.predictions).toHaveLength(5);
  });
});
