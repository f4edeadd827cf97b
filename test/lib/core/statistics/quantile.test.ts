import { describe, expect, it } from 'vitest';
import { quantile, quantileOfSorted } from '../../../../lib/core/statistics/quantile.ts';

describe('a quantile', () => {
  it('is one of the values, whatever their order', () => {
    const values = [40, 10, 30, 200];
    expect([0, 0.25, 0.5, 0.51, 1].map((q) => quantile(values, q))).toEqual([10, 10, 30, 40, 200]);
    expect(values).toEqual([40, 10, 30, 200]);
  });

  it('counts infinities as the largest, and is not a number of nothing', () => {
    expect(quantile([Number.POSITIVE_INFINITY, 1], 0.99)).toBe(Number.POSITIVE_INFINITY);
    expect(quantile([], 0.5)).toBeNaN();
  });

  it('of sorted values needs no sorting', () => {
    const sorted = Float64Array.of(10, 20, 30, 40);
    expect([0, 0.5, 0.76, 1].map((q) => quantileOfSorted(sorted, q))).toEqual([10, 20, 40, 40]);
  });
});
