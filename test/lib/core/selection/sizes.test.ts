import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leftMs, outputOf } from '../../../../lib/core/selection/deadline.ts';
import { probabilityInTime } from '../../../../lib/core/selection/expected-accuracy.ts';
import {
  modelNameOf,
  priceOf,
  selectorMemoryMb,
  sizeMarginPct,
  sizeNameOf,
} from '../../../../lib/core/selection/sizes.ts';
import { strategies, strategyNames } from '../../../../lib/core/selection/strategies.ts';
import { baseModel, fits } from '../../../../lib/core/selection/three-stage.ts';
import type { Candidate, TimeBudget } from '../../../../lib/core/selection/types.ts';
import { budgetOf, candidates, shuffled, slaAndInput, weightedTimes } from './arbitraries.ts';

/** Catalogues in which models may have up to three sizes, the larger ones mostly faster. */
const sized: fc.Arbitrary<Candidate[]> = candidates.chain((models) =>
  fc
    .array(fc.integer({ min: 1, max: 3 }), { minLength: models.length, maxLength: models.length })
    .chain((counts) =>
      fc.tuple(
        ...models.map((model, i) =>
          fc
            .array(fc.double({ min: 0.2, max: 1.2, noNaN: true }), {
              minLength: (counts[i] ?? 1) - 1,
              maxLength: (counts[i] ?? 1) - 1,
            })
            .map((factors) => sizesOf(model, factors)),
        ),
      ),
    )
    .map((all) => all.flat()),
);

function sizesOf(model: Candidate, factors: readonly number[]): Candidate[] {
  if (factors.length === 0) return [{ ...model, memoryMb: 1769 }];
  return [1, ...factors].map((factor, i) => ({
    ...model,
    name: i === 0 ? model.name : `${model.name}#${i}`,
    sizeOf: model.name,
    memoryMb: 1769 * (i + 1),
    meanMs: factor * model.meanMs,
    stdMs: factor * model.stdMs,
  }));
}

const sizesLike = (all: readonly Candidate[], one: Candidate) =>
  all.filter((other) => modelNameOf(other) === modelNameOf(one));

describe.each(strategyNames)('models of several sizes: %s', (name) => {
  const strategy = strategies[name];

  it('considers one size of each model', () => {
    fc.assert(
      fc.property(sized, slaAndInput, (models, request) => {
        const { baseModel: base, eligible } = strategy(models, budgetOf(request));
        const names = eligible.map(({ model }) => modelNameOf(model));
        expect(new Set(names).size).toBe(names.length);
        expect(models).toContain(base);
      }),
    );
  });

  it('does not depend on the order in which sizes are listed', () => {
    const inTwoOrders = sized.chain((models) => fc.tuple(fc.constant(models), shuffled(models)));
    fc.assert(
      fc.property(inTwoOrders, slaAndInput, ([models, others], request) => {
        const one = strategy(models, budgetOf(request));
        const other = strategy(others, budgetOf(request));
        expect(other.baseModel).toBe(one.baseModel);
        expect(new Set(other.eligible.map(({ model }) => model))).toEqual(
          new Set(one.eligible.map(({ model }) => model)),
        );
      }),
    );
  });

  it('decides between models of one size as if memory were not known', () => {
    fc.assert(
      fc.property(candidates, slaAndInput, (models, request) => {
        const single = models.map((model, i) => ({
          ...model,
          sizeOf: model.name,
          memoryMb: 128 * (i + 1),
        }));
        const namesOf = (all: readonly Candidate[]) => {
          const { baseModel: base, eligible } = strategy(all, budgetOf(request));
          return [
            base.name,
            ...eligible.map(({ model, probability }) => [model.name, probability]),
          ];
        };
        expect(namesOf(single)).toEqual(namesOf(models));
      }),
    );
  });
});

it('a size has a name of its own, and its model’s', () => {
  const name = sizeNameOf('large', 5307);
  expect(name).toBe('large-5307mb');
  expect(modelNameOf({ name, sizeOf: 'large' })).toBe('large');
});

describe('three-stage', () => {
  it('is as accurate as with every size, at the cheapest of those in time', () => {
    fc.assert(
      fc.property(sized, slaAndInput, (models, request) => {
        const budget = budgetOf(request);
        const { baseModel: base } = strategies['three-stage'](models, budget);
        const anyFits = models.some((model) => fits(model, budget.budgetMs));
        if (!anyFits) {
          const fastestMs = Math.min(...sizesLike(models, base).map(({ meanMs }) => meanMs));
          expect(base.meanMs).toBe(fastestMs);
          return;
        }
        expect(base.accuracyPct).toBe(baseModel(models, budget.budgetMs).accuracyPct);
        const inTime = sizesLike(models, base).filter((size) => fits(size, budget.budgetMs));
        expect(priceOf(base)).toBe(Math.min(...inTime.map(priceOf)));
      }),
    );
  });

  const large = { accuracyPct: 80, stdMs: 5, sizeOf: 'large' };
  const sizes = [
    { ...large, name: 'large', meanMs: 100, memoryMb: 1769 },
    { ...large, name: 'large-5307mb', meanMs: 55, memoryMb: 5307 },
  ];

  it.each([
    [150, 'large'],
    [61, 'large-5307mb'],
    [40, 'large-5307mb'],
  ])('with a budget of %d ms takes %s', (slaMs, expected) => {
    const { baseModel: base } = strategies['three-stage'](sizes, budgetOf({ slaMs, inputMs: 0 }));
    expect(base.name).toBe(expected);
  });

  it('takes the faster of two sizes that cost the same, and any where memory is not known', () => {
    const budget = budgetOf({ slaMs: 500, inputMs: 0 });
    const even = sizes.map((size) => ({
      ...size,
      meanMs: 176_900 / (size.memoryMb + selectorMemoryMb),
    }));
    expect(strategies['three-stage'](even, budget).baseModel.name).toBe('large-5307mb');
    const unknown = sizes.map(({ memoryMb: _, ...size }) => size);
    expect(strategies['three-stage'](unknown, budget).baseModel.name).toBe('large-5307mb');
  });
});

it('static-greedy does not look at the network, whatever the size', () => {
  const model = { accuracyPct: 80, stdMs: 0, sizeOf: 'm' };
  const sizes = [
    { ...model, name: 'm', meanMs: 100, memoryMb: 1769 },
    { ...model, name: 'm-5307mb', meanMs: 60, memoryMb: 5307 },
  ];
  const budget = budgetOf({ slaMs: 150, inputMs: 70 });
  expect(strategies['static-greedy'](sizes, budget).baseModel.name).toBe('m');
  expect(strategies['static-greedy'](sizes, { ...budget, startMs: 55 }).baseModel.name).toBe(
    'm-5307mb',
  );
  expect(strategies['static-accuracy'](sizes, budget).baseModel.name).toBe('m-5307mb');
});

describe('expected-accuracy', () => {
  const expectedPct = (model: Candidate, budget: TimeBudget) => {
    const { deviceAccuracyPct = 0 } = budget;
    const inTime = probabilityInTime(model, leftMs(budget), outputOf(budget));
    return deviceAccuracyPct + Math.max(0, model.accuracyPct - deviceAccuracyPct) * inTime;
  };

  it('is within the margin of the best size of the best model, and no such size is cheaper', () => {
    const device = fc.constantFrom(undefined, 60);
    fc.assert(
      fc.property(sized, slaAndInput, weightedTimes, device, (models, request, outputMs, onIt) => {
        const budget = { ...budgetOf(request), outputMs, deviceAccuracyPct: onIt };
        const { baseModel: base } = strategies['expected-accuracy'](models, budget);
        const own = expectedPct(base, budget);
        const best = Math.max(...models.map((model) => expectedPct(model, budget)));
        expect(own).toBeGreaterThanOrEqual(best - sizeMarginPct - 1e-9);
        if (own === (onIt ?? 0)) return;
        const sizes = sizesLike(models, base);
        const bestSize = Math.max(...sizes.map((size) => expectedPct(size, budget)));
        for (const size of sizes) {
          if (expectedPct(size, budget) < bestSize - sizeMarginPct + 1e-9) continue;
          expect(priceOf(size)).toBeGreaterThanOrEqual(priceOf(base));
        }
      }),
    );
  });

  it('runs the fastest size where none has a chance to improve on the device', () => {
    const sizes = [1769, 5307].map((memoryMb) => ({
      name: `m-${memoryMb}mb`,
      sizeOf: 'm',
      ...{ accuracyPct: 50, meanMs: 1e5 / memoryMb, stdMs: 1, memoryMb },
    }));
    const budget = { ...budgetOf({ slaMs: 500, inputMs: 0 }), deviceAccuracyPct: 60 };
    expect(strategies['expected-accuracy'](sizes, budget).baseModel.name).toBe('m-5307mb');
  });

  it('avoids a size that is likely to start cold', () => {
    const sizes = [1769, 5307].map((memoryMb) => ({
      name: `m-${memoryMb}mb`,
      sizeOf: 'm',
      ...{ accuracyPct: 80, meanMs: 20, stdMs: 1, memoryMb },
      coldShare: memoryMb === 1769 ? 0.9 : 0,
    }));
    const budget = budgetOf({ slaMs: 100, inputMs: 0 });
    expect(strategies['expected-accuracy'](sizes, budget).baseModel.name).toBe('m-5307mb');
  });
});
