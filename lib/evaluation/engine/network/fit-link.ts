import { quantileOfSorted } from '../../../core/statistics/quantile.ts';
import type { Random } from '../../../core/statistics/random.ts';
import type { Link } from './links.ts';
import type { Trace } from './trace.ts';

/** A lognormal distribution of transfer times. */
export interface TransferTime {
  readonly medianMs: number;
  /** Standard deviation of the time's natural logarithm. */
  readonly sigma: number;
}

/** How long a link takes in each direction. */
export interface LinkTimes {
  readonly upload: TransferTime;
  readonly download: TransferTime;
}

/** What is sent over a link to find out how long it takes. */
export interface Transfers {
  readonly uploadBytes: number;
  readonly answerBytes: number;
  /** Delay that each direction adds to the trace, in ms. */
  readonly baseDelayMs: number;
  /** Number of transfers in each direction; their starts are uniform over the trace. */
  readonly count: number;
  readonly random: Random;
}

/** The 90 % quantile of the standard normal distribution. */
const normal90 = 1.2816;

/**
 * Summarizes a recorded link by two lognormal distributions with the median and the 90 % quantile of its
 * transfer times. They miss the outages of a real link, which last seconds in its worst percent, and
 * that slow moments follow each other.
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
