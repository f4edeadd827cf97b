import type { TimeSource } from './time-source.ts';

/** What both clocks of a device show at a moment. */
export interface Moment {
  readonly nowMs: number;
  readonly wallMs: number;
}

/** The moment that is now. */
export function momentOf({ nowMs, wallMs }: TimeSource): Moment {
  return { nowMs: nowMs(), wallMs: wallMs() };
}

/**
 * How far both clocks have gone since a moment, in ms, and how far they have drifted apart, beyond what a
 * wall clock of whole ms explains: the device has slept, or its wall clock has been set.
 */
export function since(moment: Moment, time: TimeSource) {
  const monotonicMs = time.nowMs() - moment.nowMs;
  const wallMs = time.wallMs() - moment.wallMs;
  return { monotonicMs, wallMs, partedMs: Math.max(0, Math.abs(wallMs - monotonicMs) - 1) };
}
