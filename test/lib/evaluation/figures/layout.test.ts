import { expect, it } from 'vitest';
import { domainOf } from '../../../../lib/evaluation/figures/layout.ts';

it.each([
  [[49.7, 82.6], 10, [40, 90]],
  [[0, 100], 20, [0, 100]],
  [[50], 10, [50, 60]],
  [[-3, 41], 50, [-50, 50]],
])('%j fit between multiples of %d', (values, step, ends) => {
  expect(domainOf(values, step)).toEqual(ends);
});
