/**
 * Requests of one phone, one after another, the same for everybody who selects models for them. Arrays
 * have an element for each request; all times in ms.
 */
export interface Requests {
  /** When each upload begins, ascending. */
  readonly startMs: Float64Array;
  /** T_input as it is. */
  readonly inputMs: Float64Array;
  /** What the phone's wrong clock adds to T_input as the selector sees it. */
  readonly clockMs: Float64Array;
  /**
   * By how many deviations a model is slower than its mean this time. One value for all models: no
   * strategy sees it, so each one's results are those of a value for each model, and what differs
   * between strategies is not noise.
   */
  readonly slowness: Float64Array;
  /** T_output of a request whose model took a service time. */
  outputMs(request: number, serviceMs: number): number;
}
