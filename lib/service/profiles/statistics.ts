import { MdInferenceError } from '../../core/errors.ts';
import { bucketOf, type Histogram, mergeHistograms } from '../../core/statistics/histogram.ts';
import type { LiveKey } from './keys.ts';
import type { CallerLabels } from './labels.ts';

/** The integer sums a profile is made of. */
export const sumNames = [
  'n',
  'sumUs',
  'sumSqUs',
  'coldN',
  'coldSumUs',
  'coldSumSqUs',
  'failN',
] as const;

/** Name of one of the sums. */
export type SumName = (typeof sumNames)[number];

/**
 * What is known of a model's service time, without the decoding of pictures, as sums that merge by addition: in any order, over any
 * split, without loss.
 *
 * `n`, `sumUs`, `sumSqUs`: number, sum (us) and sum of squares (us^2) of the warm calls; the same
 * of the cold calls with `cold` in front; `failN` calls that gave no answer; `histogram` the warm
 * service times.
 *
 * Warm and cold are apart because a few cold starts would inflate the deviation so much that the
 * selection rule mu + sigma < T_budget (paper, Equation 2) would shut out every accurate model.
 */
export type ProfileStatistics = Readonly<Record<SumName, bigint>> & {
  readonly histogram: Histogram;
};

/** Statistics of one shard of one live window. */
export interface LiveStatistics extends LiveKey {
  readonly statistics: ProfileStatistics;
}

/** All that is stored of one model and still counts. */
export interface StoredProfile {
  /** Measured at deploy; absent if that has not happened yet. */
  readonly baseline?: ProfileStatistics;
  readonly live: readonly LiveStatistics[];
  /**
   * Labelled answers, by callers.
   *
   * @default - none
   */
  readonly labels?: readonly CallerLabels[];
}

/** One thing that happened to a model. `serviceUs` is a service time in microseconds. */
export type Observation =
  | { readonly kind: 'warm'; readonly serviceUs: number }
  | { readonly kind: 'cold'; readonly serviceUs: number }
  | { readonly kind: 'failure' };

/** An observation that cannot have happened, such as a negative service time. */
export class InvalidObservationError extends MdInferenceError {
  override readonly name = 'InvalidObservationError';
}

const noStatistics: ProfileStatistics = {
  n: 0n,
  sumUs: 0n,
  sumSqUs: 0n,
  coldN: 0n,
  coldSumUs: 0n,
  coldSumSqUs: 0n,
  failN: 0n,
  histogram: new Map(),
};

/** Statistics of no observation: the neutral element of {@link merge}. */
export function emptyStatistics(): ProfileStatistics {
  return noStatistics;
}

/**
 * The statistics of a single observation; what a profile store has to add.
 *
 * @throws {@link InvalidObservationError} when the service time is not a finite number of at least
 * 0
 */
export function statisticsOf(observation: Observation): ProfileStatistics {
  switch (observation.kind) {
    case 'warm': {
      const us = wholeMicroseconds(observation.serviceUs);
      const histogram = new Map([[bucketOf(Number(us)), 1n]]);
      return { ...noStatistics, n: 1n, sumUs: us, sumSqUs: us * us, histogram };
    }
    case 'cold': {
      const us = wholeMicroseconds(observation.serviceUs);
      return { ...noStatistics, coldN: 1n, coldSumUs: us, coldSumSqUs: us * us };
    }
    case 'failure':
      return { ...noStatistics, failN: 1n };
  }
}

/**
 * Statistics with one observation more; the given ones are not changed.
 *
 * @throws {@link InvalidObservationError} see {@link statisticsOf}
 */
export function observe(
  statistics: ProfileStatistics,
  observation: Observation,
): ProfileStatistics {
  return merge(statistics, statisticsOf(observation));
}

/** Adds statistics. Commutative and associative, as integer addition is. */
export function merge(...parts: readonly ProfileStatistics[]): ProfileStatistics {
  return parts.reduce(
    (a, b) => ({
      ...mapSums((name) => a[name] + b[name]),
      histogram: mergeHistograms(a.histogram, b.histogram),
    }),
    noStatistics,
  );
}

/** The statistics as if everything had been observed `times` times. */
export function scale(statistics: ProfileStatistics, times: bigint): ProfileStatistics {
  return {
    ...mapSums((name) => statistics[name] * times),
    histogram: new Map([...statistics.histogram].map(([bucket, n]) => [bucket, n * times])),
  };
}

/** Mean warm service time in ms; undefined without a warm call. */
export function meanMs({ n, sumUs }: ProfileStatistics): number | undefined {
  return mean(n, sumUs);
}

/** Mean cold service time in ms; undefined without a cold call. */
export function coldMeanMs({ coldN, coldSumUs }: ProfileStatistics): number | undefined {
  return mean(coldN, coldSumUs);
}

/**
 * Sample standard deviation (divided by n - 1) of the warm service time in ms; undefined below two
 * warm calls, because one call says nothing about the spread.
 *
 * The variance is (n * sumSq - sum^2) / (n * (n - 1)). Its numerator is where floating point loses
 * every digit when the times are long and close together; here it is an exact integer. Only the
 * finished numerator and denominator are rounded, each to 53 bits, so the result is right to about
 * 15 digits whatever the data.
 */
export function deviationMs({ n, sumUs, sumSqUs }: ProfileStatistics): number | undefined {
  if (n < 2n) return undefined;
  return Math.sqrt(Number(n * sumSqUs - sumUs * sumUs) / Number(n * (n - 1n))) / 1000;
}

function mean(n: bigint, sumUs: bigint): number | undefined {
  return n === 0n ? undefined : Number(sumUs) / Number(n) / 1000;
}

/** All sums, each made from its name. */
export function mapSums(value: (name: SumName) => bigint): Record<SumName, bigint> {
  return Object.fromEntries(sumNames.map((name) => [name, value(name)])) as Record<SumName, bigint>;
}

function wholeMicroseconds(serviceUs: number): bigint {
  if (!Number.isFinite(serviceUs) || serviceUs < 0) {
    throw new InvalidObservationError(
      `A service time is a finite number of microseconds of at least 0, got ${serviceUs}`,
    );
  }
  return BigInt(Math.round(serviceUs));
}
