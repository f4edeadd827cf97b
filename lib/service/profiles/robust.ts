import {
  distributionOf,
  type Histogram,
  representativeUs,
} from '../../core/statistics/histogram.ts';
import { deviationMs, meanMs, type ProfileStatistics } from './statistics.ts';

/** Mean and standard deviation of warm calls in ms, as far as there are enough calls for them. */
export interface Speed {
  readonly meanMs: number | undefined;
  readonly stdMs: number | undefined;
}

/**
 * Times count as at most the upper quartile and this many times the distance of the quartiles: Tukey's
 * outer fence (Exploratory Data Analysis, 1977). One of 430,000 normal times lies beyond it, one of 110
 * exponential ones.
 */
const fenceDistances = 3;

/** The fence is no lower than this many times the median: a steady model may have a second, slower speed. */
const leastFence = 2;

/**
 * Mean and deviation of the warm calls in which a time beyond the fence counts as the fence: winsorized,
 * so that a process that was stopped for ten seconds, or a quarter of the calls being of another kind, says
 * little about the others. The quartiles are the histogram's; no time beyond the fence leaves the exact
 * mean and deviation as they are.
 *
 * Otherwise the exact ones are multiplied by what the fence does to the histogram's own mean and
 * deviation. The error of a bucket, up to 2 %, is in both of them, and cancels.
 */
export function robustSpeed(statistics: ProfileStatistics): Speed {
  const exact = { meanMs: meanMs(statistics), stdMs: deviationMs(statistics) };
  const { histogram } = statistics;
  const fenceUs = fenceOf(histogram);
  const isInside = [...histogram.keys()].every((bucket) => representativeUs(bucket) <= fenceUs);
  if (isInside || exact.meanMs === undefined) return exact;
  const plain = momentsOf(histogram, Number.POSITIVE_INFINITY);
  const fenced = momentsOf(histogram, fenceUs);
  return {
    meanMs: (exact.meanMs * fenced.mean) / plain.mean,
    stdMs: exact.stdMs && (exact.stdMs * fenced.deviation) / plain.deviation,
  };
}

function fenceOf(histogram: Histogram): number {
  const { quantileUs } = distributionOf(histogram);
  const upperUs = quantileUs(0.75);
  const fenceUs = upperUs + fenceDistances * (upperUs - quantileUs(0.25));
  return Math.max(fenceUs, leastFence * quantileUs(0.5));
}

/** Of times that each count as at most a limit. */
function momentsOf(histogram: Histogram, mostUs: number): { mean: number; deviation: number } {
  // In one order, so that the same calls give the same sums to the last digit.
  const times = [...histogram]
    .sort(([a], [b]) => a - b)
    .map(([bucket, count]) => ({
      us: Math.min(representativeUs(bucket), mostUs),
      count: Number(count),
    }));
  const n = sum(times.map(({ count }) => count));
  const mean = sum(times.map(({ us, count }) => us * count)) / n;
  const variance = sum(times.map(({ us, count }) => (us - mean) ** 2 * count)) / n;
  return { mean, deviation: Math.sqrt(variance) };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
