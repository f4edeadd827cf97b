/** The first pause after a failure, and the longest, in ms; each is twice as long as the one before. */
const shortestMs = 1_000;
const longestMs = 60_000;

/** Leaves something alone that has failed: for longer, the more often it fails in a row. */
export class Pause<E extends Error> {
  #failures = 0;
  #untilMs = 0;
  /** The last failure; undefined after a success. */
  error: E | undefined;

  /** @returns how long the pause is, in ms */
  failed(error: E, nowMs: number, askedMs?: number): number {
    const pauseMs = askedMs ?? Math.min(longestMs, shortestMs * 2 ** this.#failures);
    this.#failures++;
    this.#untilMs = nowMs + pauseMs;
    this.error = error;
    return pauseMs;
  }

  succeeded(): void {
    this.#failures = 0;
    this.error = undefined;
  }

  /** How long the pause still lasts, in ms; 0 when there is none. */
  leftMs(nowMs: number): number {
    return this.error === undefined ? 0 : Math.max(0, this.#untilMs - nowMs);
  }
}
