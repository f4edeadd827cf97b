import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { lock } from 'proper-lockfile';
import {
  CatalogueError,
  catalogueFile,
  parseFile,
  readJson,
} from '../../../service/catalogue/load.ts';
import { type CatalogueFile, catalogueListingSchema } from '../../../service/catalogue/schema.ts';

/** How long to wait for other processes, in ms: longer than the lock of a killed one counts. */
const waitMs = 10_000;
const staleMs = 5_000;

/**
 * Changes `catalogue.json` in a folder. Processes take turns, an invalid catalogue is not written, and the
 * file is replaced as a whole: whenever the power fails, it is the old one or the new one.
 *
 * @param change - changes the catalogue in place; when it throws, the file stays as it is
 * @param initial - the catalogue to start from when the folder has none; the folder is created
 * @returns what `change` returns
 * @throws {@link CatalogueError} when the catalogue is invalid before or after the change, cannot be
 *   written, or another process keeps it locked
 */
export async function editCatalogue<T>(
  directory: string,
  change: (catalogue: CatalogueFile) => T,
  initial?: CatalogueFile,
): Promise<T> {
  if (initial) mkdirSync(directory, { recursive: true });
  const path = join(directory, catalogueFile);
  const unlock = await lockCatalogue(path);
  try {
    const catalogue = readForEditing(path, initial);
    const result = change(catalogue);
    parseFile(catalogueListingSchema, catalogue, path);
    replaceFile(path, `${toText(catalogue)}\n`);
    return result;
  } finally {
    await unlock().catch(() => {});
  }
}

/** Replaces a file: whoever reads it gets the old one or the new one, never a part. */
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

/** The catalogue as it is written, without defaults or another order, so that nothing else changes. */
function readForEditing(path: string, initial?: CatalogueFile): CatalogueFile {
  if (initial && !existsSync(path)) return structuredClone(initial);
  const catalogue = readJson(path, 'a catalogue');
  parseFile(catalogueListingSchema, catalogue, path);
  return catalogue as CatalogueFile;
}

async function lockCatalogue(path: string): Promise<() => Promise<void>> {
  const deadlineMs = performance.now() + waitMs;
  for (;;) {
    try {
      // An edit takes a few ms and replaces the file as a whole: losing the lock meanwhile does no harm.
      return await lock(path, { realpath: false, stale: staleMs, onCompromised: () => {} });
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') throw new CatalogueError(`${dirname(path)}: no such folder`);
      if (code !== 'ELOCKED') {
        throw new CatalogueError(`${dirname(path)}: cannot be written: ${message}`);
      }
      if (performance.now() > deadlineMs) {
        throw new CatalogueError(`${dirname(path)}: another process is changing it (${path}.lock)`);
      }
    }
    await pause(20);
  }
}

/** JSON for people: indented, but what holds only numbers on one line. */
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
  if (fields.length > 0 && Object.values(value).every((field) => typeof field === 'number')) {
    return `{ ${fields.map((field) => field.trim()).join(', ')} }`;
  }
  return fields.length === 0 ? '{}' : `{\n${fields.join(',\n')}\n${indent}}`;
}
