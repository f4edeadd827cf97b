import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { select, strategies, strategyNames } from '../../../../lib/core/selection/strategies.ts';
import {
  type Candidate,
  type Decision,
  NoCandidateError,
} from '../../../../lib/core/selection/types.ts';
import { table3 } from '../../../fixtures/table-3.ts';
import { budgetOf, candidates, shuffled, slaAndInput } from './arbitraries.ts';

const inTwoOrders = candidates.chain((models) => fc.tuple(fc.constant(models), shuffled(models)));

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
      fc.property(inTwoOrders, slaAndInput, ([models, others], request) => {
        const one = strategy(models, budgetOf(request));
        const other = strategy(others, budgetOf(request));
        expect(other.baseModel).toBe(one.baseModel);
        const probabilities = new Map(one.eligible.map((e) => [e.model.name, e.probability]));
        expect(other.eligible.length).toBe(probabilities.size);
        for (const { model, probability } of other.eligible) {
          expect(probability).toBeCloseTo(probabilities.get(model.name) ?? Number.NaN, 9);
        }
      }),
    );
  });

  it('takes the selector’s own start off the SLA', () => {
    const wholeMs = fc.integer({ min: 0, max: 1_000 });
    fc.assert(
      fc.property(candidates, slaAndInput, wholeMs, (models, request, startMs) => {
        const { slaMs } = request;
        const started = { ...budgetOf(request), startMs, slaMs: slaMs + startMs };
        expect(strategy(models, started)).toEqual(strategy(models, budgetOf(request)));
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

it('three-stage leaves out what another model dominates, as printed does not', () => {
  const good = { name: 'good', accuracyPct: 80, meanMs: 50, stdMs: 5 };
  const bad = { name: 'bad', accuracyPct: 60, meanMs: 51, stdMs: 5 };
  const shareOfBad = (name: 'three-stage' | 'three-stage-as-printed') =>
    strategies[name]([good, bad], budgetOf({ slaMs: 150, inputMs: 0 })).eligible.find(
      ({ model }) => model === bad,
    )?.probability;
  expect(shareOfBad('three-stage')).toBeUndefined();
  expect(shareOfBad('three-stage-as-printed')).toBeCloseTo(0.43, 2);
});

it('three-stage is the default', () => {
  expect(strategyNames[0]).toBe('three-stage');
  expect(new Set(strategyNames)).toEqual(new Set(Object.keys(strategies)));
});

describe('select', () => {
  const [a, b] = ['a', 'b'].map((name) => ({ name, accuracyPct: 50, meanMs: 1, stdMs: 0 }));
  const always =
    (eligible: { model: typeof a; probability: number }[]) =>
    <C extends Candidate>() =>
      ({ baseModel: a, eligible }) as unknown as Decision<C>;
  const chosen = (eligible: { model: typeof a; probability: number }[], luck: number) =>
    select(always(eligible), [], budgetOf({ slaMs: 1, inputMs: 0 }), () => luck).model;
  const halves = [a, b].map((model) => ({ model, probability: 0.5 }));

  it('shares [0, 1) out in the order of the eligible models', () => {
    expect([0, 0.499, 0.5, 0.999].map((luck) => chosen(halves, luck))).toEqual([a, a, b, b]);
  });

  it('leaves what rounding leaves to the last, and falls back on the base model', () => {
    const thirds = [a, a, b].map((model) => ({ model, probability: 0.333 }));
    expect(chosen(thirds, 0.9999)).toBe(b);
    expect(chosen([], 0.5)).toBe(a);
  });

  it('hands the decision on, and draws once', () => {
    let draws = 0;
    const selection = select(always(halves), [], budgetOf({ slaMs: 1, inputMs: 0 }), () => {
      draws++;
      return 0;
    });
    expect(selection).toEqual({ baseModel: a, eligible: halves, model: a });
    expect(draws).toBe(1);
  });
});
