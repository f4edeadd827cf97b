import { epochMs } from '../clock.ts';
import { DeadlinePassedError } from './errors.ts';

/** A decode cannot be stopped, and each may take a third of a function's memory. */
const mostAbandoned = 1;

/**
 * Decodes that are waited for until a deadline, and no longer. One that takes longer ends in the background,
 * on a thread of its own; there is only one such at a time.
 */
export class Decodings {
  readonly #abandoned = new Set<Promise<unknown>>();

  /**
   * @param decode - not called when the time is over before a thread is free
   * @param byEpochMs - Unix ms; waits as long as it takes when there is none
   * @throws {@link DeadlinePassedError}
   */
  async run<T>(decode: () => Promise<T>, byEpochMs = Number.POSITIVE_INFINITY): Promise<T> {
    while (this.#abandoned.size >= mostAbandoned) {
      await waitUntil(byEpochMs, Promise.race(this.#abandoned));
    }
    if (epochMs() > byEpochMs) throw passed('begun');
    const decoding = decode();
    try {
      return await waitUntil(byEpochMs, decoding);
    } catch (error) {
      if (error instanceof DeadlinePassedError) this.#abandon(decoding);
      throw error;
    }
  }

  #abandon(decoding: Promise<unknown>): void {
    const ended: Promise<unknown> = decoding
      .catch(() => {})
      .finally(() => this.#abandoned.delete(ended));
    this.#abandoned.add(ended);
  }
}

async function waitUntil<T>(byEpochMs: number, promise: Promise<T>): Promise<T> {
  if (byEpochMs === Number.POSITIVE_INFINITY) return promise;
  const deadline = Promise.withResolvers<never>();
  // It may have passed since the decoding was begun: Node warns of times below 0.
  const leftMs = Math.max(0, byEpochMs - epochMs());
  const timer = setTimeout(() => deadline.reject(passed('done')), leftMs);
  try {
    return await Promise.race([promise, deadline.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function passed(what: 'begun' | 'done'): DeadlinePassedError {
  return new DeadlinePassedError(`the deadline had passed before the image's decoding was ${what}`);
}
