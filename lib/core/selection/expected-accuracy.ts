import { normalShareWithin } from '../statistics/normal.ts';
import { fastest } from './order.ts';
import type { Candidate, Decision, Distribution, TimeBudget } from './types.ts';

/** The most that exploring takes of one request's probability. */
export const explorationShare = 0.02;

/** A model with fewer calls than this in the last moments may have become faster unnoticed. */
const enoughFreshSamples = 5;

/**
 * The model with the highest expected accuracy A(m) * P + A_device * (1 - P), where P is the chance
 * that its answer is there within the SLA. A share of {@link explorationShare} goes to more accurate
 * models that look too slow but have hardly been measured of late. Derivation: docs/strategies.md.
 */
export function expectedAccuracy<C extends Candidate>(
  candidates: readonly C[],
  budget: TimeBudget,
): Decision<C> {
  const { slaMs, inputMs, deviceAccuracyPct = 0, clockErrorMs = 0 } = budget;
  const leftMs = slaMs - inputMs - clockErrorMs;
  const output = budget.outputMs ?? [{ ms: inputMs, weight: 1 }];

  let best = fastest(candidates);
  let bestGain = gainOf(best, leftMs, output, deviceAccuracyPct);
  for (const model of candidates) {
    // No chance is above 1: most models need no sum over the distributions.
    if (model.accuracyPct - deviceAccuracyPct < bestGain) continue;
    const gain = gainOf(model, leftMs, output, deviceAccuracyPct);
    if (gain < bestGain || (gain === bestGain && !isPreferred(model, best))) continue;
    best = model;
    bestGain = gain;
  }
  return withExploration(candidates, best, bestGain);
}

/** P(T_service + T_output <= left): cold starts included. */
export function probabilityInTime(model: Candidate, leftMs: number, output: Distribution): number {
  const coldShare = model.coldShare ?? 0;
  const coldMeanMs = model.coldMeanMs ?? Number.POSITIVE_INFINITY;
  let probability = 0;
  for (const { ms, weight } of output) {
    const serviceMs = leftMs - ms;
    if (serviceMs <= 0) continue;
    const warm = warmWithin(model, serviceMs);
    const cold = serviceMs >= coldMeanMs ? 1 : 0;
    probability += weight * (coldShare > 0 ? (1 - coldShare) * warm + coldShare * cold : warm);
  }
  return probability;
}

function warmWithin(model: Candidate, ms: number): number {
  return model.probabilityWithin?.(ms) ?? normalShareWithin(ms, model.meanMs, model.stdMs);
}

/** What a model adds to the device's accuracy in expectation; nothing when the device is better. */
function gainOf(
  model: Candidate,
  leftMs: number,
  output: Distribution,
  deviceAccuracyPct: number,
): number {
  const more = Math.max(0, model.accuracyPct - deviceAccuracyPct);
  return more * probabilityInTime(model, leftMs, output);
}

/** Of models with the same gain the faster, then the first by name: the order of listing is nothing. */
function isPreferred(model: Candidate, other: Candidate): boolean {
  return fastest([model, other]) === model;
}

function withExploration<C extends Candidate>(
  candidates: readonly C[],
  best: C,
  bestGain: number,
): Decision<C> {
  // Where no model has a chance, exploring would only cost.
  const explored = bestGain > 0 ? candidates.filter((model) => isWorthTrying(model, best)) : [];
  if (explored.length === 0) {
    return { baseModel: best, eligible: [{ model: best, probability: 1 }] };
  }
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
