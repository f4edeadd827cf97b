/**
 * How long the first call of an execution environment has waited for the environment's process.
 *
 * A process knows when it began and when its handler does. Its start is that call's wait if it began after
 * the call had been sent. If it had begun before, Lambda had started it ahead of the call (provisioned
 * concurrency, proactive initialization), and nobody has waited for all of it; how long for the rest is not
 * known, and counts as 0. Later calls have waited for nothing.
 *
 * What Lambda does before the process begins, creating the sandbox and loading the code, is not seen.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle
 */
export class OwnStart {
  readonly #toleranceMs: number;
  readonly #process: Pick<typeof performance, 'timeOrigin' | 'now'>;
  #isFirstCall = true;

  /**
   * @param toleranceMs - by how much the sender's clock may be ahead of this host's: a process that seems to
   * have begun by less than this before the call was started for it
   * @param process - the clock that began with the process
   */
  constructor(
    toleranceMs: number,
    process: Pick<typeof performance, 'timeOrigin' | 'now'> = performance,
  ) {
    this.#toleranceMs = toleranceMs;
    this.#process = process;
  }

  /**
   * How long the call that begins now has waited for the process, in ms. To be asked once for each call,
   * as its handler begins. It is no longer than the time since the call was sent, and the tolerance.
   *
   * @param sentEpochMs - Unix ms at which the call was sent, on the sender's clock; undefined if unknown
   */
  before(sentEpochMs: number | undefined): number {
    const isFirstCall = this.#isFirstCall;
    this.#isFirstCall = false;
    if (!isFirstCall || sentEpochMs === undefined) return 0;
    const { timeOrigin } = this.#process;
    return timeOrigin >= sentEpochMs - this.#toleranceMs ? this.#process.now() : 0;
  }
}
