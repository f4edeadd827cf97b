import { OutputTimes } from '../../core/selection/output-time.ts';
import type { WeightedTimes } from '../../core/selection/types.ts';

/**
 * What a phone has learned of T_output, as it reports it with its next request. The arrays are filled as
 * the simulation proceeds.
 */
export class OutputHistory {
  readonly #outputTimes = new OutputTimes();
  readonly #startMs: Float64Array;
  readonly #latencyMs: Float64Array;
  readonly #outputMs: Float64Array;
  #next = 0;
  #lastMs: number | undefined;

  constructor(startMs: Float64Array, latencyMs: Float64Array, outputMs: Float64Array) {
    this.#startMs = startMs;
    this.#latencyMs = latencyMs;
    this.#outputMs = outputMs;
  }

  /** What is known of T_output at the start of a request: only answers that have arrived count. */
  before(request: number): WeightedTimes | undefined {
    const nowMs = this.#startMs[request] ?? 0;
    while (this.#next < request && this.#endMs(this.#next) <= nowMs) {
      this.#lastMs = this.#outputMs[this.#next] ?? 0;
      this.#outputTimes.observe(this.#lastMs);
      this.#next++;
    }
    return this.#outputTimes.distribution(this.#lastMs);
  }

  #endMs(request: number): number {
    return (this.#startMs[request] ?? 0) + (this.#latencyMs[request] ?? 0);
  }
}
