import { leftMs, outputOf } from './deadline.ts';
import { fastest, undominated } from './ranking.ts';
import { serviceWithin } from './service-time.ts';
import {
  type Candidate,
  certainly,
  type Decision,
  type TimeBudget,
  type WeightedTimes,
} from './types.ts';

/** The largest share of a request's probability that goes to exploration. */
export const explorationShare = 0.02;

/** A model with fewer calls than this of late may have become faster unnoticed. */
const enoughFreshSamples = 5;

/**
 * The model with the highest expected accuracy A(m) * P + A_device * (1 - P), where P is the chance
 * that its answer is there within the SLA. A share of {@link explorationShare} goes to more
 * accurate models that look too slow but have hardly been measured lately. Where no model has a
 * chance to improve on the device, the fastest is run. Derivation: docs/strategies.md.
 *
 * @throws {@link NoCandidateError} when there is no model
 * @example
 * ```ts
 * import { expectedAccuracy } from 'mdinference/selection';
 *
 * const small = { name: 'small', accuracyPct: 60, meanMs: 10, stdMs: 1 };
 * const large = { name: 'large', accuracyPct: 80, meanMs: 90, stdMs: 5 };
 * const outputMs = [{ ms: 20, weight: 1 }];
 * const budget = { slaMs: 250, inputMs: 100, networkMs: 200, budgetMs: 50, outputMs };
 * expectedAccuracy([small, large], budget).baseModel.name; // => 'large'
 * ```
 */
export function expectedAccuracy<C extends Candidate>(
  candidates: readonly C[],
  budget: TimeBudget,
): Decision<C> {
  const { deviceAccuracyPct = 0 } = budget;
  const left = leftMs(budget);
  const output = outputOf(budget);

  let best = fastest(candidates);
  let bestGain = gainOf(best, left, output, deviceAccuracyPct);
  for (const model of candidates) {
    // No chance is above 1: most models need no sum over the distributions.
    if (model.accuracyPct - deviceAccuracyPct < bestGain) continue;
    const gain = gainOf(model, left, output, deviceAccuracyPct);
    if (gain < bestGain || (gain === bestGain && !isPreferred(model, best))) continue;
    best = model;
    bestGain = gain;
  }
  // No model has a chance to improve on the device: exploring would only cost.
  if (bestGain === 0) return certainly(fastest(undominated(candidates)));
  return withExploration(candidates, best);
}

/**
 * P(T_service + T_output <= left), cold starts included.
 *
 * @param leftMs - what is left of the SLA when the model is invoked, in ms
 * @param output - T_output
 * @example
 * ```ts
 * import { probabilityInTime } from 'mdinference/selection';
 *
 * const steady = { name: 'm', accuracyPct: 80, meanMs: 30, stdMs: 0 };
 * const output = [20, 80].map((ms) => ({ ms, weight: 0.5 }));
 * probabilityInTime(steady, 100, output); // => 0.5
 * ```
 */
export function probabilityInTime(model: Candidate, leftMs: number, output: WeightedTimes): number {
  let probability = 0;
  for (const { ms, weight } of output) probability += weight * serviceWithin(model, leftMs - ms);
  return probability;
}

/** What a model adds to the device's accuracy in expectation; nothing when the device is better. */
function gainOf(
  model: Candidate,
  leftMs: number,
  output: WeightedTimes,
  deviceAccuracyPct: number,
): number {
  const more = Math.max(0, model.accuracyPct - deviceAccuracyPct);
  return more * probabilityInTime(model, leftMs, output);
}

/** Ties go to the faster model, then to the first by name: the order of listing never matters. */
function isPreferred(model: Candidate, other: Candidate): boolean {
  return fastest([model, other]) === model;
}

function withExploration<C extends Candidate>(candidates: readonly C[], best: C): Decision<C> {
  const explored = candidates.filter((model) => isWorthTrying(model, best));
  if (explored.length === 0) return certainly(best);
  const each = explorationShare / explored.length;
  return {
    baseModel: best,
    eligible: [
      { model: best, probability: 1 - explorationShare },
      ...explored.map((model) => ({ model, probability: each })),
    ],
  };
}

function isWorthTrying(model: Candidate, best: Candidate): boolean {
  const freshSamples = model.freshSamples ?? Number.POSITIVE_INFINITY;
  return model.accuracyPct > best.accuracyPct && freshSamples < enoughFreshSamples;
}
