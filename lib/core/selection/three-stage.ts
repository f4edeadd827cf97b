import { fastest, findDominated, mostAccurate } from './ranking.ts';
import {
  type Candidate,
  certainly,
  type Decision,
  type Eligible,
  type TimeBudget,
} from './types.ts';

/**
 * What the service runs: the paper's three stages, in which a model that the request is no better off
 * with gives its share to the one that dominates it, see {@link findDominated}. The utility of Equation 3
 * is linear in accuracy: as long as their times are close, a slower and less accurate model would keep
 * nearly half of the requests.
 *
 * Where models fit the budget, only they take over: the base model is the paper's, and every share stays
 * or goes to a more accurate model. Leaving dominated models out beforehand would not do: what they had
 * would go to less accurate ones as well.
 *
 * @throws {@link NoCandidateError} when there is no model
 * @example
 * ```ts
 * import { threeStage } from 'mdinference/selection';
 *
 * const good = { name: 'good', accuracyPct: 80, meanMs: 50, stdMs: 5 };
 * const bad = { name: 'bad', accuracyPct: 60, meanMs: 51, stdMs: 5 };
 * const budget = { slaMs: 250, inputMs: 50, networkMs: 100, budgetMs: 150 };
 * threeStage([good, bad], budget).eligible.length; // => 1
 * ```
 */
export function threeStage<C extends Candidate>(
  candidates: readonly C[],
  budget: TimeBudget,
): Decision<C> {
  const printed = threeStageAsPrinted(candidates, budget);
  const fitting = candidates.filter((model) => fits(model, budget.budgetMs));
  // Alone, a base model that fits is dominated by none.
  if (fitting.length > 0 && printed.eligible.length === 1) return printed;
  const dominated = findDominated(fitting.length > 0 ? fitting : candidates);
  const takingOver = (model: C) => dominated.get(model) ?? model;
  const shares = new Map<C, number>();
  for (const { model, probability } of printed.eligible) {
    const taker = takingOver(model);
    shares.set(taker, (shares.get(taker) ?? 0) + probability);
  }
  const base = takingOver(printed.baseModel);
  // Shares that add up to a hair under 1 would be reported.
  if (shares.size === 1) return certainly(base);
  return {
    baseModel: base,
    eligible: Array.from(shares, ([model, probability]) => ({ model, probability })),
  };
}

/**
 * The paper's algorithm as printed (Section IV-D): base model, exploration set, probabilities by
 * utility. For the paper's figures.
 *
 * @throws {@link NoCandidateError} when there is no model
 * @example
 * ```ts
 * import { threeStageAsPrinted } from 'mdinference/selection';
 *
 * const good = { name: 'good', accuracyPct: 80, meanMs: 50, stdMs: 5 };
 * const bad = { name: 'bad', accuracyPct: 60, meanMs: 51, stdMs: 5 };
 * const budget = { slaMs: 250, inputMs: 50, networkMs: 100, budgetMs: 150 };
 * threeStageAsPrinted([good, bad], budget).eligible.length; // => 2
 * ```
 */
export function threeStageAsPrinted<C extends Candidate>(
  candidates: readonly C[],
  { budgetMs }: TimeBudget,
): Decision<C> {
  const base = baseModel(candidates, budgetMs);
  const explored = explorationSet(candidates, base);
  return { baseModel: base, eligible: selectionProbabilities(explored, base, budgetMs) };
}

/**
 * Equation 2: whether a model is expected to finish within a time: mu(m) + sigma(m) < limit.
 *
 * @param limitMs - in ms
 * @example
 * ```ts
 * import { fits } from 'mdinference/selection';
 *
 * const model = { name: 'm', accuracyPct: 80, meanMs: 90, stdMs: 5 };
 * fits(model, 100); // => true
 * fits(model, 95); // => false
 * ```
 */
export function fits(model: Candidate, limitMs: number): boolean {
  return model.meanMs + model.stdMs < limitMs;
}

/**
 * Stage one (Equations 1 and 2): the most accurate model that fits the budget, or the fastest model
 * when none fits.
 *
 * @throws {@link NoCandidateError} when there is no model
 * @example
 * ```ts
 * import { baseModel } from 'mdinference/selection';
 *
 * const small = { name: 'small', accuracyPct: 60, meanMs: 10, stdMs: 1 };
 * const large = { name: 'large', accuracyPct: 80, meanMs: 90, stdMs: 5 };
 * baseModel([small, large], 100).name; // => 'large'
 * baseModel([small, large], 5).name; // => 'small'
 * ```
 */
export function baseModel<C extends Candidate>(candidates: readonly C[], budgetMs: number): C {
  const fitting = candidates.filter((model) => fits(model, budgetMs));
  return fitting.length > 0 ? mostAccurate(fitting) : fastest(candidates);
}

/**
 * Stage two: the exploration set M_E, all models whose mean lies within one standard deviation of the
 * base model's mean, bounds included. The base model is always a member.
 *
 * @example
 * ```ts
 * import { explorationSet } from 'mdinference/selection';
 *
 * const base = { name: 'base', accuracyPct: 80, meanMs: 90, stdMs: 5 };
 * const near = { name: 'near', accuracyPct: 78, meanMs: 85, stdMs: 2 };
 * const far = { name: 'far', accuracyPct: 60, meanMs: 10, stdMs: 1 };
 * explorationSet([far, near, base], base).map(({ name }) => name); // => ['near', 'base']
 * ```
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
 *
 * @example
 * ```ts
 * import { utility } from 'mdinference/selection';
 *
 * const model = { name: 'm', accuracyPct: 80, meanMs: 90, stdMs: 5 };
 * utility(model, 100); // => 40
 * utility(model, 90); // => 0
 * ```
 */
export function utility(model: Candidate, budgetMs: number): number {
  const spareMs = budgetMs - (model.meanMs + model.stdMs);
  if (!(spareMs > 0)) return 0;
  return (model.accuracyPct * spareMs) / Math.abs(budgetMs - model.meanMs);
}

/**
 * Stage three: Pr(m) = U(m) / sum of U over the exploration set. Models of utility 0 drop out; when
 * all are 0 the base model is certain.
 *
 * @example
 * ```ts
 * import { selectionProbabilities } from 'mdinference/selection';
 *
 * const base = { name: 'base', accuracyPct: 75, meanMs: 50, stdMs: 0 };
 * const other = { name: 'other', accuracyPct: 25, meanMs: 50, stdMs: 0 };
 * selectionProbabilities([base, other], base, 100).map(({ probability }) => probability); // => [0.75, 0.25]
 * ```
 */
export function selectionProbabilities<C extends Candidate>(
  explored: readonly C[],
  base: C,
  budgetMs: number,
): Eligible<C>[] {
  const rated = explored.map((model) => ({ model, worth: utility(model, budgetMs) }));
  const useful = rated.filter(({ worth }) => worth > 0);
  if (useful.length === 0) return [{ model: base, probability: 1 }];
  const total = useful.reduce((sum, { worth }) => sum + worth, 0);
  return useful.map(({ model, worth }) => ({ model, probability: worth / total }));
}
