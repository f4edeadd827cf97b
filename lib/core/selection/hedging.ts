import { leftMs, outputOf } from './deadline.ts';
import { serviceWithin, warmQuantileMs } from './service-time.ts';
import type { Candidate, TimeBudget } from './types.ts';

/**
 * Share of the calls that never answer, beyond what a profile knows: processes hang. It makes a model that
 * has not answered when all its measured calls would have one that does not answer at all.
 */
const hangingShare = 0.001;

/** The distribution of T_output is reduced to so many parts. */
const outputParts = 6;

/** Sums of weights are a hair under or above what they should be. */
const rounding = 1e-9;

/** A second model for a request, and when to ask it. */
export interface HedgePlan<C extends Candidate> {
  readonly model: C;
  /** In ms after the chosen model was invoked; 0 means along with it. */
  readonly afterMs: number;
  /** What the extra invocation gains if there is no answer until then, in expected points of accuracy. */
  readonly gainPct: number;
}

/** When an answer has to leave to be in time, for a part of the distribution of T_output. */
interface Leaving {
  /** For the part's mean, in ms after the invocation. */
  readonly ms: number;
  /** For all of the part. */
  readonly surelyMs: number;
  readonly weight: number;
}

/** Waiting for a better answer that gains less, in expected points of accuracy, only makes answers late. */
const leastGainPct = 0.1;

/**
 * Plans a hedge (Dean, Barroso: "The Tail at Scale", CACM 2013, "hedged requests") with a cheaper model:
 * if the chosen model has not answered by some moment, another one is asked, and the more accurate answer
 * that is there in time wins.
 *
 * Model and moment are those of the largest expected profit: P(no answer until then) * (gain - price).
 * The gain is what the other answer adds to the device's accuracy, if it is in time and the chosen model's
 * is not. The moments are 0, the one at which the chosen model has hardly a warm answer left to give, and
 * those at which just enough time is left for the other model at its 95 % quantile, for values of
 * T_output.
 *
 * @param budget - as of the moment of the invocation
 * @param pricePct - what an extra invocation has to gain, in points of accuracy
 * @returns undefined when no hedge is worth its price
 * @example
 * ```ts
 * import { planHedge } from 'mdinference/selection';
 *
 * const small = { name: 'small', accuracyPct: 60, meanMs: 10, stdMs: 1 };
 * const large = { name: 'large', accuracyPct: 80, meanMs: 90, stdMs: 5 };
 * const budget = { slaMs: 250, inputMs: 50, networkMs: 100, budgetMs: 150 };
 * const plan = planHedge(large, [small, large], budget, 1);
 * plan?.model.name; // => 'small'
 * Math.round(plan?.afterMs ?? 0); // => 138
 * ```
 */
export function planHedge<C extends Candidate>(
  chosen: C,
  candidates: readonly C[],
  budget: TimeBudget,
  pricePct: number,
): HedgePlan<C> | undefined {
  const { deviceAccuracyPct = 0 } = budget;
  const leaving = leavingTimes(budget);
  const late = leaving.map(({ ms }) => 1 - answeredWithin(chosen, ms));
  let best: HedgePlan<C> | undefined;
  let bestProfit = 0;
  for (const model of candidates) {
    const worth = model.accuracyPct - deviceAccuracyPct;
    if (model === chosen || worth <= 0) continue;
    const p95Ms = warmQuantileMs(model, 0.95);
    const moments = [
      0,
      warmQuantileMs(chosen, 0.99),
      ...leaving.map(({ surelyMs }) => surelyMs - p95Ms),
    ];
    for (const afterMs of moments) {
      if (afterMs < 0) continue;
      const unanswered = 1 - answeredWithin(chosen, afterMs);
      const gain = worth * rescued(model, afterMs, leaving, late, unanswered);
      const profit = gain - pricePct * unanswered;
      if (profit <= bestProfit) continue;
      bestProfit = profit;
      best = { model, afterMs, gainPct: gain / unanswered };
    }
  }
  return best;
}

/** P(the other model's answer is in time, and the chosen model's is not). */
function rescued(
  model: Candidate,
  afterMs: number,
  leaving: readonly Leaving[],
  late: readonly number[],
  unanswered: number,
): number {
  let probability = 0;
  for (const [i, { ms, weight }] of leaving.entries()) {
    if (ms <= afterMs) continue;
    probability += weight * (late[i] ?? 0) * serviceWithin(model, ms - afterMs);
  }
  return Math.min(probability, unanswered);
}

function answeredWithin(model: Candidate, ms: number): number {
  return (1 - hangingShare) * serviceWithin(model, ms);
}

/**
 * Until when to wait for a more accurate answer when a less accurate one is there, in ms after the
 * invocation of the model that is waited for.
 *
 * Returning it at once makes it certain to be as early as can be; waiting makes it later, and perhaps
 * too late. The best moment is now or just before it would be too late for one of the values of T_output.
 *
 * @param inHand - the model whose answer is there
 * @param pending - the model that has not answered
 * @param elapsedMs - since the pending model was invoked
 * @returns `elapsedMs` when the answer is to be returned at once
 * @example
 * ```ts
 * import { waitUntilMs } from 'mdinference/selection';
 *
 * const small = { name: 'small', accuracyPct: 60, meanMs: 10, stdMs: 1 };
 * const large = { name: 'large', accuracyPct: 80, meanMs: 90, stdMs: 5 };
 * const budget = { slaMs: 250, inputMs: 50, networkMs: 100, budgetMs: 150 };
 * waitUntilMs(small, large, 40, budget); // => 150
 * waitUntilMs(large, small, 40, budget); // => 40
 * ```
 */
export function waitUntilMs(
  inHand: Candidate,
  pending: Candidate,
  elapsedMs: number,
  budget: TimeBudget,
): number {
  const { deviceAccuracyPct = 0 } = budget;
  const worthInHand = Math.max(0, inHand.accuracyPct - deviceAccuracyPct);
  const worthPending = pending.accuracyPct - deviceAccuracyPct;
  if (worthPending <= worthInHand) return elapsedMs;

  const leaving = leavingTimes(budget);
  const answeredBefore = answeredWithin(pending, elapsedMs);
  const answered = leaving.map(({ ms }) => answeredWithin(pending, ms) - answeredBefore);
  let bestMs = elapsedMs;
  let best = leastGainPct + worthInHand * shareAfter(leaving, elapsedMs);
  for (const { surelyMs: untilMs } of leaving) {
    if (untilMs <= elapsedMs) continue;
    const answeredUntil = answeredWithin(pending, untilMs) - answeredBefore;
    const unanswered = 1 - answeredBefore - answeredUntil;
    let worth = worthInHand * unanswered * shareAfter(leaving, untilMs);
    for (const [i, { ms, weight }] of leaving.entries()) {
      if (ms > elapsedMs)
        worth += weight * worthPending * Math.min(answeredUntil, answered[i] ?? 0);
    }
    // Of the answers, only those that are still to come count.
    worth /= 1 - answeredBefore;
    if (worth <= best) continue;
    best = worth;
    bestMs = untilMs;
  }
  return bestMs;
}

/** P(an answer that leaves at a moment is in time). */
function shareAfter(leaving: readonly Leaving[], atMs: number): number {
  return leaving.reduce((sum, { surelyMs, weight }) => (atMs <= surelyMs ? sum + weight : sum), 0);
}

/** When answers have to leave, for few parts of the distribution of T_output with about the same weight. */
function leavingTimes(budget: TimeBudget): Leaving[] {
  const left = leftMs(budget);
  const output = outputOf(budget);
  const ascending = output.length > 1 ? output.toSorted((a, b) => a.ms - b.ms) : output;
  const parts: Leaving[] = [];
  let weight = 0;
  let sum = 0;
  for (const [i, time] of ascending.entries()) {
    weight += time.weight;
    sum += time.weight * time.ms;
    if (weight < 1 / outputParts - rounding && i < ascending.length - 1) continue;
    parts.push({ ms: left - sum / weight, surelyMs: left - time.ms, weight });
    weight = 0;
    sum = 0;
  }
  return parts;
}
