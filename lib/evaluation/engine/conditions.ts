import { lognormal, normal } from '../../core/statistics/draw.ts';
import { seededRandom } from '../../core/statistics/random.ts';
import type { Requests } from './network/requests.ts';

/** What the paper's simulation leaves out. Each is off by default. */
export interface Conditions {
  /** T_output has a distribution of its own, lognormal, in ms; by default it is as long as T_input. */
  readonly output?: { readonly meanMs: number; readonly stdMs: number } | undefined;
  /** Deviation in ms of phones' clocks from the server's, normal. */
  readonly clockStdMs?: number | undefined;
  /**
   * Service times are skewed like a lognormal distribution's of this coefficient of variation in
   * percent: many calls a little faster than the mean, some a lot slower.
   */
  readonly noiseCvPct?: number | undefined;
}

/** The same requests under other conditions. */
export function withConditions(requests: Requests, conditions: Conditions, seed: number): Requests {
  const { output, clockStdMs, noiseCvPct } = conditions;
  // A sequence for each condition: adding one leaves the others as they were.
  return {
    ...requests,
    ...(output && outputTimes(requests, output, seed + 4)),
    ...(clockStdMs && { clockMs: clockErrors(requests, clockStdMs, seed + 5) }),
    ...(noiseCvPct && { slowness: skewed(requests.slowness, noiseCvPct / 100) }),
  };
}

function outputTimes(
  { inputMs }: Requests,
  { meanMs, stdMs }: { meanMs: number; stdMs: number },
  seed: number,
): Pick<Requests, 'outputMs'> {
  const random = seededRandom(seed);
  const outputMs = inputMs.map(lognormal(random, meanMs, stdMs));
  return { outputMs: (request) => outputMs[request] ?? 0 };
}

function clockErrors({ inputMs }: Requests, stdMs: number, seed: number): Float64Array {
  const random = seededRandom(seed);
  return inputMs.map(normal(random, 0, stdMs));
}

/** Normal deviations become those of a lognormal distribution, again of mean 0 and deviation 1. */
function skewed(slowness: Float64Array, cv: number): Float64Array {
  const variance = Math.log(1 + cv ** 2);
  return slowness.map((z) => (Math.exp(Math.sqrt(variance) * z - variance / 2) - 1) / cv);
}
