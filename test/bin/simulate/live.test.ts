import { expect, it } from 'vitest';
import { rowOf } from '../../../bin/simulate/live.ts';

it('shows unknown values as dashes', () => {
  expect(rowOf({ metric: 'x', measured: 2.5, simulated: 1, difference: 1.5 })).toEqual([
    ...['x', '2.50', '1', '+1.50'],
  ]);
  expect(rowOf({ metric: 'x', measured: 2, simulated: null, difference: null })).toEqual([
    ...['x', '2', '-', ''],
  ]);
});
