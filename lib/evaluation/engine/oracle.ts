import { fastest, mostAccurate } from '../../core/selection/ranking.ts';
import type { Candidate } from '../../core/selection/types.ts';

/**
 * The clairvoyant ceiling: knows every model's time of this very request and takes the most accurate
 * whose answer is there in time, or the fastest when none is.
 *
 * @param isInTime - whether the answer of a model would be there within the SLA
 */
export function clairvoyant<C extends Candidate>(
  candidates: readonly C[],
  isInTime: (model: C) => boolean,
): C {
  const inTime = candidates.filter(isInTime);
  return inTime.length > 0 ? mostAccurate(inTime) : fastest(candidates);
}
