import { type Leaving, leavingTimes } from './leaving.ts';
import {
  answeredWithin,
  hangingShare,
  serviceWithin,
  warmQuantileMs,
  warmWithin,
} from './service-time.ts';
import type { Candidate, TimeBudget } from './types.ts';

/** What is less likely than this, nobody will see. */
const negligible = 1e-6;

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

/** How likely the chosen model has not answered when its answer has to leave. */
interface Late extends Leaving {
  /** P(it started cold or hangs): that says nothing about other models. */
  readonly stuck: number;
  /** P(it is slow, and nothing else). */
  readonly slow: number;
  /** By how much it is slower than its mean then, at least. */
  readonly slowdown: number;
}

/**
 * Plans a hedge (Dean, Barroso: "The Tail at Scale", CACM 2013, "hedged requests"): if the chosen model has
 * not answered by some moment, another one is asked, and the more accurate answer that is there in time
 * wins.
 *
 * Model and moment are those of the largest expected profit, P(no answer until then) * (gain - price). The
 * gain is what the other answer adds to the device's accuracy, if it is in time and the chosen model's is
 * not: so it is mostly a cheaper model. The moments are 0, the one at which 99 % of the chosen model's warm
 * calls have answered, and those at which just enough time is left for the other model's 95 % quantile, for
 * values of T_output.
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
  const lates = leavingTimes(budget).map((leaving) => lateness(chosen, leaving));
  const lateShare = lateAfter(0, lates);
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
    const mostGain = worth * rescued(model, 0, lates);
    if (mostGain <= bestProfit) continue;
    for (const { afterMs, unanswered } of [...latest(model, chosen, lates), ...soonest]) {
      const leastGain = bestProfit + pricePct * unanswered;
      if (Math.min(mostGain, worth * lateAfter(afterMs, lates)) <= leastGain) continue;
      const gain = worth * rescued(model, afterMs, lates);
      if (!(gain > leastGain)) continue;
      bestProfit += gain - leastGain;
      best = { model, afterMs, gainPct: gain / unanswered };
    }
  }
  return best;
}

function lateness(chosen: Candidate, leaving: Leaving): Late {
  const { coldShare = 0, coldMeanMs = Number.POSITIVE_INFINITY, meanMs } = chosen;
  const { ms } = leaving;
  const cold = ms < coldMeanMs ? coldShare : 0;
  return {
    ...leaving,
    stuck: hangingShare + (1 - hangingShare) * cold,
    slow: (1 - hangingShare) * (1 - coldShare) * (1 - warmWithin(chosen, ms)),
    slowdown: Math.max(1, ms / meanMs),
  };
}

/** The moments at which just enough time is left for a model. */
function latest(model: Candidate, chosen: Candidate, lates: readonly Late[]): Moment[] {
  const p95Ms = warmQuantileMs(model, 0.95);
  const moments: Moment[] = [];
  for (const { surelyMs, stuck, slow, slowdown } of lates) {
    // As much time as the likelier of the two reasons for being late asks for.
    const afterMs = surelyMs - p95Ms * (slow > stuck ? slowdown : 1);
    if (afterMs > 0) moments.push({ afterMs, unanswered: 1 - answeredWithin(chosen, afterMs) });
  }
  return moments;
}

/** P(the chosen model's answer is late, and there is still time for another). */
function lateAfter(afterMs: number, lates: readonly Late[]): number {
  let probability = 0;
  for (const { ms, weight, stuck, slow } of lates) {
    if (ms > afterMs) probability += weight * (stuck + slow);
  }
  return probability;
}

/** P(the chosen model's answer is late, and the other model's in time). */
function rescued(model: Candidate, afterMs: number, lates: readonly Late[]): number {
  let probability = 0;
  for (const { ms, weight, stuck, slow, slowdown } of lates) {
    if (ms <= afterMs) continue;
    probability += weight * stuck * serviceWithin(model, ms - afterMs);
    if (slow > negligible) {
      probability += weight * slow * serviceWithin(model, (ms - afterMs) / slowdown);
    }
  }
  return probability;
}
