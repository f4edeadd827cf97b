import { distributionOf } from './histogram.ts';
import { type Reference, referenceStatistics } from './reference.ts';
import {
  coldMeanMs,
  coldShare,
  deviationMs,
  emptyStatistics,
  meanMs,
  merge,
  type ProfileStatistics,
} from './statistics.ts';
import type { StoredProfile } from './stored.ts';

/** What the warm numbers of a profile rest on. */
export type ProfileBasis = 'live' | 'live+baseline' | 'live+reference' | 'baseline' | 'reference';

/** What model selection knows of a model's service time. Times in ms, shares from 0 to 1. */
export interface Profile {
  /** Mean of the warm service time: mu(m) of the paper's Equation 2. */
  readonly meanMs: number;
  /** Standard deviation of the warm service time: sigma(m). */
  readonly stdMs: number;
  /** Answered calls known of, warm and cold; all of them measured. */
  readonly samples: number;
  /** The warm ones among them. */
  readonly warmSamples: number;
  /** Share of the answered calls that were cold. */
  readonly coldShare: number;
  /** Mean service time of the cold calls; absent if none was seen. */
  readonly coldMeanMs?: number;
  /** Live calls that gave no answer. */
  readonly failures: number;
  /** What mean, deviation, quantiles and probabilities rest on. */
  readonly basis: ProfileBasis;
  /** The `q`-quantile (0 to 1) of the warm service time, to 2 %. */
  quantileMs(q: number): number;
  /** Probability that a warm call takes at most `ms`. */
  probabilityWithin(ms: number): number;
}

/** How a profile is made from what is stored. */
export interface ProfileSettings {
  /** Warm live samples with which the baseline loses its say. */
  readonly minLiveSamples: number;
}

/** The settings used unless told otherwise. */
export const DEFAULT_PROFILE_SETTINGS: ProfileSettings = { minLiveSamples: 30 };

/** The profile of a model of which nothing was measured: normal with the catalogue's numbers. */
export function referenceProfile(reference: Reference): Profile {
  return profileOf({ live: [] }, reference);
}

/**
 * The profile of a model: its live statistics once they hold enough samples, else live and
 * baseline together. The reference stands in for a missing baseline.
 */
export function profileOf(
  stored: StoredProfile,
  reference: Reference,
  settings: ProfileSettings = DEFAULT_PROFILE_SETTINGS,
): Profile {
  const live = merge(...stored.live.map(({ statistics }) => statistics));
  const baseline = stored.baseline ?? emptyStatistics();
  const measured = merge(live, baseline);
  const enough = live.n >= BigInt(settings.minLiveSamples);
  const fallback = baseline.n > 0n ? baseline : referenceStatistics(reference);
  const fallbackName = baseline.n > 0n ? 'baseline' : 'reference';
  const basis = enough ? 'live' : live.n > 0n ? (`live+${fallbackName}` as const) : fallbackName;
  const warm = enough ? live : merge(live, fallback);
  const cold = live.coldN > 0n || live.n > 0n ? live : baseline;
  return {
    ...warmNumbers(warm),
    ...coldNumbers(live, baseline, cold),
    ...counts(measured, live),
    basis,
  };
}

function warmNumbers(warm: ProfileStatistics) {
  const { quantileUs, shareWithinUs } = distributionOf(warm.histogram);
  return {
    meanMs: meanMs(warm) ?? 0,
    stdMs: deviationMs(warm) ?? 0,
    quantileMs: (q: number) => quantileUs(q) / 1000,
    probabilityWithin: (ms: number) => shareWithinUs(ms * 1000),
  };
}

function coldNumbers(
  live: ProfileStatistics,
  baseline: ProfileStatistics,
  cold: ProfileStatistics,
) {
  const mean = coldMeanMs(live) ?? coldMeanMs(baseline);
  return { coldShare: coldShare(cold) ?? 0, ...(mean !== undefined && { coldMeanMs: mean }) };
}

function counts(measured: ProfileStatistics, live: ProfileStatistics) {
  return {
    samples: Number(measured.n + measured.coldN),
    warmSamples: Number(measured.n),
    failures: Number(live.failN),
  };
}
