import { describe, expect, it } from 'vitest';
import { strategyNames } from '../../../../lib/core/selection/strategies.ts';
import { worthChoosing } from '../../../../lib/core/selection/worth-choosing.ts';

const candidates = [
  { name: 'good', accuracyPct: 82, meanMs: 12, stdMs: 4 },
  { name: 'dominated', accuracyPct: 61, meanMs: 13, stdMs: 4 },
];

describe('worthChoosing', () => {
  it('does not give three-stage a model that no request is better off with', () => {
    expect(worthChoosing('three-stage', candidates).map(({ name }) => name)).toEqual(['good']);
  });

  it('gives the others all of them', () => {
    for (const strategy of strategyNames.filter((name) => name !== 'three-stage')) {
      expect(worthChoosing(strategy, candidates)).toEqual(candidates);
    }
  });
});
