import fc from 'fast-check';
import { leftMs, outputOf } from '../../../../lib/core/selection/deadline.ts';
import type { Candidate } from '../../../../lib/core/selection/types.ts';

/** Catalogues of 1 to 12 models, of few distinct values so that ties and shared means are common. */
export const candidates: fc.Arbitrary<Candidate[]> = fc.uniqueArray(
  fc.record(
    {
      name: fc.string({ minLength: 1, maxLength: 4 }),
      accuracyPct: fc.oneof(fc.integer({ min: 0, max: 100 }), fc.constantFrom(50, 75)),
      meanMs: fc.oneof(
        fc.double({ min: 0, max: 300, noNaN: true }),
        fc.integer({ min: 1, max: 5 }),
      ),
      stdMs: fc.oneof(fc.double({ min: 0, max: 100, noNaN: true }), fc.constantFrom(0, 1)),
      meanErrorMs: fc.oneof(
        fc.constantFrom(0, 0.5, 2),
        fc.double({ min: 0, max: 30, noNaN: true }),
      ),
    },
    { requiredKeys: ['name', 'accuracyPct', 'meanMs', 'stdMs'] },
  ),
  { minLength: 1, maxLength: 12, selector: (model) => model.name },
);

/** A list with its elements in another order. */
export function shuffled<T>(items: readonly T[]): fc.Arbitrary<T[]> {
  return fc.shuffledSubarray([...items], { minLength: items.length, maxLength: items.length });
}

/** Budgets that often coincide with a model's mean, where Equation 3 is undefined. */
export const slaAndInput = fc.record({
  slaMs: fc.oneof(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 6 })),
  inputMs: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 300, noNaN: true })),
});

/** A time budget made of its two measured terms. */
export function budgetOf({ slaMs, inputMs }: { slaMs: number; inputMs: number }) {
  return { slaMs, inputMs, networkMs: 2 * inputMs, budgetMs: slaMs - 2 * inputMs };
}

/** Distributions of T_output of one value to many, in no order. */
export const weightedTimes: fc.Arbitrary<{ ms: number; weight: number }[]> = fc
  .array(fc.tuple(fc.double({ min: 0, max: 200, noNaN: true }), fc.integer({ min: 1, max: 100 })), {
    minLength: 1,
    maxLength: 40,
  })
  .map((times) => {
    const total = times.reduce((sum, [, weight]) => sum + weight, 0);
    return times.map(([ms, weight]) => ({ ms, weight: weight / total }));
  });

/** A request, its models, of which some may be cold, and the last moment at which an answer may leave. */
export const hedgeableRequest = fc
  .record({
    models: candidates,
    request: slaAndInput,
    outputMs: fc.option(weightedTimes, { nil: undefined }),
    deviceAccuracyPct: fc.constantFrom(undefined, 40),
    coldShare: fc.constantFrom(0, 0.01, 0.9),
  })
  .map(({ models, request, outputMs, deviceAccuracyPct, coldShare }) => {
    const budget = { ...budgetOf(request), outputMs, deviceAccuracyPct };
    const withCold = models.map((model) => ({ ...model, coldShare }));
    const [chosen] = withCold as [Candidate];
    const lastUsefulMs = leftMs(budget) - Math.min(...outputOf(budget).map(({ ms }) => ms));
    return { budget, candidates: withCold, chosen, lastUsefulMs };
  });
