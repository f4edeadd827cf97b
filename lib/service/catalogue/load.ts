import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { firstIssue } from '../../core/contract/first-issue.ts';
import { MdInferenceError } from '../../core/errors.ts';
import { checkIsWhole } from './onnx/check.ts';
import { OnnxFileError } from './onnx/onnx-file.ts';
import {
  type Catalogue,
  type CatalogueListing,
  type CatalogueModel,
  catalogueListingSchema,
  type ListedModel,
} from './schema.ts';
import { readTextFile } from './text.ts';

/** A catalogue cannot be used; the message names the file and the field. */
export class CatalogueError extends MdInferenceError {
  override readonly name = 'CatalogueError';
}

/** The catalogue's description in its folder. */
export const catalogueFile = 'catalogue.json';

/**
 * A JPEG of the size that phones scale photos down to before sending them (500 x 375), under
 * `models/`: what models are measured with when their catalogue has no sample of its own.
 */
export const photoFile = 'table3/samples/photo-size.jpg';

/**
 * Reads and checks `catalogue.json` of a folder with all models that it lists: also those that have
 * not been fetched, or whose accuracy is not known.
 *
 * @throws {@link CatalogueError} naming the file and the first wrong field
 */
export function listCatalogue(directory: string): CatalogueListing {
  const path = join(directory, catalogueFile);
  return parseFile(catalogueListingSchema, readJson(path, 'a catalogue'), path);
}

/**
 * Reads and checks `catalogue.json` of a folder, without its model files.
 *
 * @throws {@link CatalogueError} naming the file and the first wrong field
 */
export function readCatalogue(directory: string): Catalogue {
  return withModels(listCatalogue(directory), directory);
}

/**
 * Reads a catalogue for serving: of the models that can be fetched, only those that have been.
 *
 * @throws {@link CatalogueError} naming the file and what is wrong with it, or when no model is left
 */
export function readServedCatalogue(directory: string): Catalogue {
  const listing = listCatalogue(directory);
  const models = listing.models.filter((model) => !model.urls || isFetched(directory, model));
  if (models.length === 0) {
    throw new CatalogueError(
      `${directory}: none of its ${listing.models.length} models is here yet; get some with: npx mdi models fetch ${directory}`,
    );
  }
  return withModels({ ...listing, models }, directory);
}

/**
 * Reads a catalogue for serving and checks every model file: its size, its SHA-256, and that it is all there is of
 * the model.
 *
 * @throws {@link CatalogueError} naming the file and what is wrong with it
 * @throws {@link OnnxFileError} when a file is no ONNX file, or only a part of a model
 */
export function loadCatalogue(directory: string): Catalogue {
  const catalogue = readServedCatalogue(directory);
  for (const model of catalogue.models) verifyModelFile(directory, model);
  return catalogue;
}

/** Whether a model's file is in its catalogue's folder; not whether it is the right one. */
export function isFetched(directory: string, { file }: ListedModel): boolean {
  return existsSync(join(directory, file));
}

/**
 * Checks that a model's file is the one its catalogue entry describes, and all there is of the model.
 *
 * @throws {@link CatalogueError} naming the file
 * @throws {@link OnnxFileError} when it is no ONNX file, or weights of the model lie in other files
 */
export function verifyModelFile(
  directory: string,
  { name, file, bytes, sha256 }: ListedModel,
): void {
  const path = join(directory, file);
  const found = explaining(path, `model "${name}"`, () => fingerprintOf(path));
  if (found.bytes !== bytes) {
    throw new CatalogueError(
      `${path}: ${found.bytes} bytes, but model "${name}" says ${bytes} (field bytes)`,
    );
  }
  if (found.hash !== sha256) {
    throw new CatalogueError(
      `${path}: SHA-256 is ${found.hash}, but model "${name}" says ${sha256} (field sha256)`,
    );
  }
  checkIsWhole(path);
}

/** Size in bytes and hash, in hexadecimal, of a file, which may be larger than memory. */
export function fingerprintOf(
  path: string,
  algorithm: 'sha256' | 'sha1' = 'sha256',
): { bytes: number; hash: string } {
  const hash = createHash(algorithm);
  const buffer = Buffer.allocUnsafe(2 ** 20);
  const file = openSync(path, 'r');
  try {
    let bytes = 0;
    for (let read = readSync(file, buffer); read > 0; read = readSync(file, buffer)) {
      hash.update(buffer.subarray(0, read));
      bytes += read;
    }
    return { bytes, hash: hash.digest('hex') };
  } finally {
    closeSync(file);
  }
}

function withModels({ ladder: _, ...listing }: CatalogueListing, directory: string): Catalogue {
  const models = listing.models.filter(
    (model): model is CatalogueModel => model.accuracyPct !== undefined,
  );
  if (models.length === 0) {
    throw new CatalogueError(
      `${join(directory, catalogueFile)}: no model has a field accuracyPct; measure it with: npx mdi models evaluate --write`,
    );
  }
  const onDevice = models.find(({ name }) => name === listing.onDevice)?.name;
  return { ...listing, models, onDevice };
}

/**
 * Reads a file of JSON.
 *
 * @param what - what the file should hold, for messages: "a catalogue"
 * @throws {@link CatalogueError} naming the file
 */
export function readJson(path: string, what: string): unknown {
  const text = readText(path, what);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CatalogueError(`${path}: not JSON: ${(error as Error).message}`);
  }
}

/**
 * Reads a file of text.
 *
 * @param what - what the file should hold, for messages
 * @throws {@link CatalogueError} naming the file
 */
export function readText(path: string, what: string): string {
  return explaining(path, what, () => readTextFile(path));
}

/**
 * Checks what was read from a file.
 *
 * @throws {@link CatalogueError} naming the file and the first wrong field
 */
export function parseFile<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  path: string,
): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const fault = firstIssue(parsed.error, { field: 'field', whole: 'the file' });
  throw new CatalogueError(`${path}: ${fault}`);
}

/**
 * Reads a whole file.
 *
 * @param what - what the file should be, for messages
 * @throws {@link CatalogueError} naming the file
 */
export function readOrExplain(path: string, what: string): Buffer {
  return explaining(path, what, () => readFileSync(path));
}

/**
 * Reads something, and says of a file that cannot be read what it should have been.
 *
 * @throws {@link CatalogueError} naming the file
 */
export function explaining<T>(path: string, what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof OnnxFileError || error instanceof CatalogueError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'no such file' : message;
    throw new CatalogueError(`${path}: cannot read ${what}: ${reason}`);
  }
}
