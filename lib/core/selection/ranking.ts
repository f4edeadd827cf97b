import { type Candidate, NoCandidateError } from './types.ts';

/** What decides between two models, as far as it is known: a {@link Candidate}, or less than one. */
export interface Rated {
  readonly name: string;
  /** Top-1 accuracy in percent; a model without one is compared with none. */
  readonly accuracyPct?: number | undefined;
  /** Mean service time in ms; a model without one is compared with none. */
  readonly meanMs?: number | undefined;
  /**
   * Standard deviation of the service time in ms.
   *
   * @default 0
   */
  readonly stdMs?: number | undefined;
  /**
   * Standard error of the mean in ms.
   *
   * @default 0, an exact mean
   */
  readonly meanErrorMs?: number | undefined;
}

type Known = Rated & { readonly accuracyPct: number; readonly meanMs: number };

/** Standard errors between two means that chance alone hardly ever puts there. */
const significant = 2;

/**
 * Standard error of mean + deviation over that of the mean, for exponential times: with skewness 2 and
 * excess kurtosis 6, var(mean + deviation) = (sigma^2 / n) (1 + 2 + (6 + 2) / 4).
 */
const boundErrorRatio = Math.sqrt(5);

/**
 * The model with the smallest mean service time; ties go to the more accurate, then to the first by
 * name.
 *
 * @throws {@link NoCandidateError} when there is no model
 * @example
 * ```ts
 * import { fastest } from 'mdinference/selection';
 *
 * const small = { name: 'small', accuracyPct: 60, meanMs: 10, stdMs: 1 };
 * const large = { name: 'large', accuracyPct: 80, meanMs: 90, stdMs: 5 };
 * fastest([large, small]).name; // => 'small'
 * ```
 */
export function fastest<C extends Candidate>(candidates: readonly C[]): C {
  return first(candidates, fasterFirst);
}

/**
 * The model with the highest accuracy; ties go to the faster, then to the steadier, then to the first by
 * name.
 *
 * @throws {@link NoCandidateError} when there is no model
 * @example
 * ```ts
 * import { mostAccurate } from 'mdinference/selection';
 *
 * const small = { name: 'small', accuracyPct: 60, meanMs: 10, stdMs: 1 };
 * const large = { name: 'large', accuracyPct: 80, meanMs: 90, stdMs: 5 };
 * mostAccurate([small, large]).name; // => 'large'
 * ```
 */
export function mostAccurate<C extends Candidate>(candidates: readonly C[]): C {
  return first(candidates, moreAccurateFirst);
}

function first<C extends Candidate>(
  candidates: readonly C[],
  comparison: (a: C, b: C) => number,
): C {
  let best = candidates[0];
  if (best === undefined) throw new NoCandidateError();
  for (const candidate of candidates) if (comparison(candidate, best) < 0) best = candidate;
  return best;
}

/**
 * Models that others make superfluous. A model dominates another one when it is at least as accurate and
 * at least as fast, in the mean and in mean + deviation (the two sides of Equation 2), and better in one
 * of the three.
 *
 * Means are measured. One that lies within two standard errors (of the difference) of a more accurate
 * model's is not faster, and nor is such a mean + deviation, whose error is larger.
 *
 * "Within noise" is not transitive: A may be hardly slower than B and B hardly slower than C, but A
 * clearly slower than C. So a model goes only if one that stays dominates it: from the most accurate
 * down, each is compared with those that stay. C stays then, and whoever goes leaves a model behind that
 * is at least as accurate and as fast as can be told.
 *
 * @returns by each dominated model the most accurate one that dominates it and is not dominated itself
 * @example
 * ```ts
 * import { findDominated } from 'mdinference/selection';
 *
 * const good = { name: 'good', accuracyPct: 80, meanMs: 50 };
 * const bad = { name: 'bad', accuracyPct: 60, meanMs: 51 };
 * const unknown = { name: 'unknown', meanMs: 52 };
 * findDominated([good, bad, unknown]).get(bad)?.name; // => 'good'
 * ```
 */
export function findDominated<M extends Rated>(models: readonly M[]): Map<M, M> {
  const staying: (M & Known)[] = [];
  const dominated = new Map<M, M>();
  for (const model of models.filter(isKnown).sort(moreAccurateFirst)) {
    const better = staying.find((other) => dominates(other, model));
    if (better) dominated.set(model, better);
    else staying.push(model);
  }
  return dominated;
}

/**
 * The models that no other one makes superfluous, in the order given, see {@link findDominated}.
 *
 * @example
 * ```ts
 * import { undominated } from 'mdinference/selection';
 *
 * const good = { name: 'good', accuracyPct: 80, meanMs: 50, stdMs: 2 };
 * const bad = { name: 'bad', accuracyPct: 60, meanMs: 51, stdMs: 2 };
 * const noisy = { name: 'noisy', accuracyPct: 60, meanMs: 49, stdMs: 2, meanErrorMs: 1 };
 * undominated([bad, good, noisy]).map(({ name }) => name); // => ['good']
 * ```
 */
export function undominated<M extends Rated>(models: readonly M[]): M[] {
  const dominated = findDominated(models);
  return models.filter((model) => !dominated.has(model));
}

function isKnown<M extends Rated>(model: M): model is M & Known {
  return model.accuracyPct !== undefined && model.meanMs !== undefined;
}

/** Whether a model dominates one that is no more accurate than it. */
function dominates(a: Known, b: Known): boolean {
  const isMoreAccurate = a.accuracyPct > b.accuracyPct;
  const meanGainMs = b.meanMs - a.meanMs;
  const boundGainMs = meanGainMs + (b.stdMs ?? 0) - (a.stdMs ?? 0);
  // Between equally accurate models noise decides nothing, and both may stay.
  const noiseMs = isMoreAccurate ? noiseOfDifference(a, b) : 0;
  const isAsFast = meanGainMs >= -noiseMs && boundGainMs >= -boundErrorRatio * noiseMs;
  return isAsFast && (isMoreAccurate || meanGainMs + boundGainMs > 0);
}

function noiseOfDifference({ meanErrorMs: a = 0 }: Rated, { meanErrorMs: b = 0 }: Rated): number {
  return significant * Math.sqrt(a * a + b * b);
}

// Ties are broken down to the name, so that the order in which models are listed never matters.

function fasterFirst(a: Known, b: Known): number {
  return a.meanMs - b.meanMs || b.accuracyPct - a.accuracyPct || byName(a, b);
}

/** The best first: nothing is dominated by what comes behind it. */
function moreAccurateFirst(a: Known, b: Known): number {
  return (
    b.accuracyPct - a.accuracyPct ||
    a.meanMs - b.meanMs ||
    (a.stdMs ?? 0) - (b.stdMs ?? 0) ||
    byName(a, b)
  );
}

function byName(a: Known, b: Known): number {
  return a.name < b.name ? -1 : 1;
}
