import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import {
  CatalogueError,
  catalogueFile,
  parseFile,
  readJson,
} from '../../../service/catalogue/load.ts';
import { takeLock } from '../../../service/catalogue/lock-file.ts';
import { type CatalogueJson, catalogueListingSchema } from '../../../service/catalogue/schema.ts';

const lockFile = '.catalogue.lock';
const lockWaitMs = 10_000;

/**
 * Changes `catalogue.json` of a folder. Changes of several processes take turns, what is not valid is
 * not written, and the file is replaced as a whole: whenever the power goes off, it is the old one or
 * the new one.
 *
 * @param change - changes the catalogue in place; what it throws leaves the file alone
 * @param initial - what to begin with when the folder has no catalogue; the folder is made
 * @returns what `change` returns
 * @throws {@link CatalogueError} when the catalogue is not valid, before or after
 */
export async function editCatalogue<T>(
  directory: string,
  change: (catalogue: CatalogueJson) => T,
  initial?: CatalogueJson,
): Promise<T> {
  if (initial) mkdirSync(directory, { recursive: true });
  const path = join(directory, catalogueFile);
  const unlock = await lock(directory);
  try {
    const catalogue = readForEditing(path, initial);
    const result = change(catalogue);
    parseFile(catalogueListingSchema, catalogue, path);
    replaceFile(path, `${toText(catalogue)}\n`);
    return result;
  } finally {
    unlock();
  }
}

/** Writes a file so that there is the old one or the new one, never a part. */
export function replaceFile(path: string, content: string | Uint8Array): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, content, { flush: true });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** As it is written, so that only what changes is changed: no defaults, no other order. */
function readForEditing(path: string, initial?: CatalogueJson): CatalogueJson {
  if (initial && !existsSync(path)) return structuredClone(initial);
  const catalogue = readJson(path, 'a catalogue');
  parseFile(catalogueListingSchema, catalogue, path);
  return catalogue as CatalogueJson;
}

async function lock(directory: string): Promise<() => void> {
  const file = join(directory, lockFile);
  const deadlineMs = performance.now() + lockWaitMs;
  for (;;) {
    const taken = takeLockIn(directory, file);
    if ('unlock' in taken) return taken.unlock;
    if (performance.now() > deadlineMs) {
      throw new CatalogueError(`${directory}: process ${taken.owner} is changing it (${file})`);
    }
    await pause(20);
  }
}

function takeLockIn(directory: string, file: string) {
  try {
    return takeLock(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new CatalogueError(
      `${directory}: ${code === 'ENOENT' ? 'no such folder' : `cannot be written: ${message}`}`,
    );
  }
}

/** JSON for people: indented, but a list of numbers on one line. */
function toText(value: unknown, indent = ''): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    if (value.every((item) => typeof item === 'number')) return `[${value.join(', ')}]`;
    return `[\n${value.map((item) => inner + toText(item, inner)).join(',\n')}\n${indent}]`;
  }
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .map(([name, field]) => `${inner}${JSON.stringify(name)}: ${toText(field, inner)}`);
  return fields.length === 0 ? '{}' : `{\n${fields.join(',\n')}\n${indent}}`;
}
