import type { TimeBudget } from './types.ts';

/** What a deployment believes about networks and clocks. */
export interface BudgetSettings {
  /** T_nw in ms taken when a request carries no plausible upload timestamp. */
  readonly defaultNetworkMs: number;
  /** How far in the future, in ms, an upload may seem to have begun before its timestamp is disbelieved. */
  readonly clockToleranceMs: number;
  /** The longest upload in ms that is believed; a timestamp older than this is disbelieved. */
  readonly maxInputMs: number;
}

/** A {@link TimeBudget} that says whether the client's timestamp or the deployment's default made it. */
export interface MeasuredBudget extends TimeBudget {
  readonly source: 'client' | 'default';
}

/**
 * Computes T_budget = T_sla - T_nw with T_nw = 2 * T_input (paper, Section IV-D).
 *
 * What the request has waited for the selector's own start is no part of T_input: it has used up its
 * share of the SLA once, and the way back has no such wait.
 *
 * A timestamp that lies in the future by no more than the clock tolerance means T_input = 0; one
 * further off, or older than the longest believed upload, is treated as missing.
 *
 * @param request - `slaMs` in ms; `uploadStartMs` and `receivedMs` in Unix ms on the server's clock;
 * `startMs`, the selector's own start in ms, 0 by default
 * @example
 * ```ts
 * import { timeBudget } from 'mdinference/selection';
 *
 * const settings = { defaultNetworkMs: 100, clockToleranceMs: 50, maxInputMs: 60_000 };
 * const receivedMs = Date.now();
 * const uploadStartMs = receivedMs - 60;
 * timeBudget({ slaMs: 250, uploadStartMs, receivedMs }, settings).budgetMs; // => 130
 * timeBudget({ slaMs: 250, uploadStartMs, receivedMs, startMs: 40 }, settings).budgetMs; // => 170
 * timeBudget({ slaMs: 250, receivedMs }, settings).budgetMs; // => 150
 * ```
 */
export function timeBudget(
  request: {
    slaMs: number;
    uploadStartMs?: number | undefined;
    receivedMs: number;
    startMs?: number;
  },
  settings: BudgetSettings,
): MeasuredBudget {
  const { slaMs, uploadStartMs, receivedMs, startMs = 0 } = request;
  const elapsedMs = receivedMs - startMs - (uploadStartMs ?? Number.NaN);
  const plausible = elapsedMs >= -settings.clockToleranceMs && elapsedMs <= settings.maxInputMs;
  const inputMs = plausible ? Math.max(0, elapsedMs) : settings.defaultNetworkMs / 2;
  const networkMs = 2 * inputMs;
  return {
    slaMs,
    inputMs,
    networkMs,
    budgetMs: slaMs - networkMs - startMs,
    ...(startMs > 0 && { startMs }),
    source: plausible ? 'client' : 'default',
  };
}
