import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pairedIntervalPct, wilsonIntervalPct } from '../../../../lib/core/statistics/interval.ts';

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

describe('pairedIntervalPct', () => {
  const of = (both: number, onlyFirst: number, onlySecond: number, neither: number) =>
    pairedIntervalPct({ both, onlyFirst, onlySecond, neither });

  // By Newcombe's method 10: the first as published with it, the others worked out from its formula.
  it.each([
    { counts: [36, 12, 2, 0], expected: [5.69, 34.04] },
    { counts: [53, 10, 5, 32], expected: [-2.73, 12.61] },
    { counts: [1, 97, 2, 0], expected: [85.05, 98.26] },
    { counts: [30, 0, 0, 0], expected: [-11.35, 11.35] },
  ] as const)('of $counts', ({ counts, expected }) => {
    const [both, onlyFirst, onlySecond, neither] = counts;
    const interval = of(both, onlyFirst, onlySecond, neither);
    for (const i of [0, 1] as const) expect(interval[i]).toBeCloseTo(expected[i], 2);
  });

  it('of nothing is everything', () => {
    expect(of(0, 0, 0, 0)).toEqual([-100, 100]);
  });

  it('is not empty where the two always agree, and narrower with more of it', () => {
    const [few, many] = [of(8, 0, 0, 2), of(800, 0, 0, 200)];
    expect(few[1]).toBeGreaterThan(many[1]);
    expect(many[1]).toBeGreaterThan(0);
  });

  it('lies around the difference, and is a mirror image for the second minus the first', () => {
    const count = fc.integer({ min: 0, max: 5000 });
    fc.assert(
      fc.property(count, count, count, count, (both, first, second, neither) => {
        const n = both + first + second + neither;
        const difference = n === 0 ? 0 : (100 * (first - second)) / n;
        const [low, high] = of(both, first, second, neither);
        expect(low).toBeLessThanOrEqual(difference);
        expect(high).toBeGreaterThanOrEqual(difference);
        const [otherLow, otherHigh] = of(both, second, first, neither);
        expect(otherLow).toBeCloseTo(-high, 9);
        expect(otherHigh).toBeCloseTo(-low, 9);
      }),
    );
  });
});
