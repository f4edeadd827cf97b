import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { select, strategies, strategyNames } from '../../../../lib/core/selection/strategies.ts';
import { NoCandidateError } from '../../../../lib/core/selection/types.ts';
import { table3 } from '../../../fixtures/table-3.ts';
import { budgetOf, candidates, slaAndInput } from './arbitraries.ts';

describe.each(strategyNames)('every strategy: %s', (name) => {
  const strategy = strategies[name];

  it('spreads a probability of 1 over models of the catalogue, each at most once', () => {
    fc.assert(
      fc.property(candidates, slaAndInput, (models, request) => {
        const { baseModel, eligible } = strategy(models, budgetOf(request));
        expect(models).toContain(baseModel);
        const total = eligible.reduce((sum, { probability }) => sum + probability, 0);
        expect(total).toBeCloseTo(1, 9);
        for (const { model, probability } of eligible) {
          expect(models).toContain(model);
          expect(probability).toBeGreaterThan(0);
        }
        expect(new Set(eligible.map(({ model }) => model.name)).size).toBe(eligible.length);
      }),
    );
  });

  it('does not depend on the order in which models are listed', () => {
    fc.assert(
      fc.property(candidates, slaAndInput, fc.infiniteStream(fc.nat()), (models, request, keys) => {
        const shuffled = models
          .map((model) => ({ model, key: keys.next().value }))
          .sort((a, b) => a.key - b.key)
          .map(({ model }) => model);
        const one = strategy(models, budgetOf(request));
        const other = strategy(shuffled, budgetOf(request));
        expect(other.baseModel).toBe(one.baseModel);
        const probabilities = new Map(one.eligible.map((e) => [e.model.name, e.probability]));
        expect(other.eligible.length).toBe(probabilities.size);
        for (const { model, probability } of other.eligible) {
          expect(probability).toBeCloseTo(probabilities.get(model.name) ?? Number.NaN, 9);
        }
      }),
    );
  });

  it('answers a spent budget with some model', () => {
    const { eligible } = strategy(table3, budgetOf({ slaMs: 50, inputMs: 400 }));
    expect(eligible.length).toBeGreaterThan(0);
  });

  it('refuses an empty catalogue by name', () => {
    expect(() => strategy([], budgetOf({ slaMs: 250, inputMs: 0 }))).toThrow(NoCandidateError);
  });

  it('draws each eligible model as often as its probability says', () => {
    const budget = budgetOf({ slaMs: 120, inputMs: 1 });
    const draws = 1000;
    const counts = new Map<string, number>();
    for (let i = 0; i < draws; i++) {
      const { model } = select(strategy, table3, budget, () => (i + 0.5) / draws);
      counts.set(model.name, (counts.get(model.name) ?? 0) + 1);
    }
    for (const { model, probability } of strategy(table3, budget).eligible) {
      expect(Math.abs((counts.get(model.name) ?? 0) - probability * draws)).toBeLessThanOrEqual(1);
    }
  });
});
