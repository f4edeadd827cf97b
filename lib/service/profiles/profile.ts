import { distributionOf } from '../../core/statistics/histogram.ts';
import {
  countingStatistics,
  type Evidence,
  type EvidenceSettings,
  freshStatistics,
  type RecentCalls,
  recentCalls,
  weighEvidence,
} from './evidence.ts';
import type { CallerLabels } from './labels.ts';
import { type Reference, referenceStatistics } from './reference.ts';
import { robustSpeed } from './robust.ts';
import type { StoredProfile } from './statistics.ts';
import { coldMeanMs, emptyStatistics, type ProfileStatistics } from './statistics.ts';
import { defaultWindows } from './windows.ts';

/** What the warm numbers of a profile rest on. */
export type ProfileBasis = 'live' | 'live+baseline' | 'live+reference' | 'baseline' | 'reference';

/**
 * What model selection knows of a model's service time, without the decoding of a picture: what a picture
 * costs is known from its header. Times in ms, shares from 0 to 1.
 */
export interface Profile {
  /** Mean of the warm service time, mu(m) of the paper's Equation 2, as {@link robustSpeed} has it. */
  readonly meanMs: number;
  /** Standard deviation of the warm service time, sigma(m), as {@link robustSpeed} has it. */
  readonly stdMs: number;
  /**
   * Standard error of the mean: the deviation over the root of the measured calls that it rests on,
   * and {@link callNoiseMs}. A reference counts as one call.
   */
  readonly meanErrorMs: number;
  /** All answered calls, warm and cold. */
  readonly samples: number;
  /** The warm ones among them. */
  readonly warmSamples: number;
  /**
   * The warm ones of the current and the previous window: few for a model that is hardly used any more,
   * whose numbers are therefore old.
   */
  readonly freshSamples: number;
  /**
   * Share of calls to expect cold: of the live calls, with {@link imaginedWarmCalls} warm ones added to
   * them. The cold starts of measuring at deploy say nothing about how often callers meet one.
   */
  readonly coldShare: number;
  /** Mean service time of the cold calls; absent if none was seen. */
  readonly coldMeanMs?: number;
  /** Live calls that gave no answer. */
  readonly failures: number;
  /** Answers and failures of the last few minutes, which say whether the model works now. */
  readonly recent: RecentCalls;
  /** Labelled answers of the last weeks, by callers. */
  readonly labels: readonly CallerLabels[];
  /** What mean, deviation, quantiles and probabilities rest on. */
  readonly basis: ProfileBasis;
  /** The `q`-quantile (0 to 1) of the warm service time, to 2 %. */
  quantileMs(q: number): number;
  /** Probability that a warm call takes at most `ms`. */
  probabilityWithin(ms: number): number;
}

/**
 * What timers and event loops may add to a mean, in ms, however many calls there were: means that differ
 * by less than 0.3 ms, two standard errors of the difference, are alike.
 */
const callNoiseMs = 0.1;

/** Keeps a model whose first live call was cold from being taken for always cold. */
const imaginedWarmCalls = 50;

/** Five-minute windows remembered for an hour; 30 samples make a profile. */
export const defaultProfileSettings: EvidenceSettings = {
  ...defaultWindows,
  minLiveSamples: 30,
};

/** The profile of a model that has not been measured: a normal distribution with the catalogue's numbers. */
export function referenceProfile(reference: Reference): Profile {
  return profileOf({ live: [] }, reference, 0);
}

/**
 * The profile of a model at a moment: its warm numbers by {@link weighEvidence}, where the
 * reference stands in for a missing baseline. Cold calls and failures are too rare to be estimated
 * from two windows and are counted over all live windows that still count.
 *
 * @param nowMs - Unix ms
 */
export function profileOf(
  stored: StoredProfile,
  reference: Reference,
  nowMs: number,
  settings: EvidenceSettings = defaultProfileSettings,
): Profile {
  const live = countingStatistics(stored.live, nowMs, settings);
  const fresh = freshStatistics(stored.live, nowMs, settings);
  const baseline = stored.baseline ?? emptyStatistics();
  const fallback = baseline.n > 0n ? baseline : referenceStatistics(reference);
  const evidence = weighEvidence(stored.live, fallback, nowMs, settings);
  const { statistics, source, liveSamples, fallbackSamples } = evidence;
  const measured = baseline.n > 0n || fallbackSamples === 0n ? fallbackSamples : 1n;
  return {
    ...warmNumbers(statistics, Number(liveSamples + measured)),
    ...coldNumbers(live, baseline),
    samples: Number(live.n + live.coldN + baseline.n + baseline.coldN),
    warmSamples: Number(live.n + baseline.n),
    freshSamples: Number(fresh.n),
    failures: Number(live.failN),
    recent: recentCalls(stored.live, nowMs, settings),
    labels: stored.labels ?? [],
    basis: basisOf(source, baseline.n > 0n ? 'baseline' : 'reference'),
  };
}

function basisOf(source: Evidence['source'], fallback: 'baseline' | 'reference'): ProfileBasis {
  if (source === 'live') return source;
  return source === 'fallback' ? fallback : `live+${fallback}`;
}

function warmNumbers(warm: ProfileStatistics, measured: number) {
  const { meanMs = 0, stdMs = 0 } = robustSpeed(warm);
  const { quantileUs, shareWithinUs } = distributionOf(warm.histogram);
  return {
    meanMs,
    stdMs,
    meanErrorMs: Math.hypot(stdMs / Math.sqrt(measured), callNoiseMs),
    quantileMs: (q: number) => quantileUs(q) / 1000,
    probabilityWithin: (ms: number) => shareWithinUs(ms * 1000),
  };
}

function coldNumbers(live: ProfileStatistics, baseline: ProfileStatistics) {
  const mean = coldMeanMs(live) ?? coldMeanMs(baseline);
  const calls = Number(live.n + live.coldN);
  return {
    coldShare: Number(live.coldN) / (calls + imaginedWarmCalls),
    ...(mean !== undefined && { coldMeanMs: mean }),
  };
}
