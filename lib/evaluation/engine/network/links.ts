import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseTrace, type Trace, TraceError } from './trace.ts';

/** Both directions of a link, recorded together and cut to the same length. */
export interface Link {
  readonly name: string;
  readonly up: Trace;
  readonly down: Trace;
}

/**
 * Reads every link of a folder: `NAME.up` with `NAME.down`, each cut to the shorter of the two.
 *
 * @throws TraceError when the folder cannot be read, holds no link or half a link, or a file is no trace
 */
export function readLinks(directory: string): Link[] {
  return listLinks(directory).map((name) => readLink(directory, name));
}

/**
 * The names of a folder's links.
 *
 * @throws TraceError when the folder cannot be read, or holds no link or half a link
 */
export function listLinks(directory: string): string[] {
  const files = listFiles(directory);
  const names = [...new Set(files.filter((file) => /\.(up|down)$/.test(file)).map(stem))].sort();
  if (names.length === 0) {
    throw new TraceError(`${directory}: there is no packet-delivery trace (NAME.up, NAME.down)`);
  }
  for (const file of names.flatMap((name) => [`${name}.up`, `${name}.down`])) {
    if (!files.includes(file)) throw new TraceError(`${directory}: there is no ${file}`);
  }
  return names;
}

/**
 * Reads one link: `NAME.up` and `NAME.down` of a folder, each cut to the shorter of the two.
 *
 * @throws TraceError when a file cannot be read or is no trace
 */
export function readLink(directory: string, name: string): Link {
  const up = readTrace(join(directory, `${name}.up`));
  const down = readTrace(join(directory, `${name}.down`));
  const periodMs = Math.min(up.periodMs, down.periodMs);
  return { name, up: up.cutAt(periodMs), down: down.cutAt(periodMs) };
}

function readTrace(path: string): Trace {
  return parseTrace(readText(path), basename(path));
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new TraceError(`${path}: cannot read the trace: ${(error as Error).message}`);
  }
}

function stem(file: string): string {
  return file.replace(/\.(up|down)$/, '');
}

function listFiles(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    throw new TraceError(`${directory}: cannot read the traces: ${(error as Error).message}`);
  }
}
