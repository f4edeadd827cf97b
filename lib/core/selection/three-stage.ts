import { baseModel, explorationSet, selectionProbabilities } from './stages.ts';
import type { Candidate, Decision, TimeBudget } from './types.ts';

/** The paper's own algorithm (Section IV-D): base model, exploration set, probabilities by utility. */
export function threeStage<C extends Candidate>(
  candidates: readonly C[],
  { budgetMs }: TimeBudget,
): Decision<C> {
  const base = baseModel(candidates, budgetMs);
  const explored = explorationSet(candidates, base);
  return { baseModel: base, eligible: selectionProbabilities(explored, base, budgetMs) };
}
