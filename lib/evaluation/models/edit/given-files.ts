import { basename, resolve } from 'node:path';
import { z } from 'zod';
import type { Preprocessing } from '../../../core/preprocessing/preprocessing.ts';
import {
  CatalogueError,
  catalogueFile,
  parseFile,
  readJson,
} from '../../../service/catalogue/load.ts';
import { preprocessingSchema } from '../../../service/catalogue/schema.ts';

const labelsSchema = z.array(z.string().min(1)).min(2);

/**
 * The labels of the catalogue that a model is added to.
 *
 * @param path - a JSON file of labels; required when there is no catalogue yet
 * @param known - the labels of the existing catalogue
 * @throws {@link CatalogueError} when the labels differ, naming the first that does, or there are none
 */
export function readLabels(
  path: string | undefined,
  directory: string,
  known?: readonly string[],
): string[] {
  if (path === undefined) {
    if (known) return [...known];
    throw new CatalogueError(
      `${directory} has no ${catalogueFile} yet: a new catalogue needs --labels FILE.json, a list of the labels in the order of the model's outputs`,
    );
  }
  const labels = parseFile(labelsSchema, readJson(path, 'labels'), path);
  if (!known || labels.join('\n') === known.join('\n')) return labels;
  const i = labels.findIndex((label, index) => label !== known[index]);
  throw new CatalogueError(
    `${path}: not the labels of the catalogue, which all its models share: ${labels.length} labels instead of ${known.length}, label ${Math.max(i, 0)} is "${labels[i]}" instead of "${known[i]}"`,
  );
}

/**
 * The preprocessing fields that a JSON file gives; what it omits is taken from the model's file.
 *
 * @throws {@link CatalogueError} when a field is wrong; the message names it
 */
export function readPreprocessing(path: string | undefined): Partial<Preprocessing> | undefined {
  if (path === undefined) return undefined;
  const value = readJson(path, 'preprocessing');
  const all = parseFile(preprocessingSchema, value, path);
  const given = Object.keys(value as object);
  return Object.fromEntries(Object.entries(all).filter(([field]) => given.includes(field)));
}

/** The name of a new catalogue in a folder. */
export function catalogueNameOf(directory: string): string {
  const name = basename(resolve(directory))
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-');
  return name.replaceAll(/^-+|-+$/g, '').slice(0, 30) || 'models';
}
