import fc from 'fast-check';
import { expect, it } from 'vitest';
import { leftMs, outputOf } from '../../../../lib/core/selection/deadline.ts';
import { leavingTimes } from '../../../../lib/core/selection/leaving.ts';
import { budgetOf, slaAndInput, weightedTimes } from './arbitraries.ts';

const anyBudget = fc
  .tuple(slaAndInput, fc.option(weightedTimes, { nil: undefined }))
  .map(([request, outputMs]) => ({ ...budgetOf(request), outputMs }));

it('has few parts, which keep the weight and the mean, the latest first', () => {
  fc.assert(
    fc.property(anyBudget, (budget) => {
      const parts = leavingTimes(budget);
      expect(parts.length).toBeLessThanOrEqual(5);
      const weight = parts.reduce((sum, part) => sum + part.weight, 0);
      expect(weight).toBeCloseTo(1, 9);
      const mean = parts.reduce((sum, part) => sum + part.weight * part.ms, 0);
      const outputMs = outputOf(budget).reduce((sum, time) => sum + time.weight * time.ms, 0);
      expect(mean).toBeCloseTo(leftMs(budget) - outputMs, 6);
      expect(parts.map(({ ms }) => ms)).toEqual(
        parts.map(({ ms }) => ms).toSorted((a, b) => b - a),
      );
    }),
  );
});

it('says when all answers of a part are in time', () => {
  const outputMs = [40, 10, 20, 30].map((ms) => ({ ms, weight: 0.125 }));
  const parts = leavingTimes({
    ...budgetOf({ slaMs: 250, inputMs: 50 }),
    outputMs: [...outputMs, { ms: 90, weight: 0.5 }],
  });
  expect(parts).toEqual([
    { ms: 185, surelyMs: 179.9, weight: 0.25 },
    { ms: 165, surelyMs: 159.9, weight: 0.25 },
    { ms: 110, surelyMs: 109.9, weight: 0.5 },
  ]);
});
