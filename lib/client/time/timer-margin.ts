import { RecentTimes } from './recent-times.ts';

/** How late timers are assumed to be before that is known, in ms. */
const assumedMs = 5;
/** What is added to the lateness that has been seen, in ms. */
const spareMs = 1;
/** No more than this is given away, in ms, and no more than this share of the SLA. */
const [longestMs, largestShare] = [50, 0.1];
const usualQuantile = 0.95;

/**
 * By how much an answer is handed over before the SLA ends, so that it is there when it ends: learned
 * from how late the timers before it were.
 */
export class TimerMargin {
  readonly #latenesses = new RecentTimes();

  observe(latenessMs: number, nowMs: number): void {
    this.#latenesses.observe(latenessMs, nowMs);
  }

  /** The margin in ms. */
  of(slaMs: number): number {
    const usualMs = this.#latenesses.quantileMs(usualQuantile);
    const expectedMs = usualMs === undefined ? assumedMs : usualMs + spareMs;
    return Math.min(expectedMs, longestMs, largestShare * slaMs);
  }
}
