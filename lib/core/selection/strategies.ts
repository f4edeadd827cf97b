import type { Random } from '../statistics/random.ts';
import {
  pureRandom,
  relatedAccurate,
  relatedRandom,
  staticAccuracy,
  staticGreedy,
  staticLatency,
} from './baselines.ts';
import { expectedAccuracy } from './expected-accuracy.ts';
import {
  cheapestInTime,
  cheapestWithinMargin,
  cheapestWithinSla,
  withOneSizeEach,
} from './sizes.ts';
import { threeStage, threeStageAsPrinted } from './three-stage.ts';
import type { Candidate, Decision, Strategy, TimeBudget } from './types.ts';

/**
 * Every strategy by the name under which deployments, the command line and answers know it.
 * `three-stage` is the default; `three-stage-as-printed` and the baselines are for comparison. Of a model of
 * several sizes each considers one: see {@link withOneSizeEach}.
 *
 * @example
 * ```ts
 * import { strategies } from 'mdinference/selection';
 *
 * const small = { name: 'small', accuracyPct: 60, meanMs: 10, stdMs: 1 };
 * const large = { name: 'large', accuracyPct: 80, meanMs: 90, stdMs: 5 };
 * const budget = { slaMs: 250, inputMs: 100, networkMs: 200, budgetMs: 50 };
 * strategies['three-stage']([small, large], budget).baseModel.name; // => 'small'
 * ```
 */
export const strategies = {
  /** The paper's three stages, as the service runs them: see {@link threeStage}. */
  'three-stage': withOneSizeEach(threeStage, cheapestInTime),
  /** The paper's three stages as printed: see {@link threeStageAsPrinted}. */
  'three-stage-as-printed': withOneSizeEach(threeStageAsPrinted, cheapestInTime),
  /** The highest expected accuracy: see {@link expectedAccuracy}. */
  'expected-accuracy': withOneSizeEach(expectedAccuracy, cheapestWithinMargin),
  /** Always the fastest model, at its fastest size. */
  'static-latency': staticLatency,
  /** Always the most accurate model. */
  'static-accuracy': withOneSizeEach(staticAccuracy, cheapestInTime),
  /** The most accurate model that fits the SLA, whatever the network. */
  'static-greedy': withOneSizeEach(staticGreedy, cheapestWithinSla),
  /** Any model. */
  'pure-random': withOneSizeEach(pureRandom, cheapestInTime),
  /** Any model of the exploration set. */
  'related-random': withOneSizeEach(relatedRandom, cheapestInTime),
  /** The most accurate model of the exploration set. */
  'related-accurate': withOneSizeEach(relatedAccurate, cheapestInTime),
} as const satisfies Record<string, Strategy>;

/** The name of a strategy. */
export type StrategyName = keyof typeof strategies;

/** All names, the default first. */
export const strategyNames = Object.keys(strategies) as [StrategyName, ...StrategyName[]];

/** A decision and the model m' drawn from it. */
export interface Selection<C extends Candidate> extends Decision<C> {
  readonly model: C;
}

/**
 * Decides by a strategy and draws the model to run.
 *
 * @param random - called once; the same sequence gives the same models
 * @throws {@link NoCandidateError} when there is no model
 * @example
 * ```ts
 * import { select, strategies, timeBudget } from 'mdinference/selection';
 *
 * const small = { name: 'small', accuracyPct: 60, meanMs: 10, stdMs: 1 };
 * const large = { name: 'large', accuracyPct: 80, meanMs: 90, stdMs: 5 };
 * const receivedMs = Date.now();
 * const budget = timeBudget(
 *   { slaMs: 250, uploadStartMs: receivedMs - 60, receivedMs },
 *   { defaultNetworkMs: 100, clockToleranceMs: 50, maxInputMs: 60_000 },
 * );
 * const { model } = select(strategies['three-stage'], [small, large], budget, Math.random);
 * model.name; // => 'large'
 * ```
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
  // Rounding can leave the sum of the probabilities a hair under 1: the rest belongs to the last
  // model.
  return eligible.at(-1)?.model ?? baseModel;
}
