import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wilsonIntervalPct } from '../../../../lib/core/statistics/interval.ts';

describe('wilsonIntervalPct', () => {
  // Of Newcombe, "Two-sided confidence intervals for the single proportion" (1998), table I, method 3.
  it.each([
    [81, 263, [25.53, 36.62]],
    [15, 148, [6.24, 16.05]],
    [0, 20, [0, 16.11]],
    [1, 29, [0.61, 17.18]],
  ])('of %i in %i', (correct, n, expected) => {
    const interval = wilsonIntervalPct(correct, n);
    for (const i of [0, 1] as const) expect(interval[i]).toBeCloseTo(expected[i] ?? 0, 2);
  });

  it('ends at exactly 0 and 100', () => {
    expect(wilsonIntervalPct(20, 20)[1]).toBe(100);
    expect(wilsonIntervalPct(0, 20)[0]).toBe(0);
  });

  it('of nothing is everything', () => {
    expect(wilsonIntervalPct(0, 0)).toEqual([0, 100]);
  });

  it('lies around the share, within 0 and 100, and is a mirror image for the rest', () => {
    const sample = fc
      .integer({ min: 1, max: 100_000 })
      .chain((n) => fc.tuple(fc.integer({ min: 0, max: n }), fc.constant(n)));
    fc.assert(
      fc.property(sample, ([correct, n]) => {
        const [low, high] = wilsonIntervalPct(correct, n);
        const share = (100 * correct) / n;
        expect(low).toBeGreaterThanOrEqual(0);
        expect(low).toBeLessThanOrEqual(share);
        expect(high).toBeGreaterThanOrEqual(share);
        expect(high).toBeLessThanOrEqual(100);
        const [otherLow, otherHigh] = wilsonIntervalPct(n - correct, n);
        expect(otherLow).toBeCloseTo(100 - high, 9);
        expect(otherHigh).toBeCloseTo(100 - low, 9);
      }),
    );
  });
});
