/**
 * A logarithmic histogram of service times that merges by adding counts.
 *
 * The mapping is DDSketch's (Masson, Rim, Lee: "DDSketch: A fast and fully-mergeable quantile
 * sketch with relative-error guarantees", VLDB 2019, section 2.1). For a relative error `a`, let
 * `gamma = (1 + a) / (1 - a)`. Bucket `i` holds the times in `(gamma^(i-1), gamma^i]`, so
 * `i = ceil(log_gamma(us))`, and answers with `v = 2 * gamma^i / (gamma + 1)`. At the bucket's
 * ends, `v / gamma^i = 2 / (gamma + 1) = 1 - a` and `v / gamma^(i-1) = 1 + a`: no time in the
 * bucket is further than `a` from `v`.
 */

/** Largest relative error of a quantile: 2 %. */
export const relativeError = 0.02;

/**
 * Longest time that is resolved, in microseconds: 15 minutes, the longest a Lambda function may
 * run.
 */
export const longestUs = 900_000_000;

const gamma = (1 + relativeError) / (1 - relativeError);
const logGamma = Math.log(gamma);

/** Highest bucket. Bounds the histogram at 517 buckets, and an item far below DynamoDB's 400 KB. */
export const lastBucket = Math.ceil(Math.log(longestUs) / logGamma);

/** Bucket to number of samples in it; buckets without samples are absent. */
export type Histogram = ReadonlyMap<number, bigint>;

/** Queries of a histogram, answered in microseconds. */
export interface Distribution {
  /** The `q`-quantile (0 to 1, by nearest rank) in microseconds, within {@link relativeError}; NaN if empty. */
  quantileUs(q: number): number;
  /** Share (0 to 1) of the samples that took at most `us` microseconds; NaN if empty. */
  shareWithinUs(us: number): number;
}

/**
 * The bucket of a time in microseconds. Times up to 1 us share bucket 0, times over
 * {@link longestUs} the last one.
 */
export function bucketOf(us: number): number {
  if (us <= 1) return 0;
  return Math.min(Math.ceil(Math.log(us) / logGamma), lastBucket);
}

/** The time in microseconds that stands for a bucket. */
export function representativeUs(bucket: number): number {
  return (2 * gamma ** bucket) / (gamma + 1);
}

/** Lower (exclusive) and upper (inclusive) end of a bucket, in microseconds. */
export function boundsOf(bucket: number): { lowerUs: number; upperUs: number } {
  return { lowerUs: bucket === 0 ? 0 : gamma ** (bucket - 1), upperUs: gamma ** bucket };
}

/** Adds two histograms; neither is changed. */
export function mergeHistograms(a: Histogram, b: Histogram): Histogram {
  const sum = new Map(a);
  for (const [bucket, count] of b) sum.set(bucket, (sum.get(bucket) ?? 0n) + count);
  return sum;
}

/**
 * Prepares a histogram for queries: sorts its buckets and adds up their counts once, so that a
 * query costs one search.
 */
export function distributionOf(histogram: Histogram): Distribution {
  let total = 0;
  const steps = [...histogram]
    .sort(([a], [b]) => a - b)
    .map(([bucket, count]) => {
      total += Number(count);
      return { bucket, upTo: total };
    });

  const longestSeenUs = boundsOf(steps.at(-1)?.bucket ?? 0).upperUs;

  return {
    quantileUs(q) {
      const rank = Math.max(1, Math.ceil(Math.min(q, 1) * total));
      const step = steps.find(({ upTo }) => upTo >= rank);
      return step ? representativeUs(step.bucket) : Number.NaN;
    },

    shareWithinUs(us) {
      if (total === 0) return Number.NaN;
      // Most questions are about times that all samples, or none, kept to.
      if (us >= longestSeenUs) return 1;
      if (us <= 0) return 0;
      const bucket = bucketOf(us);
      let below = 0;
      for (const step of steps) {
        if (step.bucket > bucket) break;
        const inside = step.upTo - below;
        if (step.bucket === bucket) return (below + inside * shareOfBucket(bucket, us)) / total;
        below = step.upTo;
      }
      return below / total;
    },
  };
}

/** Samples are taken to be spread evenly over their bucket. */
function shareOfBucket(bucket: number, us: number): number {
  const { lowerUs, upperUs } = boundsOf(bucket);
  return Math.min((us - lowerUs) / (upperUs - lowerUs), 1);
}
