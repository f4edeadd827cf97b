import { boundsOf, bucketOf, type Histogram } from '../../core/statistics/histogram.ts';
import { normalShareWithin } from '../../core/statistics/normal.ts';
import { emptyStatistics, type ProfileStatistics } from './statistics.ts';

/** A service time known only by its mean and standard deviation, both in ms. */
export interface Reference {
  readonly meanMs: number;
  readonly stdMs: number;
}

/** Imagined samples: enough that a quantile of one in a thousand still rests on several. */
const imaginedSamples = 10_000;

/** Beyond five standard deviations lies less than one of the samples. */
const reachStds = 5;

/**
 * Statistics of a normal distribution with the reference's mean and deviation, as if it had been
 * measured. They stand in for a baseline that has not been measured yet.
 */
export function referenceStatistics({ meanMs, stdMs }: Reference): ProfileStatistics {
  const meanUs = Math.max(Math.round(meanMs * 1000), 0);
  const stdUs = Math.max(Math.round(stdMs * 1000), 0);
  const n = BigInt(imaginedSamples);
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
  const first = bucketOf(meanUs - reachStds * stdUs);
  const last = bucketOf(meanUs + reachStds * stdUs);
  const histogram = new Map<number, bigint>();
  let counted = 0;
  for (let bucket = first; bucket <= last; bucket++) {
    const share = bucket === last ? 1 : normalShareWithin(boundsOf(bucket).upperUs, meanUs, stdUs);
    const upTo = Math.round(imaginedSamples * share);
    if (upTo > counted) histogram.set(bucket, BigInt(upTo - counted));
    counted = upTo;
  }
  return histogram;
}
