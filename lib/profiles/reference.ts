import { boundsOf, bucketOf, type Histogram } from './histogram.ts';
import { emptyStatistics, type ProfileStatistics } from './statistics.ts';

/** A service time known only by its mean and standard deviation, both in ms. */
export interface Reference {
  readonly meanMs: number;
  readonly stdMs: number;
}

/** Imagined samples: enough that a quantile of one in a thousand still rests on several. */
const SAMPLES = 10_000;

/** Beyond five deviations a normal distribution has less than one of the samples. */
const REACH = 5;

/**
 * Statistics of a normal distribution with the reference's mean and deviation, as if it had been
 * measured. They stand in for a baseline that has not been measured yet.
 */
export function referenceStatistics({ meanMs, stdMs }: Reference): ProfileStatistics {
  const meanUs = Math.max(Math.round(meanMs * 1000), 0);
  const stdUs = Math.max(Math.round(stdMs * 1000), 0);
  const n = BigInt(SAMPLES);
  return {
    ...emptyStatistics(),
    n,
    sumUs: n * BigInt(meanUs),
    sumSqUs: n * BigInt(meanUs) ** 2n + (n - 1n) * BigInt(stdUs) ** 2n,
    histogram: normalHistogram(meanUs, stdUs),
  };
}

/** Rounded counts at the buckets' upper ends, subtracted, add up to exactly all samples. */
function normalHistogram(meanUs: number, stdUs: number): Histogram {
  const first = bucketOf(meanUs - REACH * stdUs);
  const last = bucketOf(meanUs + REACH * stdUs);
  const histogram = new Map<number, bigint>();
  let counted = 0;
  for (let bucket = first; bucket <= last; bucket++) {
    const share =
      bucket === last ? 1 : normalShareBelow((boundsOf(bucket).upperUs - meanUs) / stdUs);
    const upTo = Math.round(SAMPLES * share);
    if (upTo > counted) histogram.set(bucket, BigInt(upTo - counted));
    counted = upTo;
  }
  return histogram;
}

/**
 * Share (0 to 1) of a standard normal distribution below `z`, to 1e-5.
 *
 * @see Abramowitz, Stegun: Handbook of Mathematical Functions, 26.2.17
 */
function normalShareBelow(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  const series =
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return z > 0 ? 1 - density * series : density * series;
}
