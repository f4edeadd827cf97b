import { RecentTimes } from './recent-times.ts';

/** How late timers are assumed to be before that is known, in ms. */
const assumedMs = 5;
/** What is added to the lateness that has been seen, in ms. */
const spareMs = 1;
/** No more than this is given away, in ms, and no more than this share of the SLA. */
const longestMs = 50;
const largestShare = 0.1;
const usualQuantile = 0.95;

/**
 * By how much an answer is handed over before the SLA ends, so that it is there when it ends: learned
 * from how late the timers before it were.
 */
export class TimerMargin extends RecentTimes {
  /** The margin in ms. */
  of(slaMs: number): number {
    const usualMs = this.quantileMs(usualQuantile);
    const expectedMs = usualMs === undefined ? assumedMs : usualMs + spareMs;
    return Math.min(expectedMs, longestMs, largestShare * slaMs);
  }
}
