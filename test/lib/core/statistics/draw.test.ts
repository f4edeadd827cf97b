import { describe, expect, it } from 'vitest';
import {
  drawExponential,
  drawGamma,
  drawLognormal,
  drawPositiveNormal,
} from '../../../../lib/core/statistics/draw.ts';
import type { Random } from '../../../../lib/core/statistics/random.ts';
import { seededRandom } from '../../../../lib/core/statistics/random.ts';

function momentsOf(draw: (random: Random) => number): { mean: number; std: number; least: number } {
  const random = seededRandom(5);
  const values = Array.from({ length: 100_000 }, () => draw(random));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, std: Math.sqrt(variance), least: Math.min(...values.slice(0, 10_000)) };
}

describe.each([
  ['lognormal', drawLognormal],
  ['gamma', drawGamma],
])('%s', (_, draw) => {
  it.each([
    [100, 50],
    [100, 100],
    [3, 3.5],
  ])('has the mean %d and the deviation %d', (mean, std) => {
    const moments = momentsOf((random) => draw(random, mean, std));
    expect(moments.mean / mean).toBeCloseTo(1, 1);
    expect(moments.std / std).toBeCloseTo(1, 1);
    expect(moments.least).toBeGreaterThan(0);
  });

  it('is its mean when nothing varies', () => {
    expect(draw(seededRandom(1), 70, 0)).toBeCloseTo(70, 9);
  });
});

it('a normal distribution drawn again below 0 has the mean of a truncated one', () => {
  const { mean, least } = momentsOf((random) => drawPositiveNormal(random, 100, 100));
  // mean + std * density(1) / P(X > 0)
  expect(mean).toBeCloseTo(100 + (100 * 0.24197) / 0.84134, 0);
  expect(least).toBeGreaterThan(0);
});

it('exponential has its mean as deviation', () => {
  const { mean, std } = momentsOf((random) => drawExponential(random, 20));
  expect(mean).toBeCloseTo(20, 0);
  expect(std).toBeCloseTo(20, 0);
});
