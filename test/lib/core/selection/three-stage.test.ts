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
const accuracyOf = ({ eligible }: Decision<Candidate> = { baseModel: table3[0]!, eligible: [] }) =>
  eligible.reduce((sum, { model, probability }) => sum + probability * model.accuracyPct, 0);
const names = (models: { model: Candidate }[]) => models.map(({ model }) => model.name);

describe('three-stage', () => {
  it('runs what the printed algorithm runs, where no model dominates another', () => {
    fc.assert(
      fc.property(candidates, slaAndInput, (models, request) => {
        const ladder = undominated(models);
        const budget = budgetOf(request);
        expect(threeStage(ladder, budget)).toEqual(threeStageAsPrinted(ladder, budget));
      }),
    );
  });

  it('runs no model that the request is no better off with', () => {
    fc.assert(
      fc.property(candidates, slaAndInput, (models, request) => {
        const budget = budgetOf(request);
        const fitting = models.filter((model) => fits(model, budget.budgetMs));
        const worthwhile = undominated(fitting.length > 0 ? fitting : models);
        for (const { model } of threeStage(models, budget).eligible) {
          expect(worthwhile).toContain(model);
        }
      }),
    );
  });

  it('has the printed base model wherever one fits, and is nowhere less accurate', () => {
    fc.assert(
      fc.property(candidates, slaAndInput, (models, request) => {
        const budget = budgetOf(request);
        const [ours, printed] = [threeStage, threeStageAsPrinted].map((run) => run(models, budget));
        const fitsOne = models.some((model) => fits(model, budget.budgetMs));
        if (fitsOne) expect(ours?.baseModel).toBe(printed?.baseModel);
        expect(accuracyOf(ours)).toBeGreaterThanOrEqual(accuracyOf(printed) - 1e-9);
      }),
    );
  });

  it('gives the share of a dominated model to the one that dominates it, and to no other', () => {
    // Utilities by accuracy alone, as nothing varies: 60, 80 and 90 of 230.
    const models = [
      { name: 'fast', accuracyPct: 60, meanMs: 9, stdMs: 0 },
      { name: 'dominated', accuracyPct: 80, meanMs: 10.5, stdMs: 0 },
      { name: 'base', accuracyPct: 90, meanMs: 10, stdMs: 0 },
    ];
    const varying = models.map((m) => (m.name === 'base' ? { ...m, stdMs: 1, meanErrorMs: 0 } : m));
    const budget = withBudget(1e9);
    expect(shares(threeStage(varying, budget)).fast).toBeCloseTo(60 / 230, 6);
    const noisy = varying.map((m) => ({ ...m, stdMs: 1 }));
    expect(shares(threeStage(noisy, budget)).fast).toBeCloseTo(60 / 230, 6);
    expect(shares(threeStage(noisy, budget)).base).toBeCloseTo(170 / 230, 6);
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
    // By the numbers only the smaller one fits: 18 + 5 < 24 < 20 + 5.
    expect(shares(threeStage(models, withBudget(24)))).toEqual({ small: 1 });
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
