import { leftMs, outputOf } from './deadline.ts';
import type { TimeBudget } from './types.ts';

/** The distribution of T_output is reduced to so many parts, or one more. */
const partCount = 4;

/** What T_output may be longer than foretold, in ms, when it seems to be known exactly. */
const spareMs = 0.1;

/** When an answer has to leave to be in time, for a part of the distribution of T_output. */
export interface Leaving {
  /** For the part's mean, in ms after the invocation. */
  readonly ms: number;
  /** For all of the part. */
  readonly surelyMs: number;
  readonly weight: number;
}

/** When answers have to leave, for few parts of the distribution of T_output; the latest first. */
export function leavingTimes(budget: TimeBudget): Leaving[] {
  const left = leftMs(budget);
  const ascending = outputOf(budget).toSorted((a, b) => a.ms - b.ms);
  const parts: Leaving[] = [];
  let weight = 0;
  let sum = 0;
  ascending.forEach((time, i) => {
    weight += time.weight;
    sum += time.weight * time.ms;
    if (weight < 1 / partCount && i < ascending.length - 1) return;
    parts.push({ ms: left - sum / weight, surelyMs: left - time.ms - spareMs, weight });
    weight = 0;
    sum = 0;
  });
  return parts;
}
