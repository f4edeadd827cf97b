import { parentPort, workerData } from 'node:worker_threads';
import type { SimulatedOutcome } from '../outcome.ts';
import { type Cell, CellRunner } from './cell.ts';

/*
 * A thread that runs cells: it takes the index of the next cell from a counter shared by all threads
 * until none is left, and posts each outcome.
 */

/** The `workerData` of a thread. */
export interface CellWorkerData {
  readonly cells: readonly Cell[];
  /** One element: the index of the next cell to be taken. */
  readonly next: Int32Array<SharedArrayBuffer>;
}

/** What a thread posts after each cell. */
export interface CellMessage {
  readonly index: number;
  readonly outcome: SimulatedOutcome;
}

const { cells, next } = workerData as CellWorkerData;
const runner = new CellRunner();
for (;;) {
  const index = Atomics.add(next, 0, 1);
  const cell = cells[index];
  if (!cell) break;
  parentPort?.postMessage({ index, outcome: runner.run(cell) } satisfies CellMessage);
}
