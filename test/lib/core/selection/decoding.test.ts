import { describe, expect, it } from 'vitest';
import { afterDecoding } from '../../../../lib/core/selection/decoding.ts';

const model = { name: 'm', accuracyPct: 80, meanMs: 90, stdMs: 5 };

describe('afterDecoding', () => {
  it('adds the picture’s time to the model’s, whose spread stays what it is', () => {
    expect(afterDecoding(model, 20)).toEqual({ ...model, meanMs: 110 });
  });

  it('moves the distribution, and the time of a cold start', () => {
    const measured = {
      ...model,
      coldMeanMs: 900,
      probabilityWithin: (ms: number) => (ms < 90 ? 0 : 1),
      quantileMs: (q: number) => 100 * q,
    };
    const { coldMeanMs, probabilityWithin, quantileMs } = afterDecoding(measured, 20);
    expect(coldMeanMs).toBe(920);
    expect([109, 110].map((ms) => probabilityWithin(ms))).toEqual([0, 1]);
    expect(quantileMs(0.5)).toBe(70);
  });
});
