import { createHash } from 'node:crypto';
import { z95 } from '../../core/statistics/interval.ts';
import { profileOf } from './profile.ts';
import { deviationMs, emptyStatistics, meanMs, type ProfileStatistics } from './statistics.ts';

/** A model whose baseline is told. */
interface SummarizedModel {
  readonly name: string;
  /** Memory of the function that was measured. */
  readonly memoryMb: number;
}

/**
 * CloudFormation takes 4,096 bytes from a custom resource, of which the stack's ARN, ids and the provider framework
 * need some.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html
 */
const maxSummaryBytes = 3_100;

/**
 * The baselines of models, a line for each, as the attributes of a custom resource: by {@link summaryAttribute}, so
 * that a line stays with its model whatever the order. Where they do not fit otherwise, they are shorter.
 */
export function summariesOf(
  models: readonly SummarizedModel[],
  baselines: ReadonlyMap<string, ProfileStatistics>,
): Record<string, string> {
  const told = (line: (baseline: ProfileStatistics, memoryMb: number) => string) =>
    Object.fromEntries(
      models.map(({ name, memoryMb }) => [
        summaryAttribute(name),
        line(baselines.get(name) ?? emptyStatistics(), memoryMb),
      ]),
    );
  const summaries = told(summaryOf);
  const bytes = Buffer.byteLength(JSON.stringify(summaries));
  return bytes <= maxSummaryBytes ? summaries : told(shortSummaryOf);
}

/** A model's baseline in one line. */
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

/** A model's mean service time, in 12 characters. */
function shortSummaryOf(baseline: ProfileStatistics): string {
  const mean = meanMs(baseline);
  return mean === undefined ? '-' : `${mean.toFixed(mean < 100 ? 1 : 0)} ms`;
}

/** The attribute of the profiler's custom resource with the summary of a model: of 9 letters and digits. */
export function summaryAttribute(model: string): string {
  return `p${createHash('sha256').update(model).digest('hex').slice(0, 8)}`;
}

/** Half width of the mean's 95 % interval, as a share of the mean; infinite below two runs. */
export function meanPrecision(statistics: ProfileStatistics): number {
  const mean = meanMs(statistics) ?? 0;
  const deviation = deviationMs(statistics) ?? 0;
  if (statistics.n < 2n || mean === 0) return Number.POSITIVE_INFINITY;
  return (z95 * deviation) / Math.sqrt(Number(statistics.n)) / mean;
}
