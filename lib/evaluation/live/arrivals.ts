import { exponential } from '../../core/statistics/draw.ts';
import type { Random } from '../../core/statistics/random.ts';

/** How requests arrive: as a Poisson process, or one every so many ms. */
export const arrivalKinds = ['poisson', 'even'] as const;

/** The name of a kind of arrivals. */
export type ArrivalKind = (typeof arrivalKinds)[number];

/** How many requests arrive when. */
export interface Arrivals {
  readonly kind: ArrivalKind;
  /** Mean number of requests per second. */
  readonly ratePerS: number;
  /** The last request arrives before it is over. */
  readonly durationS: number;
}

/** When each request is due, ascending, in ms from the start of the run; the first is due at once. */
export function arrivalTimes({ kind, ratePerS, durationS }: Arrivals, random: Random): number[] {
  const gapMs = 1_000 / ratePerS;
  const times: number[] = [];
  const drawGapMs = exponential(random, gapMs);
  let dueMs = 0;
  while (dueMs < 1_000 * durationS) {
    times.push(dueMs);
    dueMs = kind === 'even' ? times.length * gapMs : dueMs + drawGapMs();
  }
  return times;
}
