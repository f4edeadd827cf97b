import { rungName, type UploadRung, viewEncoding } from '../../../core/upload/rung.ts';
import type { MeasuredRung } from './measure.ts';

/** A larger picture must be this many points better, in the mean over the models. */
const worthPct = 0.05;

const losslessView = rungName(viewEncoding);

/**
 * The rungs that some request may be better off with, for a catalogue: the original, then the others from
 * the largest to the smallest.
 *
 * A rung is kept when in the mean over the models it loses at least 0.05 points less than every smaller one;
 * a mean below 0 is noise and counts as 0. So none is kept that is at least as large as another and loses no
 * less with any model. The original, whose size is that of the pictures at hand and not of a phone's, is kept
 * and not compared with; the view at quality 95 is kept.
 *
 * A smaller picture of the same kind cannot lose less, so where it seems to, that is noise: each model's
 * losses become those of the non-increasing line over the bytes that is nearest to them, none below 0.
 */
export function keptRungs(measured: readonly MeasuredRung[]): UploadRung[] {
  const ascending = measured
    .filter(({ encoding }) => encoding)
    .toSorted((a, b) => a.meanBytes - b.meanBytes);
  const smoothed = withoutNoise(worthTheirBytes(ascending));
  const kept = smoothed.filter(
    (rung, i) => rung.name === losslessView || i === 0 || losesLess(rung, smoothed[i - 1]),
  );
  const originals = measured.filter(({ encoding }) => !encoding).map(asRung);
  return [...originals, ...kept.toReversed()];
}

function worthTheirBytes(ascending: readonly MeasuredRung[]): MeasuredRung[] {
  let least = Number.POSITIVE_INFINITY;
  return ascending.filter((rung) => {
    const total = rung.models.reduce((sum, { lossPct }) => sum + lossPct, 0);
    const loss = Math.max(0, total / Math.max(1, rung.models.length));
    const isBetter = loss <= least - worthPct;
    if (isBetter) least = loss;
    return isBetter || rung.name === losslessView;
  });
}

function withoutNoise(ascending: readonly MeasuredRung[]): UploadRung[] {
  const names = ascending[0]?.models.map(({ model }) => model) ?? [];
  const lines = names.map((_, i) => nonIncreasing(ascending.map((rung) => lossOf(rung, i))));
  return ascending.map((rung, place) => ({
    ...asRung(rung),
    accuracyLossPct: Object.fromEntries(
      names.map((name, i) => [name, round2(Math.max(0, lines[i]?.[place] ?? 0))]),
    ),
  }));
}

function lossOf({ models }: MeasuredRung, i: number): number {
  return models[i]?.lossPct ?? 0;
}

function losesLess({ accuracyLossPct }: UploadRung, smaller: UploadRung | undefined): boolean {
  return Object.entries(accuracyLossPct).some(
    ([model, loss]) => loss < (smaller?.accuracyLossPct[model] ?? Number.POSITIVE_INFINITY),
  );
}

function asRung({ name, encoding, meanBytes, stdBytes, models }: MeasuredRung): UploadRung {
  const losses = models.map(({ model, lossPct }) => [model, lossPct]);
  const rung = { meanBytes, stdBytes, accuracyLossPct: Object.fromEntries(losses) };
  return { name, ...(encoding && { encoding }), ...rung };
}

/** The non-increasing values with the least squared distance to some: pools adjacent violators. */
export function nonIncreasing(values: readonly number[]): number[] {
  const pools: { sum: number; count: number }[] = [];
  for (const value of values) {
    let pool = { sum: value, count: 1 };
    for (
      let before = pools.at(-1);
      before && meanOf(before) < meanOf(pool);
      before = pools.at(-1)
    ) {
      pools.pop();
      pool = { sum: before.sum + pool.sum, count: before.count + pool.count };
    }
    pools.push(pool);
  }
  return pools.flatMap((pool) => Array<number>(pool.count).fill(meanOf(pool)));
}

function meanOf({ sum, count }: { sum: number; count: number }): number {
  return sum / count;
}

function round2(value: number): number {
  return Math.round(100 * value) / 100;
}
