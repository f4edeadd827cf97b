import type { WallTime } from './wall-time.ts';

/**
 * Starts tasks when they are due, whether or not earlier ones have ended (an open loop: a slow service
 * gets no fewer requests), and waits until all have ended.
 *
 * @param dueMs - when each task is due on the clock, ascending
 * @returns what the tasks came to, in their order
 * @throws what the first of them threw; those that are not due yet are not started then
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
