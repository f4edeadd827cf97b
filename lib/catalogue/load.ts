import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { type Catalogue, type CatalogueModel, catalogueSchema } from './schema.ts';

/** A catalogue cannot be used; the message names the file and the field. */
export class CatalogueError extends Error {
  override readonly name = 'CatalogueError';
}

/**
 * Reads and checks `catalogue.json` of a folder, without its model files.
 *
 * @throws {@link CatalogueError} naming the file and the first wrong field
 */
export function readCatalogue(directory: string): Catalogue {
  const path = join(directory, 'catalogue.json');
  const parsed = catalogueSchema.safeParse(readJson(path));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new CatalogueError(`${path}: ${fieldName(issue?.path ?? [])}: ${issue?.message}`);
}

/**
 * Reads a catalogue and checks every model file's size and SHA-256.
 *
 * @throws {@link CatalogueError} naming the file and what is wrong with it
 */
export function loadCatalogue(directory: string): Catalogue {
  const catalogue = readCatalogue(directory);
  for (const model of catalogue.models) verifyModelFile(directory, model);
  return catalogue;
}

/**
 * Checks that a model's file is the one its catalogue entry describes.
 *
 * @throws {@link CatalogueError} naming the file
 */
export function verifyModelFile(
  directory: string,
  { name, file, bytes, sha256 }: CatalogueModel,
): void {
  const path = join(directory, file);
  const found = explaining(path, `model "${name}"`, () => fingerprintOf(path));
  if (found.bytes !== bytes) {
    throw new CatalogueError(
      `${path}: ${found.bytes} bytes, but model "${name}" says ${bytes} (field bytes)`,
    );
  }
  if (found.sha256 !== sha256) {
    throw new CatalogueError(
      `${path}: SHA-256 is ${found.sha256}, but model "${name}" says ${sha256} (field sha256)`,
    );
  }
}

/** Size in bytes and SHA-256 of a file, which may be larger than memory. */
function fingerprintOf(path: string): { bytes: number; sha256: string } {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(2 ** 20);
  const file = openSync(path, 'r');
  try {
    let bytes = 0;
    for (let read = readSync(file, buffer); read > 0; read = readSync(file, buffer)) {
      hash.update(buffer.subarray(0, read));
      bytes += read;
    }
    return { bytes, sha256: hash.digest('hex') };
  } finally {
    closeSync(file);
  }
}

function readJson(path: string): unknown {
  const text = explaining(path, 'a catalogue', () => readFileSync(path, 'utf8'));
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CatalogueError(`${path}: not JSON: ${(error as Error).message}`);
  }
}

function explaining<T>(path: string, what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'no such file' : error;
    throw new CatalogueError(`${path}: cannot read ${what}: ${reason}`);
  }
}

function fieldName(path: readonly PropertyKey[]): string {
  return path.length === 0 ? 'the file' : `field ${path.map(String).join('.')}`;
}
