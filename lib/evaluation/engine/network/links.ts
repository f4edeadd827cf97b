import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readTextFile } from '../../../service/catalogue/text.ts';
import { parseTrace, type Trace, TraceError } from './trace.ts';

/** Both directions of a link, recorded at the same time and cut to the same length. */
export interface Link {
  readonly name: string;
  readonly up: Trace;
  readonly down: Trace;
}

/**
 * Reads every link of a folder: `NAME.up` with `NAME.down`, each cut to the shorter of the two.
 *
 * @throws {@link TraceError} when the folder cannot be read, has no link or only one direction of a
 *   link, or a file is not a trace
 */
export function readLinks(directory: string): Link[] {
  return listLinks(directory).map((name) => readLink(directory, name));
}

/**
 * The names of the links in a folder, sorted.
 *
 * @throws {@link TraceError} when the folder cannot be read, or has no link or only one direction of one
 */
export function listLinks(directory: string): string[] {
  const files = explaining(directory, 'the traces', () => readdirSync(directory));
  const names = [...new Set(files.flatMap((file) => /^(.+)\.(?:up|down)$/.exec(file)?.[1] ?? []))];
  if (names.length === 0) {
    throw new TraceError(`${directory}: there is no packet-delivery trace (NAME.up, NAME.down)`);
  }
  for (const file of names.flatMap((name) => [`${name}.up`, `${name}.down`])) {
    if (!files.includes(file)) throw new TraceError(`${directory}: there is no ${file}`);
  }
  return names.sort();
}

/**
 * Reads one link: `NAME.up` and `NAME.down` of a folder, each cut to the shorter of the two.
 *
 * @throws {@link TraceError} when a file cannot be read or is not a trace
 */
export function readLink(directory: string, name: string): Link {
  const up = readTrace(directory, `${name}.up`);
  const down = readTrace(directory, `${name}.down`);
  const periodMs = Math.min(up.periodMs, down.periodMs);
  return { name, up: up.cutAt(periodMs), down: down.cutAt(periodMs) };
}

function readTrace(directory: string, file: string): Trace {
  const path = join(directory, file);
  const text = explaining(path, 'the trace', () => readTextFile(path));
  return parseTrace(text, file);
}

function explaining<T>(path: string, what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new TraceError(`${path}: cannot read ${what}: ${(error as Error).message}`);
  }
}
