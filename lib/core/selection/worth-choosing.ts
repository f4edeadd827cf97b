import type { StrategyName } from './strategies.ts';
import type { Candidate } from './types.ts';
import { undominated } from './undominated.ts';

/**
 * The candidates that a deployed strategy chooses among. `three-stage` is not given models that no
 * request is better off with: the utility of Equation 3 is linear in accuracy, so a model that is slower
 * and less accurate than another would keep nearly half of the requests as long as their times are
 * close. The baselines stay as the paper has them, and `expected-accuracy` leaves such models by itself.
 */
export function worthChoosing<C extends Candidate>(
  strategy: StrategyName,
  candidates: readonly C[],
): readonly C[] {
  return strategy === 'three-stage' ? undominated(candidates) : candidates;
}
