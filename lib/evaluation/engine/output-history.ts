import { type OutputReport, OutputTimes } from '../../core/selection/output-time.ts';
import type { WeightedTimes } from '../../core/selection/types.ts';

/** How long after the SLA a client waits for the cloud's answer by default, in ms. */
const lateMs = 2_000;

/**
 * What a selector has learned of T_output from a phone, which reports its last answer with each
 * request, as the client SDK does. The arrays are filled as the simulation proceeds.
 */
export class OutputHistory {
  readonly #outputTimes = new OutputTimes();
  readonly #startMs: Float64Array;
  readonly #latencyMs: Float64Array;
  readonly #outputMs: Float64Array;
  readonly #inputMs: Float64Array;
  readonly #longestMs: number;
  /** Requests whose answers have not arrived. */
  readonly #waiting = new Set<number>();
  #last: { readonly request: number; readonly endMs: number } | undefined;

  constructor(
    startMs: Float64Array,
    latencyMs: Float64Array,
    outputMs: Float64Array,
    slaMs: number,
  ) {
    this.#startMs = startMs;
    this.#latencyMs = latencyMs;
    this.#outputMs = outputMs;
    this.#inputMs = new Float64Array(startMs.length);
    this.#longestMs = slaMs + lateMs;
  }

  /**
   * What is known of T_output at the start of a request: only answers that have arrived count.
   *
   * @param inputMs - T_input as the selector sees it
   */
  before(request: number, inputMs: number): WeightedTimes | undefined {
    const report = this.#report(this.#startMs[request] ?? 0);
    this.#inputMs[request] = inputMs;
    this.#waiting.add(request);
    if (report) this.#outputTimes.observe(report);
    return this.#outputTimes.distribution({ inputMs, ownMs: report?.outputMs });
  }

  /** What the phone observed last. */
  #report(nowMs: number): OutputReport | undefined {
    for (const request of this.#waiting) {
      const latencyMs = this.#latencyMs[request] ?? 0;
      const endMs = (this.#startMs[request] ?? 0) + latencyMs;
      if (endMs > nowMs) continue;
      this.#waiting.delete(request);
      // The phone has given up waiting for it.
      if (latencyMs > this.#longestMs) continue;
      if (!this.#last || endMs > this.#last.endMs) this.#last = { request, endMs };
    }
    if (!this.#last) return undefined;
    const { request } = this.#last;
    return { outputMs: this.#outputMs[request] ?? 0, inputMs: this.#inputMs[request] ?? 0 };
  }
}

/** What a selector has learned of T_output from the reports that came with the requests of many phones. */
export class OutputReports {
  readonly #outputTimes = new OutputTimes();
  readonly #reportOf: (request: number) => OutputReport | undefined;

  constructor(reportOf: (request: number) => OutputReport | undefined) {
    this.#reportOf = reportOf;
  }

  /**
   * What is known of T_output at the start of a request; its own report counts from the next one on.
   *
   * @param inputMs - T_input as the selector sees it
   */
  before(request: number, inputMs: number): WeightedTimes | undefined {
    const report = this.#reportOf(request);
    const known = this.#outputTimes.distribution({ inputMs, ownMs: report?.outputMs });
    if (report) this.#outputTimes.observe(report);
    return known;
  }
}
