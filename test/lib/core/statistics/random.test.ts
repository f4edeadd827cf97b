import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../lib/core/statistics/random.ts';

const numbers = (seed: number, count: number) => Array.from({ length: count }, seededRandom(seed));

describe('seededRandom', () => {
  it('is mulberry32', () => {
    expect(numbers(1, 3)).toEqual([0.6270739405881613, 0.002735721180215478, 0.5274470399599522]);
  });

  it('repeats a sequence for the same seed, of which the low 32 bits count', () => {
    expect(numbers(-1, 9)).toEqual(numbers(2 ** 32 - 1, 9));
    expect(numbers(1, 9)).not.toEqual(numbers(2, 9));
  });

  it('stays in [0, 1), evenly', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const drawn = numbers(seed, 1_000);
        expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0);
        expect(Math.max(...drawn)).toBeLessThan(1);
        expect(drawn.filter((value) => value < 0.5).length).toBeGreaterThan(400);
        expect(drawn.filter((value) => value < 0.5).length).toBeLessThan(600);
      }),
    );
  });
});
