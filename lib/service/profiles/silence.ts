import { MdInferenceError } from '../../core/errors.ts';

/** An update was not sent, because the table has not answered the last ones. */
export class TableSilentError extends MdInferenceError {
  override readonly name = 'TableSilentError';
}

/** An answer that takes so long, in ms, keeps a function's environment from other requests. */
const tooLongMs = 250;
const firstPauseMs = 1_000;
const longestPauseMs = 30_000;

/**
 * Spares a function the time-outs of a table that does not answer. A function's environment takes no other
 * request until its update has ended: waiting a second each time would have Lambda start more of them.
 */
export class TableSilence {
  readonly #now: () => number;
  #pauseMs = 0;
  #untilMs = Number.NEGATIVE_INFINITY;

  /** @param now - Unix ms */
  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * Runs an update, unless a recent one has waited in vain.
   *
   * @throws {@link TableSilentError}, or what the update throws
   */
  async guard(update: () => Promise<unknown>): Promise<void> {
    const startMs = this.#now();
    if (startMs < this.#untilMs) throw new TableSilentError('the table has not answered of late');
    try {
      await update();
      this.#pauseMs = 0;
    } catch (error) {
      const endMs = this.#now();
      if (endMs - startMs > tooLongMs) {
        this.#pauseMs = Math.min(longestPauseMs, 2 * this.#pauseMs || firstPauseMs);
        this.#untilMs = endMs + this.#pauseMs;
      }
      throw error;
    }
  }
}
