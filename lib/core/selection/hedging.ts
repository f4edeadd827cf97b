import { leavingTimes } from './leaving.ts';
import { answeredWithin, hangingShare, serviceWithin, warmQuantileMs } from './service-time.ts';
import type { Candidate, TimeBudget } from './types.ts';

/** What is less likely than this, nobody will see. */
const negligible = 1e-6;

/**
 * How much more a point counts that may be lost than one that may be gained: the best of several estimates is
 * one that errs in its own favour.
 */
const caution = 1.5;

/** A second model for a request, and when to ask it. */
export interface HedgePlan<C extends Candidate> {
  readonly model: C;
  /** In ms after the chosen model was invoked; 0 means along with it. */
  readonly afterMs: number;
  /** What the extra invocation gains if there is no answer until then, in expected points of accuracy. */
  readonly gainPct: number;
}

/** A moment at which the other model may be asked. */
interface Moment {
  readonly afterMs: number;
  /** P(the chosen model has not answered by then). */
  readonly unanswered: number;
}

/** A moment at which the other model's answer may be returned if the chosen model's is not there. */
interface GivingUp {
  /** In ms after the invocation. */
  readonly ms: number;
  /** P(an answer that leaves then is in time). */
  readonly inTime: number;
  /** P(the chosen model has not answered by then, because it started cold or hangs). */
  readonly stuck: number;
  /** P(it has not, because it is slow). */
  readonly slow: number;
  /** By how much it is slower than its mean then, at least. */
  readonly slowdown: number;
  /** What its answers after that moment would still have been worth, in expected points of accuracy. */
  readonly lossPct: number;
}

/**
 * Plans a hedge (Dean, Barroso: "The Tail at Scale", CACM 2013, "hedged requests"): if the chosen model has
 * not answered by some moment, another one is asked, and the more accurate answer that is there in time
 * wins.
 *
 * Model and moment are those of the largest expected profit, P(no answer until then) * (gain - price). The
 * gain is what the other answer adds to the device's accuracy, if it is in time and the chosen model has not
 * answered when it is returned, less what later answers of the chosen model would have been worth. So it is
 * mostly a cheaper model. The moments are 0, the one at which 99 % of the chosen model's warm calls have
 * answered, and those at which just enough time is left for the other model's 95 % quantile, for values of
 * T_output.
 *
 * What makes one model slow, a large picture or a busy host, may make others slow: the other model is
 * expected to be slower than its profile says by the factor by which the chosen one is. Cold starts and
 * hung processes are a model's own.
 *
 * @param candidates - the chosen model among them; any order
 * @param budget - what has passed since the receipt is to be taken off `slaMs`
 * @param pricePct - what an extra invocation has to gain, in points of accuracy: see {@link HedgeTokens}
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
  const ends = givingUpTimes(chosen, budget);
  const lateShare = lateAfter(0, ends);
  const settledMs = warmQuantileMs(chosen, 0.99);
  const settled = { afterMs: settledMs, unanswered: 1 - answeredWithin(chosen, settledMs) };
  const soonest = [{ afterMs: 0, unanswered: 1 }, settled];
  let best: HedgePlan<C> | undefined;
  let bestProfit = 0;
  for (const model of candidates.toSorted((a, b) => b.accuracyPct - a.accuracyPct)) {
    const worth = model.accuracyPct - deviceAccuracyPct;
    // The others are worth even less.
    if (worth * lateShare <= bestProfit) break;
    if (model.name === chosen.name) continue;
    const mostGain = gainOf(model, worth, 0, ends);
    if (mostGain <= bestProfit) continue;
    for (const { afterMs, unanswered } of [...latest(model, chosen, ends), ...soonest]) {
      const leastGain = bestProfit + pricePct * unanswered;
      if (Math.min(mostGain, worth * lateAfter(afterMs, ends)) <= leastGain) continue;
      const gain = gainOf(model, worth, afterMs, ends);
      if (!(gain > leastGain)) continue;
      bestProfit += gain - leastGain;
      best = { model, afterMs, gainPct: gain / unanswered };
    }
  }
  return best;
}

/** The moments of giving up the chosen model: when answers have to leave, the latest first. */
function givingUpTimes(chosen: Candidate, budget: TimeBudget): GivingUp[] {
  const { coldShare = 0, coldMeanMs = Number.POSITIVE_INFINITY, accuracyPct, meanMs } = chosen;
  const { deviceAccuracyPct = 0 } = budget;
  const parts = leavingTimes(budget).map(({ ms, surelyMs, weight }) => {
    return { surelyMs, weight, answered: answeredWithin(chosen, ms) };
  });
  let inTime = 0;
  return parts.map(({ surelyMs: ms, weight }) => {
    inTime += weight;
    const answeredThen = answeredWithin(chosen, ms);
    let missed = 0;
    for (const part of parts) missed += part.weight * Math.max(0, part.answered - answeredThen);
    const stuck = hangingShare + (1 - hangingShare) * (ms < coldMeanMs ? coldShare : 0);
    return {
      ms,
      inTime,
      stuck,
      slow: Math.max(0, 1 - answeredThen - stuck),
      slowdown: Math.max(1, ms / meanMs),
      lossPct: caution * missed * Math.max(0, accuracyPct - deviceAccuracyPct),
    };
  });
}

/** The moments at which just enough time is left for a model. */
function latest(model: Candidate, chosen: Candidate, ends: readonly GivingUp[]): Moment[] {
  const p95Ms = warmQuantileMs(model, 0.95);
  const moments: Moment[] = [];
  for (const { ms, stuck, slow, slowdown } of ends) {
    // As much time as the likelier of the two reasons for being late asks for.
    const afterMs = ms - p95Ms * (slow > stuck ? slowdown : 1);
    if (afterMs > 0) moments.push({ afterMs, unanswered: 1 - answeredWithin(chosen, afterMs) });
  }
  return moments;
}

/** The most that P(the chosen model has not answered, but another answer would be in time) can be. */
function lateAfter(afterMs: number, ends: readonly GivingUp[]): number {
  let most = 0;
  for (const { ms, inTime, stuck, slow } of ends) {
    if (ms > afterMs) most = Math.max(most, inTime * (stuck + slow));
  }
  return most;
}

/** What the other model's answer gains in expectation, returned at the best of the moments. */
function gainOf(
  model: Candidate,
  worth: number,
  afterMs: number,
  ends: readonly GivingUp[],
): number {
  let most = 0;
  for (const { ms, inTime, stuck, slow, slowdown, lossPct } of ends) {
    if (ms <= afterMs || worth * inTime * (stuck + slow) - lossPct <= most) continue;
    let rescued = stuck * serviceWithin(model, ms - afterMs);
    if (slow > negligible) rescued += slow * serviceWithin(model, (ms - afterMs) / slowdown);
    most = Math.max(most, worth * inTime * rescued - lossPct);
  }
  return most;
}
