import { type Leaving, leavingTimes } from './leaving.ts';
import { answeredWithin } from './service-time.ts';
import type { Candidate, TimeBudget } from './types.ts';

/** Waiting for a better answer that gains less, in expected points of accuracy, only makes answers late. */
const leastGainPct = 0.1;

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
 * Math.round(waitUntilMs(small, large, 40, budget)); // => 150
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

  const answeredBefore = answeredWithin(pending, elapsedMs);
  const leaving = leavingTimes(budget).map((part) => {
    return { ...part, answered: answeredWithin(pending, part.ms) - answeredBefore };
  });
  let bestMs = elapsedMs;
  let best = leastGainPct + worthInHand * shareAfter(leaving, elapsedMs);
  for (const { surelyMs: untilMs } of leaving) {
    if (untilMs <= elapsedMs) continue;
    const answeredUntil = answeredWithin(pending, untilMs) - answeredBefore;
    const unanswered = 1 - answeredBefore - answeredUntil;
    let worth = worthInHand * unanswered * shareAfter(leaving, untilMs);
    for (const { weight, answered } of leaving) {
      worth += worthPending * weight * Math.max(0, Math.min(answeredUntil, answered));
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
