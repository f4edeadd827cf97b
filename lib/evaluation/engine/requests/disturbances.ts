import { lognormal, normal } from '../../../core/statistics/draw.ts';
import { seededRandom } from '../../../core/statistics/random.ts';
import type { Requests } from './requests.ts';

/** What the paper's simulation leaves out, each optional. */
export interface Disturbances {
  /**
   * T_output has a lognormal distribution of its own, in ms.
   *
   * @default - what the network says: half of T_nw where that is all it has
   */
  readonly output?: { readonly meanMs: number; readonly stdMs: number } | undefined;
  /** Standard deviation of the phones' clocks from the server's, in ms; normal. */
  readonly clockStdMs?: number | undefined;
  /**
   * Service times are skewed like a lognormal distribution with this coefficient of variation, in
   * percent: most calls a little faster than the mean, a few much slower.
   */
  readonly noiseCvPct?: number | undefined;
}

/** The same requests with disturbances. */
export function disturb(requests: Requests, disturbances: Disturbances, seed: number): Requests {
  const { output, clockStdMs, noiseCvPct } = disturbances;
  // A random sequence for each: adding one leaves the others as they were.
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

/** Turns standard normal values into lognormal ones, again with mean 0 and standard deviation 1. */
function skewed(slowness: Float64Array, cv: number): Float64Array {
  const variance = Math.log(1 + cv ** 2);
  return slowness.map((z) => (Math.exp(Math.sqrt(variance) * z - variance / 2) - 1) / cv);
}
