import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../lib/shapes/random.ts';

describe('createRandom', () => {
  it('repeats itself for the same seed and index only', () => {
    const draw = (seed: number, index: number) => {
      const random = createRandom(seed, index);
      return Array.from({ length: 8 }, () => random.bits());
    };
    expect(draw(1, 2)).toEqual(draw(1, 2));
    expect(draw(1, 3)).not.toEqual(draw(1, 2));
    expect(draw(2, 2)).not.toEqual(draw(1, 2));
    expect(draw(2, 1)).not.toEqual(draw(1, 2));
  });

  it('is uniform, also over the first numbers of neighbouring streams', () => {
    const counts = Array.from({ length: 10 }, () => 0);
    for (let index = 0; index < 10_000; index++) {
      const bin = createRandom(1, index).below(10);
      counts[bin] = (counts[bin] ?? 0) + 1;
    }
    // Expected 1,000 each, standard deviation 30.
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });

  it('keeps to its bounds', () => {
    const random = createRandom(5, 0);
    for (let i = 0; i < 1000; i++) {
      const value = random.between(-2, 3);
      expect(value).toBeGreaterThanOrEqual(-2);
      expect(value).toBeLessThan(3);
      const { x, y } = random.direction();
      expect(x * x + y * y).toBeCloseTo(1, 12);
    }
    expect(random.chance(0)).toBe(false);
    expect(random.chance(1)).toBe(true);
  });
});
