import { describe, expect, it } from 'vitest';
import { normalShareWithin } from '../../../../lib/core/statistics/normal.ts';

describe('normalShareWithin', () => {
  it.each([
    [0, 0.5],
    [1, 0.841345],
    [-1, 0.158655],
    [1.96, 0.975002],
    [-3, 0.00135],
  ])('at %d deviations is %d', (z, share) => {
    expect(normalShareWithin(100 + 15 * z, 100, 15)).toBeCloseTo(share, 5);
  });

  it('is a step without a deviation', () => {
    expect(normalShareWithin(99, 100, 0)).toBe(0);
    expect(normalShareWithin(100, 100, 0)).toBe(1);
  });
});
