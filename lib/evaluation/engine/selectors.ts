import { cheapestInTime, withOneSizeEach } from '../../core/selection/sizes.ts';
import { type StrategyName, strategies, strategyNames } from '../../core/selection/strategies.ts';
import { baseModel } from '../../core/selection/three-stage.ts';
import {
  type Candidate,
  certainly,
  type Decision,
  type Strategy,
  type TimeBudget,
} from '../../core/selection/types.ts';

/**
 * The first of the three stages alone: what the authors' published simulator does
 * (cake-lab/MDInference, egg/mdinference/ModelChooser.py).
 */
function stageOne<C extends Candidate>(
  candidates: readonly C[],
  { budgetMs }: TimeBudget,
): Decision<C> {
  return certainly(baseModel(candidates, budgetMs));
}

/** The deciders of a simulation: a deployment's strategies, or the first stage alone. */
export const deciders: Readonly<Record<Exclude<SelectorName, 'oracle'>, Strategy>> = {
  ...strategies,
  'stage-one': withOneSizeEach(stageOne, cheapestInTime),
};

/** The selectors of a simulation: a decider, or the clairvoyant ceiling. */
export type SelectorName = StrategyName | 'stage-one' | 'oracle';

/** All of them, the ceiling last. */
export const selectorNames = [...strategyNames, 'stage-one', 'oracle'] as const;
