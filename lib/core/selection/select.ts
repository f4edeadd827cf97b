import type { Random } from '../statistics/random.ts';
import type { Candidate, Decision, Strategy, TimeBudget } from './types.ts';

/** A decision and the model m' drawn from it. */
export interface Selection<C extends Candidate> extends Decision<C> {
  readonly model: C;
}

/**
 * Decides by a strategy and draws the model to run.
 *
 * @param random - called once; the same sequence gives the same models
 * @throws NoCandidateError when there is no model
 */
export function select<C extends Candidate>(
  strategy: Strategy,
  candidates: readonly C[],
  budget: TimeBudget,
  random: Random,
): Selection<C> {
  const decision = strategy(candidates, budget);
  return { ...decision, model: draw(decision, random) };
}

function draw<C extends Candidate>({ baseModel, eligible }: Decision<C>, random: Random): C {
  let remaining = random();
  for (const { model, probability } of eligible) {
    remaining -= probability;
    if (remaining < 0) return model;
  }
  // Probabilities that add up to a hair under 1 can leave a rest: it belongs to the last model.
  return eligible.at(-1)?.model ?? baseModel;
}
