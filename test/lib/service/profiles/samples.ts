import fc from 'fast-check';
import {
  emptyStatistics,
  merge,
  type Observation,
  observe,
  type ProfileStatistics,
} from '../../../../lib/service/profiles/statistics.ts';

/** Whole microseconds up to Lambda's 15 minutes. */
export const anyServiceUs = fc.integer({ min: 0, max: 900_000_000 });

/** Anything that can happen to a model. */
export const anyObservation: fc.Arbitrary<Observation> = fc.oneof(
  fc.record({ kind: fc.constant('warm' as const), serviceUs: anyServiceUs }),
  fc.record({ kind: fc.constant('cold' as const), serviceUs: anyServiceUs }),
  fc.record({ kind: fc.constant('failure' as const) }),
);

/** Statistics of these observations, in order. */
export function statisticsOfAll(observations: readonly Observation[]): ProfileStatistics {
  return observations.reduce(observe, emptyStatistics());
}

/** Statistics of warm calls of these service times in ms. */
export function warmMs(...times: readonly number[]): ProfileStatistics {
  return statisticsOfAll(times.map((ms) => ({ kind: 'warm', serviceUs: ms * 1000 })));
}

/** As `toEqual`, but the order in which histogram buckets were added does not matter. */
export function comparable(statistics: ProfileStatistics) {
  const histogram = [...merge(statistics).histogram].sort(([a], [b]) => a - b);
  return { ...statistics, histogram };
}
