import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { threeStage } from '../../../../lib/core/selection/three-stage.ts';
import type { Candidate } from '../../../../lib/core/selection/types.ts';
import { nasNetFictional, table3 } from '../../../fixtures/table-3.ts';
import { budgetOf, candidates, slaAndInput } from './arbitraries.ts';

const withBudget = (budgetMs: number) => budgetOf({ slaMs: budgetMs, inputMs: 0 });
const names = (models: { model: Candidate }[]) => models.map(({ model }) => model.name);

describe('three-stage by its definition', () => {
  it('takes as base model the most accurate that satisfies Equation 2, else the fastest', () => {
    fc.assert(
      fc.property(candidates, slaAndInput, (models, request) => {
        const budget = budgetOf(request);
        const { baseModel } = threeStage(models, budget);
        const satisfying = models.filter((m) => m.meanMs + m.stdMs < budget.budgetMs);
        if (satisfying.length > 0) {
          expect(satisfying).toContain(baseModel);
          expect(baseModel.accuracyPct).toBe(Math.max(...satisfying.map((m) => m.accuracyPct)));
        } else {
          expect(baseModel.meanMs).toBe(Math.min(...models.map((m) => m.meanMs)));
        }
      }),
    );
  });

  it('keeps eligible models within one deviation of the base model and inside Equation 2, or takes the base', () => {
    fc.assert(
      fc.property(candidates, slaAndInput, (models, request) => {
        const budget = budgetOf(request);
        const { baseModel, eligible } = threeStage(models, budget);
        if (eligible.length === 1 && eligible[0]?.model === baseModel) return;
        for (const { model } of eligible) {
          expect(model.meanMs).toBeGreaterThanOrEqual(baseModel.meanMs - baseModel.stdMs);
          expect(model.meanMs).toBeLessThanOrEqual(baseModel.meanMs + baseModel.stdMs);
          expect(model.meanMs + model.stdMs).toBeLessThan(budget.budgetMs);
        }
      }),
    );
  });
});

describe('three-stage by hand', () => {
  it.each([
    { budgetMs: 250, base: 'NasNet Large' },
    { budgetMs: 112.97, base: 'InceptionV4' },
    { budgetMs: 112.98, base: 'NasNet Large' },
    { budgetMs: 59.43, base: 'InceptionV3' },
    { budgetMs: 25, base: 'NasNet Mobile' },
    { budgetMs: 5, base: 'MobileNetV1 0.75' },
    { budgetMs: 3.3, base: 'MobileNetV1 0.25' },
    { budgetMs: 3.29, base: 'MobileNetV1 0.25' },
    { budgetMs: -100, base: 'MobileNetV1 0.25' },
  ])('Table III with $budgetMs ms left runs $base', ({ budgetMs, base }) => {
    const { baseModel, eligible } = threeStage(table3, withBudget(budgetMs));
    expect(baseModel.name).toBe(base);
    expect(eligible).toEqual([{ model: baseModel, probability: 1 }]);
  });

  it('shares equal times by accuracy: NasNet Fictional gets 50 / (50 + 82.6)', () => {
    const { baseModel, eligible } = threeStage([...table3, nasNetFictional], withBudget(200));
    expect(baseModel.name).toBe('NasNet Large');
    expect(names([...eligible])).toEqual(['NasNet Large', 'NasNet Fictional']);
    expect(eligible[1]?.probability).toBeCloseTo(50 / 132.6, 12);
  });

  it('weighs by Equation 3 and drops a model whose utility is negative', () => {
    const base = { name: 'base', accuracyPct: 80, meanMs: 10, stdMs: 2 };
    const steady = { name: 'steady', accuracyPct: 60, meanMs: 11.5, stdMs: 0.2 };
    const shaky = { name: 'shaky', accuracyPct: 90, meanMs: 11.9, stdMs: 3 };
    const { baseModel, eligible } = threeStage([base, steady, shaky], withBudget(13));
    const baseUtility = (80 * (13 - 12)) / 3;
    const steadyUtility = (60 * (13 - 11.7)) / 1.5;
    expect(baseModel).toBe(base);
    expect(names([...eligible])).toEqual(['base', 'steady']);
    expect(eligible[0]?.probability).toBeCloseTo(baseUtility / (baseUtility + steadyUtility), 12);
  });

  it('takes the base model when the budget equals its mean, where Equation 3 is undefined', () => {
    const exact = { name: 'exact', accuracyPct: 80, meanMs: 10, stdMs: 0 };
    const near = { name: 'near', accuracyPct: 90, meanMs: 10, stdMs: 1 };
    expect(threeStage([exact, near], withBudget(10)).eligible).toEqual([
      { model: near, probability: 1 },
    ]);
  });

  it('takes the fastest for certain when nothing fits, although others lie in its interval', () => {
    const fast = { name: 'fast', accuracyPct: 50, meanMs: 10, stdMs: 5 };
    const other = { name: 'other', accuracyPct: 90, meanMs: 12, stdMs: 5 };
    expect(threeStage([other, fast], withBudget(8)).eligible).toEqual([
      { model: fast, probability: 1 },
    ]);
  });
});
