import { baseModel } from '../selection/stages.ts';
import { type StrategyName, strategies, strategyNames } from '../selection/strategies.ts';
import type { Candidate, Decision, Strategy, TimeBudget } from '../selection/types.ts';

/**
 * The first of the three stages alone: what the authors' published simulator does
 * (cake-lab/MDInference, egg/mdinference/ModelChooser.py).
 */
export function stageOne<C extends Candidate>(
  candidates: readonly C[],
  { budgetMs }: TimeBudget,
): Decision<C> {
  const model = baseModel(candidates, budgetMs);
  return { baseModel: model, eligible: [{ model, probability: 1 }] };
}

/** Whoever decides in a simulation: a deployment's strategies, and the first stage alone. */
export const deciders: Readonly<Record<Exclude<SelectorName, 'oracle'>, Strategy>> = {
  ...strategies,
  'stage-one': stageOne,
};

/** Whoever selects in a simulation: a decider, or the clairvoyant ceiling. */
export type SelectorName = StrategyName | 'stage-one' | 'oracle';

/** All of them, the ceiling last. */
export const selectorNames = [...strategyNames, 'stage-one', 'oracle'] as const;
