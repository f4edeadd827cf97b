import { quantileOfSorted } from '../../../core/statistics/quantile.ts';
import type { Random } from '../../../core/statistics/random.ts';
import type { Link } from './links.ts';
import type { Trace } from './trace.ts';

/** A lognormal distribution of times. */
export interface TransferTime {
  readonly medianMs: number;
  /** Standard deviation of the time's natural logarithm. */
  readonly sigma: number;
}

/** How long a link takes, each way. */
export interface LinkTimes {
  readonly upload: TransferTime;
  readonly download: TransferTime;
}

/** What is sent over a link to learn how long it takes. */
export interface Transfers {
  readonly uploadBytes: number;
  readonly answerBytes: number;
  /** What each way takes beside the trace, in ms. */
  readonly baseDelayMs: number;
  /** How many transfers each way, begun at moments spread evenly over the trace. */
  readonly count: number;
  readonly random: Random;
}

/** The 90 % quantile of the standard normal distribution. */
const normal90 = 1.2816;

/**
 * Sums a recorded link up in two lognormal distributions that have the median and the 90 % quantile of
 * its transfer times. The outages of a real link, seconds long in its worst percent, are not in it, nor
 * that bad moments come in a row.
 */
export function fitLink({ up, down }: Link, transfers: Transfers): LinkTimes {
  const { uploadBytes, answerBytes } = transfers;
  return {
    upload: lognormalOf(transferTimes(up, uploadBytes, transfers)),
    download: lognormalOf(transferTimes(down, answerBytes, transfers)),
  };
}

function transferTimes(
  trace: Trace,
  bytes: number,
  { baseDelayMs, count, random }: Transfers,
): number[] {
  return Array.from({ length: count }, () => {
    const startMs = random() * trace.periodMs;
    return baseDelayMs + trace.deliveredMs(startMs, bytes) - startMs;
  }).sort((a, b) => a - b);
}

function lognormalOf(sortedMs: readonly number[]): TransferTime {
  const medianMs = quantileOfSorted(sortedMs, 0.5);
  return { medianMs, sigma: Math.log(quantileOfSorted(sortedMs, 0.9) / medianMs) / normal90 };
}
