import { basename, resolve } from 'node:path';
import type { PreprocessingJson } from '../../../core/preprocessing/preprocessing.ts';
import {
  CatalogueError,
  catalogueFile,
  parseFile,
  readJson,
} from '../../../service/catalogue/load.ts';
import { preprocessingSchema } from '../../../service/catalogue/schema.ts';
import { type DescribedPreprocessing, readProcessor } from './hugging-face.ts';
import { readLabelFile } from './label-file.ts';
import { readTimmConfig } from './timm.ts';

/**
 * The labels of the catalogue that a model is added to.
 *
 * @param path - a file of labels, see {@link readLabelFile}; required when there is no catalogue yet
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
      `${directory} has no ${catalogueFile} yet: a new catalogue needs --labels FILE, the labels in the order of the model's outputs: one a line, or a list in JSON`,
    );
  }
  const labels = readLabelFile(path);
  if (!known || labels.join('\n') === known.join('\n')) return labels;
  const i = labels.findIndex((label, index) => label !== known[index]);
  throw new CatalogueError(
    `${path}: not the labels of the catalogue, which all its models share: ${labels.length} labels instead of ${known.length}, label ${Math.max(i, 0)} is "${labels[i]}" instead of "${known[i]}"; if they mean the same, say so with --labels ${resolve(directory, catalogueFile)}`,
  );
}

/**
 * The preprocessing fields that a JSON file gives: the catalogue's own, a `preprocessor_config.json` of transformers,
 * or a `config.json` of timm's. What it omits is taken from the model's file.
 *
 * @throws {@link CatalogueError} when a field is wrong, or the service cannot do what it says; the message names it
 */
export function readPreprocessing(path: string | undefined): DescribedPreprocessing | undefined {
  if (path === undefined) return undefined;
  const value = readJson(path, 'preprocessing');
  if (has(value, 'pretrained_cfg')) return readTimmConfig(value.pretrained_cfg, path);
  if (has(value, 'image_processor')) return readProcessor(value.image_processor, path);
  const signs = ['image_processor_type', 'feature_extractor_type', 'image_mean', 'do_resize'];
  if (signs.some((sign) => has(value, sign))) return readProcessor(value, path);
  const all: PreprocessingJson = parseFile(preprocessingSchema, value, path);
  const fields = Object.entries(all).filter(([field]) => has(value, field));
  return { fields: Object.fromEntries(fields), differences: [] };
}

function has<Key extends string>(value: unknown, key: Key): value is Record<Key, unknown> {
  return typeof value === 'object' && value !== null && key in value;
}

/** The name of a new catalogue in a folder. */
export function catalogueNameOf(directory: string): string {
  const name = basename(resolve(directory))
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-');
  return name.replaceAll(/^-+|-+$/g, '').slice(0, 30) || 'models';
}
