import fc from 'fast-check';
import { expect, it } from 'vitest';
import { spread } from '../../../../lib/evaluation/figures/line-panels.ts';

it('spread keeps the order, leaves gaps and goes no lower than it may', () => {
  const values = fc.array(fc.float({ min: 0, max: 100, noNaN: true }), {
    minLength: 1,
    maxLength: 5,
  });
  fc.assert(
    fc.property(values, (list) => {
      const moved = spread(list, 6, 0);
      const order = list.map((_, i) => i).sort((a, b) => list[a]! - list[b]!);
      for (let i = 1; i < order.length; i++) {
        expect(moved[order[i]!]! - moved[order[i - 1]!]!).toBeGreaterThan(5.5);
      }
      expect(Math.min(...moved)).toBeGreaterThanOrEqual(0);
    }),
  );
  expect(spread([10, 50], 6, 0)).toEqual([10, 50]);
});
