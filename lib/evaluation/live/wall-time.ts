import { setTimeout as delay } from 'node:timers/promises';

/** A clock, and a way to wait by it; tests pass their own. */
export interface WallTime {
  /** In ms since some moment. */
  readonly nowMs: () => number;
  /**
   * Waits until the clock shows a moment; not at all when it is over.
   *
   * @throws AbortError when the signal is aborted
   */
  readonly sleepUntil: (ms: number, signal?: AbortSignal) => Promise<void>;
}

/** The system's clock and timers, from a moment on that can be set again. */
export class SystemTime implements WallTime {
  #beginMs = performance.now();

  /** The clock shows 0 now. */
  restart(): void {
    this.#beginMs = performance.now();
  }

  readonly nowMs = (): number => performance.now() - this.#beginMs;

  readonly sleepUntil = async (ms: number, signal?: AbortSignal): Promise<void> => {
    const leftMs = ms - this.nowMs();
    // Timers cut fractions off, and would go off too early.
    if (leftMs > 0) await delay(Math.ceil(leftMs), undefined, { signal });
    else signal?.throwIfAborted();
  };
}
