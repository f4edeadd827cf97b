import type { OutputReport } from '../../../core/selection/output-time.ts';

/**
 * Requests of one phone, one after another: the same ones for every selector. Arrays have an element for
 * each request; all times in ms.
 */
export interface Requests {
  /** When each upload begins, ascending. */
  readonly startMs: Float64Array;
  /** The true T_input. */
  readonly inputMs: Float64Array;
  /** What the error of the phone's clock adds to T_input as the selector sees it. */
  readonly clockMs: Float64Array;
  /**
   * By how many standard deviations a model is slower than its mean for this request. All models share
   * the value: no strategy sees it, so each one's results are distributed as with a value for each model,
   * and what differs between strategies is not noise.
   */
  readonly slowness: Float64Array;
  /** T_output of a request whose model took `serviceMs`. */
  outputMs(request: number, serviceMs: number): number;
  /**
   * T_sla of each.
   *
   * @default - that of the simulation for all of them
   */
  readonly slaMs?: Float64Array | undefined;
  /**
   * What came with a request about an earlier answer, where many phones' requests were recorded.
   *
   * @default - what the one phone has observed in the simulation
   */
  reportOf?(request: number): OutputReport | undefined;
}
