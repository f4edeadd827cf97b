import { baseModel } from '../../core/selection/stages.ts';
import { type StrategyName, strategies, strategyNames } from '../../core/selection/strategies.ts';
import { threeStage } from '../../core/selection/three-stage.ts';
import type { Candidate, Decision, Strategy, TimeBudget } from '../../core/selection/types.ts';
import { worthChoosing } from '../../core/selection/worth-choosing.ts';

/**
 * The first of the three stages alone: what the authors' published simulator does
 * (cake-lab/MDInference, egg/mdinference/ModelChooser.py).
 */
function stageOne<C extends Candidate>(
  candidates: readonly C[],
  { budgetMs }: TimeBudget,
): Decision<C> {
  const model = baseModel(candidates, budgetMs);
  return { baseModel: model, eligible: [{ model, probability: 1 }] };
}

/** What a deployment's selector makes of `three-stage`: it gives it no model that another one dominates. */
function servedThreeStage<C extends Candidate>(
  candidates: readonly C[],
  budget: TimeBudget,
): Decision<C> {
  return threeStage(worthChoosing('three-stage', candidates), budget);
}

/** Whoever decides in a simulation: a deployment's strategies, and variants of the paper's algorithm. */
export const deciders: Readonly<Record<Exclude<SelectorName, 'oracle'>, Strategy>> = {
  ...strategies,
  'stage-one': stageOne,
  'three-stage-served': servedThreeStage,
};

/** Whoever selects in a simulation: a decider, or the clairvoyant ceiling. */
export type SelectorName = StrategyName | 'stage-one' | 'three-stage-served' | 'oracle';

/** All of them, the ceiling last. */
export const selectorNames = [
  ...strategyNames,
  'stage-one',
  'three-stage-served',
  'oracle',
] as const;
