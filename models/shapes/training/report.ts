import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Reliability } from '../../../lib/core/statistics/reliability.ts';
import { catalogueFolder, ladder } from './ladder.ts';

/** Accuracy of one model over the test images. */
export interface Accuracy {
  readonly seed: number;
  readonly images: number;
  readonly correct: number;
  /** Ten classes of difficulty, 0 to 0.1 first. */
  readonly byDifficulty: readonly { readonly images: number; readonly correct: number }[];
  /** Rows: the true class; columns: the answer; in the order of the labels. */
  readonly confusion: readonly (readonly number[])[];
  readonly reliability: Reliability;
  /** In each bin of the reliability of the device's model; absent when that was not measured. */
  readonly rightAlongsideDevice?: readonly number[] | undefined;
}

/** Time of one model, in milliseconds. */
export interface Latency {
  readonly runs: number;
  readonly meanMs: number;
  readonly stdMs: number;
  readonly p50Ms: number;
  readonly what: string;
}

/** What one model gains from threads. */
export interface Scaling {
  /** The part of its work that they can share, 0 to 1 (Amdahl's law). */
  readonly parallelShare: number;
  readonly what: string;
}

/** What is known about the models, by name. */
export interface Report<Entry> {
  readonly command: string;
  readonly models: Record<string, Entry>;
}

/** Reads `accuracy.json`, `latency.json` or `scaling.json`; empty if there is none yet. */
export function readReport<Entry>(file: string, command: string): Report<Entry> {
  const url = new URL(file, catalogueFolder);
  return existsSync(url) ? JSON.parse(readFileSync(url, 'utf8')) : { command, models: {} };
}

/** Adds or replaces the entry of one model; keeps those of others that are still in the ladder. */
export function updateReport<Entry>(
  file: string,
  command: string,
  name: string,
  entry: Entry,
): void {
  const { models } = readReport<Entry>(file, command);
  const all: Record<string, Entry> = { ...models, [name]: entry };
  const kept = ladder.flatMap((model): [string, Entry][] => {
    const known = all[model];
    return known === undefined ? [] : [[model, known]];
  });
  const report: Report<Entry> = { command, models: Object.fromEntries(kept) };
  writeFileSync(new URL(file, catalogueFolder), toText(report));
}

/** JSON with lists of numbers on one line each: a confusion matrix would fill pages. */
export function toText(value: object): string {
  const text = JSON.stringify(value, null, 2)
    .replace(/\[\s+([\d,\s]+?)\s+\]/g, (_, numbers: string) => `[${numbers.replace(/\s+/g, ' ')}]`)
    .replace(
      /\{\s+((?:"\w+": [\d.]+,?\s+)+?)\}/g,
      (_, fields: string) => `{ ${fields.trim().replace(/\s+/g, ' ')} }`,
    );
  return `${text}\n`;
}
