import { z } from 'zod';
import { CatalogueError, parseFile, readText } from '../../../service/catalogue/load.ts';

/**
 * Reads the labels of a file, in the order of a model's outputs: one a line, or in JSON a list, `{"0": "cat", ...}`, or
 * an object that holds either as `labels`, as `id2label` (Hugging Face's `config.json`) or as `label_names` (timm's).
 *
 * @throws {@link CatalogueError} naming the file and what is wrong in it
 */
export function readLabelFile(path: string): string[] {
  const text = readText(path, 'labels');
  const labels = /^\s*[[{]/.test(text) ? labelsOfJson(text, path) : linesOf(text, path);
  return parseFile(z.array(z.string().min(1)).min(2), labels, path);
}

/** Whether an object of JSON, as models come with, holds labels. */
export function holdsLabels(value: unknown): boolean {
  return keyOfLabels(value) !== undefined;
}

const keys = ['labels', 'id2label', 'label_names'] as const;

function keyOfLabels(value: unknown): (typeof keys)[number] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  return keys.find((key) => key in value);
}

function labelsOfJson(text: string, path: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new CatalogueError(`${path}: not JSON: ${(error as Error).message}`);
  }
  const key = keyOfLabels(value);
  const found = key ? (value as Record<string, unknown>)[key] : value;
  if (typeof found !== 'object' || found === null || Array.isArray(found)) return found;
  const byIndex = found as Record<string, unknown>;
  if (!('0' in byIndex)) {
    throw new CatalogueError(
      `${path}: the labels must be a list, or an object from "0" on: {"0": "cat", "1": "dog"}`,
    );
  }
  const labels = Object.keys(byIndex).map((_, i) => byIndex[i]);
  const missing = labels.indexOf(undefined);
  if (missing === -1) return labels;
  throw new CatalogueError(
    `${path}: ${labels.length} labels, but none with the index "${missing}"`,
  );
}

function linesOf(text: string, path: string): string[] {
  const lines = text.replace(/(\r\n|\n|\r)$/, '').split(/\r\n|\n|\r/);
  const labels = lines.map((line) => line.trim());
  const empty = labels.indexOf('');
  if (empty === -1) return labels;
  throw new CatalogueError(`${path}, line ${empty + 1}: is empty, but each line is one label`);
}
