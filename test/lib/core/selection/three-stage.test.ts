import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { undominated } from '../../../../lib/core/selection/ranking.ts';
import {
  explorationSet,
  fits,
  threeStage,
  threeStageAsPrinted,
  utility,
} from '../../../../lib/core/selection/three-stage.ts';
import type { Candidate, Decision } from '../../../../lib/core/selection/types.ts';
import { nasNetFictional, table3 } from '../../../fixtures/table-3.ts';
import { budgetOf, candidates, slaAndInput } from './arbitraries.ts';

const withBudget = (budgetMs: number) => budgetOf({ slaMs: budgetMs, inputMs: 0 });
const shares = ({ eligible }: Decision<Candidate>) =>
  Object.fromEntries(eligible.map(({ model, probability }) => [model.name, probability]));
const names = (models: { model: Candidate }[]) => models.map(({ model }) => model.name);

describe('three-stage', () => {
  it('is the printed algorithm over the models that some request is better off with', () => {
    fc.assert(
      fc.property(candidates, slaAndInput, (models, request) => {
        const budget = budgetOf(request);
        expect(threeStage(models, budget)).toEqual(
          threeStageAsPrinted(undominated(models), budget),
        );
      }),
    );
  });

  it('gives a slower and less accurate model nothing, of which the printed one gives it 43 %', () => {
    const models = [
      { name: 'good', accuracyPct: 80, meanMs: 50, stdMs: 5 },
      { name: 'bad', accuracyPct: 60, meanMs: 51, stdMs: 5 },
    ];
    expect(shares(threeStage(models, withBudget(150)))).toEqual({ good: 1 });
    const { bad = 0 } = shares(threeStageAsPrinted(models, withBudget(150)));
    expect(bad).toBeCloseTo(0.43, 2);
  });

  it('takes no model for faster than a more accurate one when only noise says so', () => {
    const noisy = { stdMs: 5, meanErrorMs: 1 };
    const models = [
      { name: 'accurate', accuracyPct: 93, meanMs: 20, ...noisy },
      { name: 'small', accuracyPct: 57, meanMs: 18, ...noisy },
    ];
    expect(shares(threeStage(models, withBudget(100)))).toEqual({ accurate: 1 });
    // Nor where nothing fits and the fastest runs.
    expect(shares(threeStage(models, withBudget(0)))).toEqual({ accurate: 1 });
  });
});

describe('the stages', () => {
  const at = (meanMs: number, stdMs: number) => ({ name: 'm', accuracyPct: 80, meanMs, stdMs });

  it('fit strictly below the limit', () => {
    expect([94.9, 95, 95.1].map((limitMs) => fits(at(90, 5), limitMs))).toEqual([
      false,
      false,
      true,
    ]);
  });

  it('explore within one deviation of the base model, bounds included', () => {
    const base = at(90, 5);
    const means = (models: readonly Candidate[]) => models.map(({ meanMs }) => meanMs);
    const others = [84.9, 85, 90, 95, 95.1].map((meanMs) => at(meanMs, 1));
    expect(means(explorationSet(others, base))).toEqual([85, 90, 95]);
  });

  it('weigh by Equation 3, where nothing is spare by 0', () => {
    expect(utility(at(90, 5), 100)).toBe((80 * 5) / 10);
    expect(utility(at(90, 5), 95)).toBe(0);
    expect(utility(at(90, 5), 80)).toBe(0);
    expect(utility(at(90, 0), 90)).toBe(0);
  });
});

describe('three-stage as printed, by its definition', () => {
  it('takes as base model the most accurate that satisfies Equation 2, else the fastest', () => {
    fc.assert(
      fc.property(candidates, slaAndInput, (models, request) => {
        const budget = budgetOf(request);
        const { baseModel } = threeStageAsPrinted(models, budget);
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
        const { baseModel, eligible } = threeStageAsPrinted(models, budget);
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

describe('three-stage as printed, by hand', () => {
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
    const { baseModel, eligible } = threeStageAsPrinted(table3, withBudget(budgetMs));
    expect(baseModel.name).toBe(base);
    expect(eligible).toEqual([{ model: baseModel, probability: 1 }]);
  });

  it('shares equal times by accuracy: NasNet Fictional gets 50 / (50 + 82.6)', () => {
    const { baseModel, eligible } = threeStageAsPrinted(
      [...table3, nasNetFictional],
      withBudget(200),
    );
    expect(baseModel.name).toBe('NasNet Large');
    expect(names([...eligible])).toEqual(['NasNet Large', 'NasNet Fictional']);
    expect(eligible[1]?.probability).toBeCloseTo(50 / 132.6, 12);
  });

  it('weighs by Equation 3 and drops a model whose utility is negative', () => {
    const base = { name: 'base', accuracyPct: 80, meanMs: 10, stdMs: 2 };
    const steady = { name: 'steady', accuracyPct: 60, meanMs: 11.5, stdMs: 0.2 };
    const shaky = { name: 'shaky', accuracyPct: 90, meanMs: 11.9, stdMs: 3 };
    const { baseModel, eligible } = threeStageAsPrinted([base, steady, shaky], withBudget(13));
    const baseUtility = (80 * (13 - 12)) / 3;
    const steadyUtility = (60 * (13 - 11.7)) / 1.5;
    expect(baseModel).toBe(base);
    expect(names([...eligible])).toEqual(['base', 'steady']);
    expect(eligible[0]?.probability).toBeCloseTo(baseUtility / (baseUtility + steadyUtility), 12);
  });

  it('takes the base model when the budget equals its mean, where Equation 3 is undefined', () => {
    const exact = { name: 'exact', accuracyPct: 80, meanMs: 10, stdMs: 0 };
    const near = { name: 'near', accuracyPct: 90, meanMs: 10, stdMs: 1 };
    expect(threeStageAsPrinted([exact, near], withBudget(10)).eligible).toEqual([
      { model: near, probability: 1 },
    ]);
  });

  it('takes the fastest for certain when nothing fits, although others lie in its interval', () => {
    const fast = { name: 'fast', accuracyPct: 50, meanMs: 10, stdMs: 5 };
    const other = { name: 'other', accuracyPct: 90, meanMs: 12, stdMs: 5 };
    expect(threeStageAsPrinted([other, fast], withBudget(8)).eligible).toEqual([
      { model: fast, probability: 1 },
    ]);
  });
});
