import { availableParallelism } from 'node:os';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { MeasuredNetwork, SimulatedNetwork, TrafficNetwork } from '../network/networks.ts';
import type { SimulatedOutcome } from '../outcome.ts';
import { type Cell, CellRunner } from './cell.ts';
import type { CellMessage, CellWorkerData } from './cell-worker.ts';

// A source beside a source, compiled code beside compiled code.
const workerUrl = new URL(`./cell-worker${extname(import.meta.url)}`, import.meta.url);

/** How cells are run. */
export interface RunOptions {
  /**
   * Number of threads; 1 is the caller's own. The outcomes do not depend on it.
   *
   * @default - one for each processor, while there is enough to do to be worth starting them
   */
  readonly workers?: number | undefined;
  /** Called after each distinct cell. */
  readonly onCell?: (() => void) | undefined;
}

/** A cell with its outcome. */
export interface Result {
  readonly cell: Cell;
  readonly outcome: SimulatedOutcome;
}

/**
 * Runs cells in threads; equal cells are run once.
 *
 * @returns the results in the order of the cells
 * @throws Error when a thread fails: with what it threw, such as for a link that cannot be read
 */
export async function runCells(
  cells: readonly Cell[],
  { workers, onCell }: RunOptions = {},
): Promise<Result[]> {
  const keys = keysOf(cells);
  const distinct = new Map(keys.map((key, i) => [key, cells[i]] as [string, Cell]));
  const outcomes = await runDistinct([...distinct.values()], workers, onCell);
  const outcomeOf = new Map([...distinct.keys()].map((key, i) => [key, outcomes[i]]));
  return cells.map((cell, i) => {
    const outcome = outcomeOf.get(keys[i] ?? '');
    if (!outcome) throw new Error('a thread ended before its cells were run');
    return { cell, outcome };
  });
}

/** The number of cells that {@link runCells} runs: equal ones count once. */
export function countDistinct(cells: readonly Cell[]): number {
  return new Set(keysOf(cells)).size;
}

/** Equal cells have equal keys. */
function keysOf(cells: readonly Cell[]): string[] {
  const recorded: SimulatedNetwork[] = [];
  // Recorded times can be many and are shared by all cells: which of them it is says enough.
  const shorten = (_: string, value: unknown) => {
    if (!isRecorded(value)) return value;
    if (!recorded.includes(value)) recorded.push(value);
    return recorded.indexOf(value);
  };
  return cells.map((cell) => JSON.stringify(cell, shorten));
}

function isRecorded(value: unknown): value is MeasuredNetwork | TrafficNetwork {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  return value.kind === 'measured' || value.kind === 'traffic';
}

/** About as many requests are simulated while a thread starts. */
const requestsPerThread = 100_000;

function threadsFor(cells: readonly Cell[]): number {
  const requests = cells.reduce((sum, cell) => sum + cell.requests, 0);
  return Math.min(availableParallelism(), Math.ceil(requests / requestsPerThread));
}

async function runDistinct(
  cells: readonly Cell[],
  workers = threadsFor(cells),
  onCell: (() => void) | undefined,
): Promise<SimulatedOutcome[]> {
  if (workers <= 1) {
    const runner = new CellRunner();
    return cells.map((cell) => {
      const outcome = runner.run(cell);
      onCell?.();
      return outcome;
    });
  }
  const outcomes: SimulatedOutcome[] = [];
  const next = new Int32Array(new SharedArrayBuffer(4));
  const workerData: CellWorkerData = { cells, next };
  const threads = Array.from({ length: Math.min(workers, cells.length) }, () => {
    const worker = new Worker(workerUrl, { workerData });
    return new Promise<void>((resolve, reject) => {
      worker.on('message', ({ index, outcome }: CellMessage) => {
        outcomes[index] = outcome;
        onCell?.();
      });
      worker.once('error', (error) => {
        // The other threads will find no cell left.
        Atomics.store(next, 0, cells.length);
        reject(error);
      });
      worker.once('exit', () => resolve());
    });
  });
  await Promise.all(threads);
  return outcomes;
}
