import { setTimeout as delay } from 'node:timers/promises';

/** A clock, and a way to wait by it; tests pass one of their own. */
export interface WallTime {
  /** The time in ms since some fixed moment. */
  readonly nowMs: () => number;
  /**
   * Waits until the clock shows `ms`, not at all when it is past that.
   *
   * @throws AbortError when the signal is aborted
   */
  readonly sleepUntil: (ms: number, signal?: AbortSignal) => Promise<void>;
}

/** The system's clock and timers, counted from a start that can be reset. */
export class SystemTime implements WallTime {
  #beginMs = performance.now();

  /** Sets the clock to 0. */
  restart(): void {
    this.#beginMs = performance.now();
  }

  readonly nowMs = (): number => performance.now() - this.#beginMs;

  readonly sleepUntil = async (ms: number, signal?: AbortSignal): Promise<void> => {
    const leftMs = ms - this.nowMs();
    // Timers truncate fractions, and would fire too early.
    if (leftMs > 0) await delay(Math.ceil(leftMs), undefined, { signal });
    else signal?.throwIfAborted();
  };
}

/**
 * Starts each task when it is due, whether or not earlier ones have ended (an open loop: a slow service
 * gets no fewer requests), and waits for all of them.
 *
 * @param dueMs - when each task is due by the clock, in ascending order
 * @returns the results of the tasks, in their order
 * @throws Error when a task fails: what it threw; tasks that are not due by then are not started
 */
export async function pace<T>(
  dueMs: readonly number[],
  time: WallTime,
  start: (index: number) => Promise<T>,
): Promise<T[]> {
  const failing = new AbortController();
  const tasks: Promise<T>[] = [];
  for (const [index, due] of dueMs.entries()) {
    await time.sleepUntil(due, failing.signal).catch(() => undefined);
    if (failing.signal.aborted) break;
    const task = start(index);
    task.catch(() => failing.abort());
    tasks.push(task);
  }
  return Promise.all(tasks);
}
