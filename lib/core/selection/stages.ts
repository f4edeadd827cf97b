import { fastest, mostAccurate } from './order.ts';
import type { Candidate, Eligible } from './types.ts';

/**
 * Equation 2: whether a model is expected to finish within a time: mu(m) + sigma(m) < limit.
 *
 * @param limitMs - in ms
 */
export function fits(model: Candidate, limitMs: number): boolean {
  return model.meanMs + model.stdMs < limitMs;
}

/**
 * Stage one (Equations 1 and 2): the most accurate model that fits the budget, or the fastest model
 * when none fits.
 *
 * @throws NoCandidateError when there is no model
 */
export function baseModel<C extends Candidate>(candidates: readonly C[], budgetMs: number): C {
  const fitting = candidates.filter((model) => fits(model, budgetMs));
  return fitting.length > 0 ? mostAccurate(fitting) : fastest(candidates);
}

/**
 * Stage two: the exploration set M_E, all models whose mean lies within one standard deviation of the
 * base model's mean, bounds included. The base model is always a member.
 */
export function explorationSet<C extends Candidate>(candidates: readonly C[], base: C): C[] {
  const low = base.meanMs - base.stdMs;
  const high = base.meanMs + base.stdMs;
  return candidates.filter(({ meanMs }) => meanMs >= low && meanMs <= high);
}

/**
 * Equation 3: U(m) = A(m) * (T_budget - (mu + sigma)) / |T_budget - mu|.
 *
 * A negative utility (mu + sigma beyond the budget) counts as 0, and so does the undefined one at
 * T_budget = mu, whose numerator is never positive.
 */
export function utility(model: Candidate, budgetMs: number): number {
  const spareMs = budgetMs - (model.meanMs + model.stdMs);
  if (!(spareMs > 0)) return 0;
  return (model.accuracyPct * spareMs) / Math.abs(budgetMs - model.meanMs);
}

/**
 * Stage three: Pr(m) = U(m) / sum of U over the exploration set. Models of utility 0 drop out; when
 * all are 0 the base model is taken for certain.
 */
export function selectionProbabilities<C extends Candidate>(
  explored: readonly C[],
  base: C,
  budgetMs: number,
): Eligible<C>[] {
  const utilities = explored.map((model) => utility(model, budgetMs));
  const total = utilities.reduce((sum, value) => sum + value, 0);
  if (!(total > 0)) return [{ model: base, probability: 1 }];
  return explored.flatMap((model, i) => {
    const probability = (utilities[i] ?? 0) / total;
    return probability > 0 ? [{ model, probability }] : [];
  });
}
