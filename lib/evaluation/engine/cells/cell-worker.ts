import { parentPort, workerData } from 'node:worker_threads';
import type { Outcome } from '../outcome.ts';
import { type Cell, CellRunner } from './cell.ts';

/*
 * A thread that runs cells: takes the number of the next one from a counter that all threads share,
 * until none is left, and posts each outcome.
 */

/** What a thread is started with. */
export interface CellWorkerData {
  readonly cells: readonly Cell[];
  /** One number: the next cell that nobody has taken. */
  readonly next: Int32Array<SharedArrayBuffer>;
}

/** What a thread posts for each cell it has run. */
export interface CellMessage {
  readonly index: number;
  readonly outcome: Outcome;
}

const { cells, next } = workerData as CellWorkerData;
const runner = new CellRunner();
for (;;) {
  const index = Atomics.add(next, 0, 1);
  const cell = cells[index];
  if (!cell) break;
  parentPort?.postMessage({ index, outcome: runner.run(cell) } satisfies CellMessage);
}
