import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fastest, mostAccurate, undominated } from '../../../../lib/core/selection/ranking.ts';
import { baseModel } from '../../../../lib/core/selection/three-stage.ts';

const model = (name: string, accuracyPct: number, meanMs: number, stdMs = 1) => ({
  ...{ name, accuracyPct, meanMs, stdMs },
});
const names = (models: readonly { name: string }[]) => models.map(({ name }) => name);

const candidates = fc
  .array(
    fc.record({
      accuracyPct: fc.integer({ min: 1, max: 99 }),
      meanMs: fc.integer({ min: 1, max: 300 }),
      stdMs: fc.integer({ min: 0, max: 50 }),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((models) => models.map((m, i) => ({ ...m, name: `m${i}` })));

describe('undominated', () => {
  it('leaves out what is slower and less accurate', () => {
    const models = [model('good', 82, 12), model('dominated', 61, 13), model('fast', 50, 3)];
    expect(names(undominated(models))).toEqual(['good', 'fast']);
  });

  it('keeps a slower, less accurate model that varies less: it fits budgets that the other does not', () => {
    const models = [model('wild', 80, 10, 8), model('steady', 70, 11, 1)];
    expect(names(undominated(models))).toEqual(['wild', 'steady']);
  });

  it('keeps equals', () => {
    expect(undominated([model('a', 80, 10), model('b', 80, 10)])).toHaveLength(2);
  });

  it('finds the same as comparing each with each, in the order given', () => {
    const isBetter = (a: ReturnType<typeof model>, b: ReturnType<typeof model>) => {
      const gains = [
        a.accuracyPct - b.accuracyPct,
        b.meanMs - a.meanMs,
        b.meanMs + b.stdMs - (a.meanMs + a.stdMs),
      ];
      return gains.every((gain) => gain >= 0) && gains.some((gain) => gain > 0);
    };
    fc.assert(
      fc.property(candidates, (models) => {
        const expected = models.filter((m) => !models.some((other) => isBetter(other, m)));
        expect(undominated(models)).toEqual(expected);
      }),
    );
  });

  it('changes no base model’s accuracy, nor that of the fastest and the most accurate', () => {
    fc.assert(
      fc.property(candidates, fc.integer({ min: -10, max: 400 }), (models, budgetMs) => {
        const left = undominated(models);
        const accuracyOf = baseModel(models, budgetMs).accuracyPct;
        expect(baseModel(left, budgetMs).accuracyPct).toBe(accuracyOf);
        expect(fastest(left).meanMs).toBe(fastest(models).meanMs);
        expect(mostAccurate(left).accuracyPct).toBe(mostAccurate(models).accuracyPct);
      }),
    );
  });
});
