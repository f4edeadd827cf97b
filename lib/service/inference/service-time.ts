import type { InferenceAnswer, InferenceEvent } from '../../core/contract/inference-event.ts';
import { quantile } from '../../core/statistics/quantile.ts';

/**
 * What calls take beside what the functions' own clocks have measured: the way to a function and back, and
 * for a cold call what happens before the function's process begins. Measured by the caller, whose clock
 * sees both ends of a call, and told to the function with its next call.
 *
 * A call's overhead stands for the next call of the same function. So the recorded service times of a
 * function add up to what its caller has measured, and vary as much; an average would hide how unsteady
 * the way is.
 */
export class Overheads {
  readonly #warmMs = new Map<string, number>();
  #coldMs: number | undefined;

  /** What to expect of a function's next call, in ms, as far as any call has shown it. */
  of(functionName: string): NonNullable<InferenceEvent['overheadMs']> {
    const others = this.#warmMs.size > 0 ? quantile(this.#warmMs.values(), 0.5) : undefined;
    return { warm: this.#warmMs.get(functionName) ?? others, cold: this.#coldMs };
  }

  /**
   * Takes in a call.
   *
   * @param serviceMs - from the invocation to the complete answer, on the caller's clock
   */
  observe(functionName: string, serviceMs: number, { startMs = 0, tookMs }: InferenceAnswer): void {
    if (tookMs === undefined) return;
    const overheadMs = Math.max(0, serviceMs - startMs - tookMs);
    if (startMs > 0) this.#coldMs = overheadMs;
    else this.#warmMs.set(functionName, overheadMs);
  }
}

/** What a function knows of one of its calls. */
export interface FunctionCall {
  /** How long the call has waited for the function's process, in ms; 0 for a warm call. */
  readonly startMs: number;
  /** From the start of its handler to the answer, in ms. */
  readonly tookMs: number;
  /** Unix ms at which its handler began. */
  readonly begunEpochMs: number;
}

/** The longest overhead in ms that the clocks of two hosts are believed. */
const maxUnmeasuredMs = 1_000;

/**
 * The service time of a call in ms: from the invocation to the answer, as its caller measures it.
 *
 * The function's own clock says how long it took, the caller how much longer its calls take. Only while the
 * caller has no call to go by, the difference of the two hosts' clocks stands for that: the way here, taken
 * as at least 0 and at most one second. So the result is never less than what the function itself took,
 * nor too long by more than one second, however wrong a clock is.
 */
export function serviceTimeMs(
  { invokedEpochMs, overheadMs = {} }: Pick<InferenceEvent, 'invokedEpochMs' | 'overheadMs'>,
  { startMs, tookMs, begunEpochMs }: FunctionCall,
): number {
  const measuredMs = startMs > 0 ? overheadMs.cold : overheadMs.warm;
  const byClocksMs = begunEpochMs - startMs - invokedEpochMs;
  return startMs + tookMs + (measuredMs ?? Math.min(Math.max(0, byClocksMs), maxUnmeasuredMs));
}
