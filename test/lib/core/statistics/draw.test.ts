import { describe, expect, it } from 'vitest';
import {
  type Draw,
  exponential,
  gamma,
  lognormal,
  normal,
  positiveNormal,
} from '../../../../lib/core/statistics/draw.ts';
import { seededRandom } from '../../../../lib/core/statistics/random.ts';

function momentsOf(draw: Draw): { mean: number; std: number; least: number } {
  const values = Array.from({ length: 100_000 }, draw);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, std: Math.sqrt(variance), least: Math.min(...values.slice(0, 10_000)) };
}

describe.each([
  ['normal', normal],
  ['lognormal', lognormal],
  ['gamma', gamma],
])('%s', (name, distribution) => {
  it.each([
    [100, 50],
    [100, 100],
    [3, 3.5],
  ])('has the mean %d and the deviation %d', (mean, std) => {
    const moments = momentsOf(distribution(seededRandom(5), mean, std));
    expect(moments.mean / mean).toBeCloseTo(1, 1);
    expect(moments.std / std).toBeCloseTo(1, 1);
    expect(moments.least > 0).toBe(name !== 'normal');
  });

  it('is its mean when nothing varies', () => {
    expect(distribution(seededRandom(1), 70, 0)()).toBeCloseTo(70, 9);
  });

  it('is the same for the same seed', () => {
    const numbers = (seed: number) =>
      Array.from({ length: 9 }, distribution(seededRandom(seed), 5, 1));
    expect(numbers(1)).toEqual(numbers(1));
    expect(numbers(1)).not.toEqual(numbers(2));
  });
});

it('a normal distribution is the standard one unless told otherwise', () => {
  const { mean, std } = momentsOf(normal(seededRandom(5)));
  expect(mean).toBeCloseTo(0, 1);
  expect(std).toBeCloseTo(1, 1);
});

it('a normal distribution drawn again until it is above 0 has the mean of a truncated one', () => {
  const { mean, least } = momentsOf(positiveNormal(seededRandom(5), 100, 100));
  // mean + std * density(1) / P(X > 0)
  expect(mean).toBeCloseTo(100 + (100 * 0.24197) / 0.84134, 0);
  expect(least).toBeGreaterThan(0);
});

it('exponential has its mean as deviation', () => {
  const { mean, std } = momentsOf(exponential(seededRandom(5), 20));
  expect(mean).toBeCloseTo(20, 0);
  expect(std).toBeCloseTo(20, 0);
});
