import { describe, expect, it } from 'vitest';
import { quantile } from '../../../../lib/core/statistics/quantile.ts';

describe('a quantile', () => {
  it('is one of the values, whatever their order', () => {
    const values = [40, 10, 30, 20];
    expect([0, 0.25, 0.5, 0.51, 1].map((q) => quantile(values, q))).toEqual([10, 10, 20, 30, 40]);
    expect(values).toEqual([40, 10, 30, 20]);
  });

  it('counts infinities as the largest, and is not a number of nothing', () => {
    expect(quantile([Number.POSITIVE_INFINITY, 1], 0.99)).toBe(Number.POSITIVE_INFINITY);
    expect(quantile([], 0.5)).toBeNaN();
  });
});
