import { z95 } from '../../core/statistics/interval.ts';
import { profileOf } from './profile.ts';
import { deviationMs, meanMs, type ProfileStatistics } from './statistics.ts';

/**
 * A model's baseline in one line, for the outputs of a stack: CloudFormation takes 4 KB for all models
 * together (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html).
 *
 * @param memoryMb - of the function that was measured
 */
export function summaryOf(baseline: ProfileStatistics, memoryMb: number): string {
  const mean = meanMs(baseline);
  if (mean === undefined) return `${memoryMb} MB: not measured`;
  const deviation = deviationMs(baseline) ?? 0;
  const reference = { meanMs: mean, stdMs: deviation };
  const p95 = profileOf({ baseline, live: [] }, reference, 0).quantileMs(0.95);
  const precision = meanPrecision(baseline);
  const times = Object.entries({ mean, deviation, p95 }).map(
    ([name, ms]) => `${name} ${ms.toFixed(2)}`,
  );
  const known = Number.isFinite(precision) ? `, mean to ${(100 * precision).toFixed(1)} %` : '';
  return `${memoryMb} MB: ${times.join(', ')} ms (${baseline.n} runs${known})`;
}

/** The attribute of the profiler's custom resource with the summary of one model of the catalogue. */
export function summaryAttribute(modelIndex: number): string {
  return `Profile${modelIndex}`;
}

/** Half width of the mean's 95 % interval, as a share of the mean; infinite below two runs. */
export function meanPrecision(statistics: ProfileStatistics): number {
  const mean = meanMs(statistics) ?? 0;
  const deviation = deviationMs(statistics) ?? 0;
  if (statistics.n < 2n || mean === 0) return Number.POSITIVE_INFINITY;
  return (z95 * deviation) / Math.sqrt(Number(statistics.n)) / mean;
}
