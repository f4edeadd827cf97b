import { type Candidate, NoCandidateError } from './types.ts';

type Comparison = (a: Candidate, b: Candidate) => number;

const byName: Comparison = (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
const byMean: Comparison = (a, b) => a.meanMs - b.meanMs;
const byAccuracy: Comparison = (a, b) => b.accuracyPct - a.accuracyPct;

// Ties are broken down to the name, so that the order in which models are listed never matters.
const fasterFirst: Comparison = (a, b) => byMean(a, b) || byAccuracy(a, b) || byName(a, b);
const moreAccurateFirst: Comparison = (a, b) => byAccuracy(a, b) || byMean(a, b) || byName(a, b);

function first<C extends Candidate>(candidates: readonly C[], comparison: Comparison): C {
  let best = candidates[0];
  if (best === undefined) throw new NoCandidateError();
  for (const candidate of candidates) if (comparison(candidate, best) < 0) best = candidate;
  return best;
}

/**
 * The model with the smallest mean service time; of equals the more accurate, then the first by name.
 *
 * @throws {@link NoCandidateError} when there is none
 */
export function fastest<C extends Candidate>(candidates: readonly C[]): C {
  return first(candidates, fasterFirst);
}

/**
 * The model with the highest accuracy; of equals the faster, then the first by name.
 *
 * @throws {@link NoCandidateError} when there is none
 */
export function mostAccurate<C extends Candidate>(candidates: readonly C[]): C {
  return first(candidates, moreAccurateFirst);
}
