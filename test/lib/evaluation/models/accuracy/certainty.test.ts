import { describe, expect, it } from 'vitest';
import {
  reliabilityOf,
  rightAlongside,
} from '../../../../../lib/evaluation/models/accuracy/certainty.ts';

const answer = (score: number, isRight: boolean) => ({ score, isRight });
const device = [answer(0.25, false), answer(0.25, true), answer(1, true), undefined];
const other = [answer(0.9, true), answer(0.9, true), undefined, answer(0.9, true)];

describe('reliabilityOf', () => {
  it('leaves out images that were left out', () => {
    const counted = reliabilityOf(device).bins.filter(({ count }) => count > 0);
    expect(counted).toEqual([
      { from: 0.2, count: 2, right: 1 },
      { from: 0.999, count: 1, right: 1 },
    ]);
  });
});

describe('rightAlongside', () => {
  it('counts the other model’s right answers in the bins of the device’s scores', () => {
    const { bins } = reliabilityOf(device);
    const right = rightAlongside(device, other);
    expect(right).toHaveLength(bins.length);
    expect(right[bins.findIndex(({ from }) => from === 0.2)]).toBe(2);
  });

  it('counts only images that both have answered', () => {
    const total = rightAlongside(device, other).reduce((sum, right) => sum + right, 0);
    expect(total).toBe(2);
  });
});
