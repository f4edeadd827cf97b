import type { Candidate } from './types.ts';

/** Chance that the next call starts cold when there was none of late: nobody says when Lambda lets go. */
const idleColdShare = 0.5;

/** Chance that it does when every environment seen lately has a call: there may be more than were seen. */
const busyColdShare = 0.9;

/** How busy a model's environments are. */
export interface Occupancy {
  /** Calls that have not ended, abandoned ones among them. */
  readonly inFlight: number;
  /** Environments that were seen answering lately. */
  readonly environments: number;
  /**
   * Whether one has just been started for what is coming.
   *
   * @default false
   */
  readonly isWarmedUp?: boolean | undefined;
}

/**
 * A model as the next call is likely to meet it: with a larger cold share if it was not called of late, or
 * if the calls in flight occupy all environments seen lately. Strategies that know cold starts avoid it
 * then as far as its expected accuracy falls, and a hedge starts earlier. One that has been warmed up is not
 * cold, whatever its past calls have met.
 *
 * @param occupancy - absent when nothing is known of it
 * @example
 * ```ts
 * import { asMetNow } from 'mdinference/selection';
 *
 * const model = { name: 'm', accuracyPct: 80, meanMs: 90, stdMs: 5, coldShare: 0.01 };
 * asMetNow(model, { inFlight: 1, environments: 2 }) === model; // => true
 * asMetNow(model, { inFlight: 2, environments: 2 }).coldShare; // => 0.9
 * asMetNow({ ...model, freshSamples: 0 }).coldShare; // => 0.5
 * ```
 */
export function asMetNow<C extends Candidate>(model: C, occupancy?: Occupancy): C {
  const { coldShare = 0, freshSamples = Number.POSITIVE_INFINITY } = model;
  const isBusy = occupancy !== undefined && occupancy.inFlight >= occupancy.environments;
  if (occupancy?.isWarmedUp && !isBusy) return { ...model, coldShare: 0 };
  const likely = Math.max(isBusy ? busyColdShare : 0, freshSamples === 0 ? idleColdShare : 0);
  return likely > coldShare ? { ...model, coldShare: likely } : model;
}
