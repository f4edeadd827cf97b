import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../lib/core/statistics/random.ts';
import { arrivalTimes } from '../../../../lib/evaluation/live/plan.ts';

describe('arrivals', () => {
  it('are one every so many ms when even', () => {
    const times = arrivalTimes({ kind: 'even', ratePerS: 4, durationS: 1 }, seededRandom(1));
    expect(times).toEqual([0, 250, 500, 750]);
  });

  it('are as many as the rate says when Poisson, with gaps of all lengths', () => {
    const arrivals = { kind: 'poisson', ratePerS: 20, durationS: 1_000 } as const;
    const times = arrivalTimes(arrivals, seededRandom(1));
    expect(times.length / 20_000).toBeCloseTo(1, 1);
    // Of exponential gaps a share of 1 - 1/e is below their mean.
    const gaps = times.slice(1).map((ms, i) => ms - (times[i] ?? 0));
    expect(gaps.filter((ms) => ms < 50).length / gaps.length).toBeCloseTo(1 - 1 / Math.E, 1);
  });

  it('are the same with the same seed, ascending, and begin at once', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('poisson', 'even'),
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        fc.double({ min: 0.1, max: 10, noNaN: true }),
        fc.nat(),
        (kind, ratePerS, durationS, seed) => {
          const times = arrivalTimes({ kind, ratePerS, durationS }, seededRandom(seed));
          expect(times).toEqual(arrivalTimes({ kind, ratePerS, durationS }, seededRandom(seed)));
          expect(times).toEqual(times.toSorted((a, b) => a - b));
          expect(times[0]).toBe(0);
          expect(times.at(-1)).toBeLessThan(1_000 * durationS);
        },
      ),
    );
  });
});
