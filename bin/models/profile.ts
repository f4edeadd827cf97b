import { cpus } from 'node:os';
import { join } from 'node:path';
import cliProgress from 'cli-progress';
import {
  compareWithTable3,
  type Table3Comparison,
} from '../../lib/evaluation/engine/profiles/table-3.ts';
import { editCatalogue } from '../../lib/evaluation/models/edit/edit-catalogue.ts';
import {
  type ModelProfile,
  profileModel,
  referenceOf,
} from '../../lib/evaluation/models/latency/profile.ts';

import { note, plainTable, shortPath } from '../shared/output.ts';
import { type AskedModels, type ChosenModels, chooseFetched, noteDominated } from './choose.ts';

/** Options of `mdi models profile`. */
export interface ProfileOptions {
  readonly catalogue?: string;
  readonly threads: readonly number[];
  readonly seconds: number;
  readonly write?: true;
  readonly json?: true;
}

/** A profile with the model's accuracy; null when it is not known. */
export interface ProfileRow extends ModelProfile {
  readonly accuracyPct: number | null;
}

/** A column beside the measured ones. */
export interface Beside {
  readonly head: string;
  /** The text of a row's cell. */
  readonly cell: (row: ProfileRow) => string;
}

/** `mdi models profile`: how fast and how large a catalogue's models are on this machine. */
export async function profile(chosen: AskedModels, options: ProfileOptions): Promise<void> {
  const choice = chooseFetched(chosen);
  const rows = await profileAll(choice, options);
  if (options.json) console.log(JSON.stringify(rows, null, 2));
  else {
    console.log(`session.run of onnxruntime-node on ${cpus()[0]?.model.trim()}`);
    console.log(profileTable(rows, choice.catalogue.name === 'table3' ? besidePaper(rows) : []));
  }
  const ofOne = rows.filter(({ threads }) => threads === options.threads[0]);
  noteDominated(
    ofOne.map(({ model, accuracyPct, meanMs }) => ({
      name: model,
      meanMs,
      accuracyPct: accuracyPct ?? undefined,
    })),
  );
  if (options.write) await write(choice, ofOne, rows);
}

/** A table of profiles, with further columns beside them. */
export function profileTable(rows: readonly ProfileRow[], beside: readonly Beside[] = []): string {
  const head = ['model', 'top-1 %', 'threads', 'mean ms', '± ms', 'p50', 'p95', 'p99'];
  const table = plainTable(
    [...head, 'load ms', 'memory MB', 'runs', ...beside.map((column) => column.head)],
    { compact: true },
  );
  for (const row of rows) {
    const times = [row.meanMs, row.stdMs, row.p50Ms, row.p95Ms, row.p99Ms];
    table.push([
      row.model,
      row.accuracyPct?.toFixed(2) ?? 'unknown',
      row.threads,
      ...times.map((ms) => (ms === 0 ? '0' : ms.toPrecision(3))),
      row.loadMs.toFixed(0),
      row.memoryMb.toFixed(0),
      row.runs,
      ...beside.map(({ cell }) => cell(row)),
    ]);
  }
  return table.toString();
}

/** The times of the same networks in the paper, and how many times as long they take here. */
export function besidePaper(rows: readonly ProfileRow[]): Beside[] {
  const compared = new Map(compareWithTable3(rows).map((row) => [row.measured, row]));
  const column = (head: string, of: (row: Table3Comparison<ProfileRow>) => string): Beside => ({
    head,
    cell: (row) => {
      const found = compared.get(row);
      return found ? of(found) : '';
    },
  });
  return [
    column('paper GPU ms', ({ gpu }) => gpu.meanMs.toFixed(2)),
    column('×', ({ timesGpu }) => timesGpu.toFixed(2)),
    column('authors’ CPU ms', ({ cpu }) => cpu.meanMs.toFixed(1)),
    column('×', ({ timesCpu }) => timesCpu.toFixed(2)),
  ];
}

// A slow model is run several times as well: fewer runs would give no standard deviation to speak of.
const limits = { maxRuns: 10_000, leastRuns: 10, precision: 0.005 };

async function profileAll(
  { directory, catalogue, models }: ChosenModels,
  { threads, seconds }: ProfileOptions,
): Promise<ProfileRow[]> {
  const tasks = models.flatMap((model) => threads.map((count) => ({ model, threads: count })));
  const settings = { ...limits, maxMs: 1000 * seconds };
  const bar = new cliProgress.SingleBar({
    format: '{bar} {percentage} % | {model}',
    clearOnComplete: true,
    stream: process.stderr,
  });
  bar.start(tasks.length, 0, { model: '' });
  try {
    const rows: ProfileRow[] = [];
    for (const { model, threads: count } of tasks) {
      bar.update(rows.length, { model: model.name });
      const path = join(directory, model.file);
      const task = { path, catalogue, model, threads: count, settings };
      const measured = await profileModel(task, (share) => bar.update(rows.length + share));
      rows.push({ ...measured, accuracyPct: model.accuracyPct ?? null });
    }
    return rows;
  } finally {
    bar.stop();
  }
}

async function write(
  { directory }: ChosenModels,
  rows: readonly ProfileRow[],
  all: readonly ProfileRow[],
): Promise<void> {
  await editCatalogue(directory, ({ models }) => {
    for (const row of rows) {
      const entry = models.find(({ name }) => name === row.model);
      const own = all.filter(({ model }) => model === row.model);
      if (entry) entry.reference = referenceOf(row, own);
    }
  });
  note(`wrote the measured latencies to ${shortPath(directory)}/catalogue.json.`);
}
