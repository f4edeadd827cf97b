import { group, mean } from 'd3-array';
import { rungName, type UploadRung, viewEncoding } from '../../../core/upload/rung.ts';
import type { MeasuredRung } from './measure.ts';

/** A larger picture must be this many points better, in the mean over the models. */
const worthPct = 0.05;

const losslessView = rungName(viewEncoding);

/**
 * The rungs that some request may be better off with, for a catalogue: the original, then the others from
 * the largest to the smallest.
 *
 * 1. Of one format, fewer bytes cannot lose less; where they seem to, it is noise. Each model's losses become
 *    the non-increasing line over the bytes that is nearest to them.
 * 2. A rung is kept when it loses at least 0.05 points less than every smaller one, in the mean over the
 *    models, a mean below 0 counting as 0. So none is kept that is as large as another and loses no less with
 *    any model. The view at quality 95 is kept, and the original, with which no rung is compared: its size is
 *    that of the pictures at hand, not of a phone's.
 * 3. The same line is drawn for each model through all that are kept, and what is below 0 becomes 0.
 */
export function keptRungs(measured: readonly MeasuredRung[]): UploadRung[] {
  const originals = measured.filter(({ encoding }) => !encoding).map(asRung);
  const encoded = measured
    .filter(({ encoding }) => encoding)
    .map(asRung)
    .toSorted((a, b) => a.meanBytes - b.meanBytes);
  const formats = [...group(encoded, formatOf).values()];
  const ascending = formats.flatMap(smooth).toSorted((a, b) => a.meanBytes - b.meanBytes);
  const written = smooth(ascending.filter(isWorthIts(ascending))).map(asWritten);
  const kept = written.filter(
    (rung, i) => rung.name === losslessView || i === 0 || differ(rung, written[i - 1]),
  );
  return [...originals, ...kept.toReversed()];
}

function asRung({ models, ...rung }: MeasuredRung): UploadRung {
  const losses = models.map(({ model, lossPct }) => [model, lossPct]);
  return { ...rung, accuracyLossPct: Object.fromEntries(losses) };
}

function formatOf({ encoding }: UploadRung): string {
  return [encoding?.type, encoding?.chroma, encoding?.maxSide].join();
}

/** Losses that no rung with fewer bytes undercuts, of rungs in ascending order of their bytes. */
function smooth(ascending: readonly UploadRung[]): UploadRung[] {
  const names = Object.keys(ascending[0]?.accuracyLossPct ?? {});
  const lines = names.map((name) =>
    nonIncreasing(ascending.map(({ accuracyLossPct }) => accuracyLossPct[name] ?? 0)),
  );
  return ascending.map((rung, i) => ({
    ...rung,
    accuracyLossPct: Object.fromEntries(names.map((name, model) => [name, lines[model]?.[i] ?? 0])),
  }));
}

/** Whether a rung loses less than every smaller one. */
function isWorthIts(ascending: readonly UploadRung[]): (rung: UploadRung, i: number) => boolean {
  const losses = ascending.map(({ accuracyLossPct }) =>
    Math.max(0, mean(Object.values(accuracyLossPct)) ?? 0),
  );
  return ({ name }, i) =>
    name === losslessView || (losses[i] ?? 0) <= Math.min(...losses.slice(0, i)) - worthPct;
}

function asWritten(rung: UploadRung): UploadRung {
  const losses = Object.entries(rung.accuracyLossPct).map(([name, lossPct]) => [
    name,
    Math.max(0, Math.round(100 * lossPct) / 100),
  ]);
  return { ...rung, accuracyLossPct: Object.fromEntries(losses) };
}

function differ({ accuracyLossPct }: UploadRung, other: UploadRung | undefined): boolean {
  return Object.entries(accuracyLossPct).some(
    ([name, lossPct]) => lossPct !== other?.accuracyLossPct[name],
  );
}

/** The non-increasing values with the least squared distance to some: pools adjacent violators. */
export function nonIncreasing(values: readonly number[]): number[] {
  const pools: { sum: number; count: number }[] = [];
  for (const value of values) {
    let pool = { sum: value, count: 1 };
    for (let left = pools.at(-1); left && meanOf(left) < meanOf(pool); left = pools.at(-1)) {
      pools.pop();
      pool = { sum: left.sum + pool.sum, count: left.count + pool.count };
    }
    pools.push(pool);
  }
  return pools.flatMap((pool) => Array<number>(pool.count).fill(meanOf(pool)));
}

function meanOf({ sum, count }: { sum: number; count: number }): number {
  return sum / count;
}
