import type { AnyCloudAnswer } from '../api/types.ts';

/**
 * T_output, the time that an answer took back from the server. The error of the client's estimate
 * of the server's clock is in T_input and T_output with opposite signs: their sum is right, and it
 * stays right when the clock is corrected, because the observation is corrected with it.
 */
export class OutputTime {
  #observed:
    | { readonly ms: number; readonly inputMs: number; readonly offsetMs: number }
    | undefined;

  /**
   * Learns from an answer; only where the server knew the upload's time.
   *
   * @param totalMs - from the start of the upload to the whole answer
   * @param offsetMs - by which the upload's time was told
   */
  observe(totalMs: number, timing: AnyCloudAnswer['timing'], offsetMs: number): void {
    if (timing.source === 'default') return;
    const { inputMs, serverMs } = timing;
    this.#observed = { ms: totalMs - inputMs - serverMs, inputMs, offsetMs };
  }

  /** T_input of the last answer in ms, as the service told it; undefined when nothing has been observed. */
  get inputMs(): number | undefined {
    return this.#observed?.inputMs;
  }

  /** T_output in ms by the clock as it is known now; undefined when nothing has been observed. */
  currentMs(offsetMs: number | undefined): number | undefined {
    if (!this.#observed) return undefined;
    const { ms, offsetMs: toldMs } = this.#observed;
    return Math.max(0, ms + (offsetMs ?? toldMs) - toldMs);
  }

  /** What the next request tells the server of the last answer: T_output, and its T_input as it was told. */
  headers(offsetMs: number | undefined): Record<string, string> {
    const outputMs = this.currentMs(offsetMs);
    if (!this.#observed || outputMs === undefined) return {};
    return {
      'mdi-output-ms': outputMs.toFixed(3),
      'mdi-output-input-ms': this.#observed.inputMs.toFixed(3),
    };
  }
}
