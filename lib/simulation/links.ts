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
  const files = listFiles(directory);
  const names = [...new Set(files.filter((file) => /\.(up|down)$/.test(file)).map(stem))].sort();
  if (names.length === 0) {
    throw new TraceError(`${directory}: there is no packet-delivery trace (NAME.up, NAME.down)`);
  }
  return names.map((name) => {
    for (const file of [`${name}.up`, `${name}.down`]) {
      if (!files.includes(file)) throw new TraceError(`${directory}: there is no ${file}`);
    }
    const up = readTrace(join(directory, `${name}.up`));
    const down = readTrace(join(directory, `${name}.down`));
    const periodMs = Math.min(up.periodMs, down.periodMs);
    return { name, up: up.cutAt(periodMs), down: down.cutAt(periodMs) };
  });
}

function readTrace(path: string): Trace {
  return parseTrace(readFileSync(path, 'utf8'), basename(path));
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
