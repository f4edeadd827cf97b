import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
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
  const content = readOrExplain(path, `model "${name}"`);
  if (content.length !== bytes) {
    throw new CatalogueError(
      `${path}: ${content.length} bytes, but model "${name}" says ${bytes} (field bytes)`,
    );
  }
  const found = createHash('sha256').update(content).digest('hex');
  if (found !== sha256) {
    throw new CatalogueError(
      `${path}: SHA-256 is ${found}, but model "${name}" says ${sha256} (field sha256)`,
    );
  }
}

function readJson(path: string): unknown {
  const text = readOrExplain(path, 'a catalogue').toString('utf8');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CatalogueError(`${path}: not JSON: ${(error as Error).message}`);
  }
}

function readOrExplain(path: string, what: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'no such file' : error;
    throw new CatalogueError(`${path}: cannot read ${what}: ${reason}`);
  }
}

function fieldName(path: readonly PropertyKey[]): string {
  return path.length === 0 ? 'the file' : `field ${path.map(String).join('.')}`;
}
