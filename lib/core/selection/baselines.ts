import { fastest, mostAccurate } from './order.ts';
import { baseModel, explorationSet, fits } from './stages.ts';
import type { Candidate, Decision, TimeBudget } from './types.ts';

/** Always the fastest model (paper, Section V-D). */
export function staticLatency<C extends Candidate>(candidates: readonly C[]): Decision<C> {
  return certainly(fastest(candidates));
}

/** Always the most accurate model (paper, Section V-D). */
export function staticAccuracy<C extends Candidate>(candidates: readonly C[]): Decision<C> {
  return certainly(mostAccurate(candidates));
}

/**
 * The most accurate model that can complete within the SLA, whatever the network takes of it (paper,
 * Section V-A); the fastest when none can.
 */
export function staticGreedy<C extends Candidate>(
  candidates: readonly C[],
  { slaMs }: TimeBudget,
): Decision<C> {
  const fitting = candidates.filter((model) => fits(model, slaMs));
  return certainly(fitting.length > 0 ? mostAccurate(fitting) : fastest(candidates));
}

/** Any model, all equally likely (paper, Section V-C). */
export function pureRandom<C extends Candidate>(
  candidates: readonly C[],
  { budgetMs }: TimeBudget,
): Decision<C> {
  return { baseModel: baseModel(candidates, budgetMs), eligible: equally(candidates) };
}

/** Any model of the exploration set, all equally likely (paper, Section V-C). */
export function relatedRandom<C extends Candidate>(
  candidates: readonly C[],
  { budgetMs }: TimeBudget,
): Decision<C> {
  const base = baseModel(candidates, budgetMs);
  return { baseModel: base, eligible: equally(explorationSet(candidates, base)) };
}

/** The most accurate model of the exploration set (paper, Section V-C). */
export function relatedAccurate<C extends Candidate>(
  candidates: readonly C[],
  { budgetMs }: TimeBudget,
): Decision<C> {
  const base = baseModel(candidates, budgetMs);
  const model = mostAccurate(explorationSet(candidates, base));
  return { baseModel: base, eligible: [{ model, probability: 1 }] };
}

function certainly<C extends Candidate>(model: C): Decision<C> {
  return { baseModel: model, eligible: [{ model, probability: 1 }] };
}

function equally<C extends Candidate>(models: readonly C[]) {
  return models.map((model) => ({ model, probability: 1 / models.length }));
}
