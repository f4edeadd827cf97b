import type { TimeBudget, WeightedTimes } from './types.ts';

/**
 * What is left of the SLA when the request has been received, in ms, the way back included:
 * T_sla - T_input - e, less the wait for the selector's own start, where e is the error of the client's clock.
 *
 * @example
 * ```ts
 * import { leftMs } from 'mdinference/selection';
 *
 * leftMs({ slaMs: 250, inputMs: 60, networkMs: 120, budgetMs: 130, clockErrorMs: 5 }); // => 185
 * ```
 */
export function leftMs({ slaMs, inputMs, startMs = 0, clockErrorMs = 0 }: TimeBudget): number {
  return slaMs - startMs - inputMs - clockErrorMs;
}

/**
 * What is left of a request's budget when some of it has passed on the server.
 *
 * @param passedMs - since the receipt, in ms
 * @example
 * ```ts
 * import { budgetAfter } from 'mdinference/selection';
 *
 * const budget = { slaMs: 250, inputMs: 60, networkMs: 120, budgetMs: 130 };
 * budgetAfter(30, budget).budgetMs; // => 100
 * ```
 */
export function budgetAfter(passedMs: number, budget: TimeBudget): TimeBudget {
  const { slaMs, budgetMs } = budget;
  return { ...budget, slaMs: slaMs - passedMs, budgetMs: budgetMs - passedMs };
}

/**
 * T_output as a distribution: what is known of it, else as long as T_input (paper, Section IV-D).
 *
 * @example
 * ```ts
 * import { outputOf } from 'mdinference/selection';
 *
 * outputOf({ slaMs: 250, inputMs: 60, networkMs: 120, budgetMs: 130 }); // => [{ ms: 60, weight: 1 }]
 * ```
 */
export function outputOf({ outputMs, inputMs }: TimeBudget): WeightedTimes {
  return outputMs ?? [{ ms: inputMs, weight: 1 }];
}

/** Share of the answers that leave at {@link answerBy} and reach their clients within the SLA. */
export const answerByShare = 0.9;

/**
 * The moment, in Unix ms, by which an answer has to leave: the receipt of the request and what is left
 * of the SLA after the way back. It lies before the receipt when the upload has used up the SLA.
 *
 * As T_output is as long as T_input in the paper, it is T_budget after the receipt for strategies that
 * follow it; where T_output is a distribution, answers that leave by then are in time with a
 * probability.
 *
 * @param receivedMs - Unix ms at which T_input ended
 * @param share - that probability, 0 to 1
 * @example
 * ```ts
 * import { answerBy, timeBudget } from 'mdinference/selection';
 *
 * const receivedMs = 1_800_000_000_000;
 * const settings = { defaultNetworkMs: 100, clockToleranceMs: 50, maxInputMs: 60_000 };
 * const budget = timeBudget({ slaMs: 250, uploadStartMs: receivedMs - 60, receivedMs }, settings);
 * answerBy(receivedMs, budget) - receivedMs; // => 130
 * const outputMs = [{ ms: 10, weight: 0.8 }, { ms: 30, weight: 0.2 }];
 * answerBy(receivedMs, { ...budget, outputMs }) - receivedMs; // => 160
 * answerBy(receivedMs, { ...budget, outputMs }, 0.5) - receivedMs; // => 180
 * ```
 */
export function answerBy(receivedMs: number, budget: TimeBudget, share = answerByShare): number {
  return receivedMs + leftMs(budget) - quantileOf(outputOf(budget), share);
}

/** Sums of weights are a hair under or above what they should be. */
const rounding = 1e-9;

function quantileOf(times: WeightedTimes, share: number): number {
  const ascending = times.toSorted((a, b) => a.ms - b.ms);
  let below = 0;
  for (const { ms, weight } of ascending) {
    below += weight;
    if (below >= share - rounding) return ms;
  }
  return ascending.at(-1)?.ms ?? 0;
}
