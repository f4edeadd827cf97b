import { fastest, mostAccurate } from './ranking.ts';
import { baseModel, explorationSet, fits } from './three-stage.ts';
import { type Candidate, certainly, type Decision, type TimeBudget } from './types.ts';

/**
 * Always the fastest model (paper, Section V-D).
 *
 * @throws {@link NoCandidateError} when there is no model
 * @example
 * ```ts
 * import { strategies } from 'mdinference/selection';
 *
 * const small = { name: 'small', accuracyPct: 60, meanMs: 10, stdMs: 1 };
 * const large = { name: 'large', accuracyPct: 80, meanMs: 90, stdMs: 5 };
 * strategies['static-latency']([small, large]).baseModel.name; // => 'small'
 * ```
 */
export function staticLatency<C extends Candidate>(candidates: readonly C[]): Decision<C> {
  return certainly(fastest(candidates));
}

/**
 * Always the most accurate model (paper, Section V-D).
 *
 * @throws {@link NoCandidateError} when there is no model
 * @example
 * ```ts
 * import { strategies } from 'mdinference/selection';
 *
 * const small = { name: 'small', accuracyPct: 60, meanMs: 10, stdMs: 1 };
 * const large = { name: 'large', accuracyPct: 80, meanMs: 90, stdMs: 5 };
 * const budget = { slaMs: 250, inputMs: 100, networkMs: 200, budgetMs: 50 };
 * strategies['static-accuracy']([small, large], budget).baseModel.name; // => 'large'
 * ```
 */
export function staticAccuracy<C extends Candidate>(candidates: readonly C[]): Decision<C> {
  return certainly(mostAccurate(candidates));
}

/**
 * The most accurate model that can complete within the SLA, whatever the network's share (paper,
 * Section V-A); the fastest when none can.
 *
 * @throws {@link NoCandidateError} when there is no model
 * @example
 * ```ts
 * import { strategies } from 'mdinference/selection';
 *
 * const small = { name: 'small', accuracyPct: 60, meanMs: 10, stdMs: 1 };
 * const large = { name: 'large', accuracyPct: 80, meanMs: 90, stdMs: 5 };
 * const budget = { slaMs: 250, inputMs: 100, networkMs: 200, budgetMs: 50 };
 * strategies['static-greedy']([small, large], budget).baseModel.name; // => 'large'
 * ```
 */
export function staticGreedy<C extends Candidate>(
  candidates: readonly C[],
  { slaMs, startMs = 0 }: TimeBudget,
): Decision<C> {
  const fitting = candidates.filter((model) => fits(model, slaMs - startMs));
  return certainly(fitting.length > 0 ? mostAccurate(fitting) : fastest(candidates));
}

/**
 * Any model, all equally likely (paper, Section V-C).
 *
 * @throws {@link NoCandidateError} when there is no model
 * @example
 * ```ts
 * import { strategies } from 'mdinference/selection';
 *
 * const small = { name: 'small', accuracyPct: 60, meanMs: 10, stdMs: 1 };
 * const large = { name: 'large', accuracyPct: 80, meanMs: 90, stdMs: 5 };
 * const budget = { slaMs: 250, inputMs: 100, networkMs: 200, budgetMs: 50 };
 * strategies['pure-random']([small, large], budget).eligible.length; // => 2
 * ```
 */
export function pureRandom<C extends Candidate>(
  candidates: readonly C[],
  { budgetMs }: TimeBudget,
): Decision<C> {
  return { baseModel: baseModel(candidates, budgetMs), eligible: equally(candidates) };
}

/**
 * Any model of the exploration set, all equally likely (paper, Section V-C).
 *
 * @throws {@link NoCandidateError} when there is no model
 * @example
 * ```ts
 * import { strategies } from 'mdinference/selection';
 *
 * const small = { name: 'small', accuracyPct: 60, meanMs: 10, stdMs: 1 };
 * const large = { name: 'large', accuracyPct: 80, meanMs: 90, stdMs: 5 };
 * const budget = { slaMs: 250, inputMs: 100, networkMs: 200, budgetMs: 50 };
 * strategies['related-random']([small, large], budget).eligible.length; // => 1
 * ```
 */
export function relatedRandom<C extends Candidate>(
  candidates: readonly C[],
  { budgetMs }: TimeBudget,
): Decision<C> {
  const base = baseModel(candidates, budgetMs);
  return { baseModel: base, eligible: equally(explorationSet(candidates, base)) };
}

/**
 * The most accurate model of the exploration set (paper, Section V-C).
 *
 * @throws {@link NoCandidateError} when there is no model
 * @example
 * ```ts
 * import { strategies } from 'mdinference/selection';
 *
 * const small = { name: 'small', accuracyPct: 60, meanMs: 10, stdMs: 1 };
 * const large = { name: 'large', accuracyPct: 80, meanMs: 90, stdMs: 5 };
 * const budget = { slaMs: 250, inputMs: 100, networkMs: 200, budgetMs: 50 };
 * strategies['related-accurate']([small, large], budget).baseModel.name; // => 'small'
 * ```
 */
export function relatedAccurate<C extends Candidate>(
  candidates: readonly C[],
  { budgetMs }: TimeBudget,
): Decision<C> {
  const base = baseModel(candidates, budgetMs);
  return { ...certainly(mostAccurate(explorationSet(candidates, base))), baseModel: base };
}

function equally<C extends Candidate>(models: readonly C[]) {
  return models.map((model) => ({ model, probability: 1 / models.length }));
}
