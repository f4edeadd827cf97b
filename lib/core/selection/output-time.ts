import type { WeightedTimes } from './types.ts';

/** Neighbouring buckets differ by this factor: T_output is known to 5 %. */
const growth = 1.1;
/** An answer's weight halves after this many further answers. */
const halfLife = 100;
/** Share of a client's own last T_output; the rest is what all clients saw. */
const ownShare = 0.3;
/**
 * Spread of a client's next T_output around its last, as the standard deviation of its logarithm.
 */
const ownSpread = 0.4;
/** Five equally likely values of a standard normal distribution: its 10, 30, 50, 70, 90 % quantiles. */
const normalQuantiles = [-1.2816, -0.5244, 0, 0.5244, 1.2816];
const largestWeight = 1e100;

/**
 * What is known about T_output, the time that an answer takes to reach its client. Clients report
 * it with their next request; recent reports count more. The histogram decays, so that it costs the
 * same however many answers there were.
 *
 * @example
 * ```ts
 * import { OutputTimes } from 'mdinference/selection';
 *
 * const times = new OutputTimes();
 * times.distribution(); // => undefined
 * times.observe(40);
 * times.distribution(); // => [{ ms: 1.1 ** 39, weight: 1 }]
 * ```
 */
export class OutputTimes {
  readonly #weights = new Map<number, number>();
  #total = 0;
  #next = 1;

  /** Takes in what a client saw last, in ms. */
  observe(outputMs: number): void {
    const bucket = Math.round(Math.log(Math.max(outputMs, 0.1)) / Math.log(growth));
    this.#weights.set(bucket, (this.#weights.get(bucket) ?? 0) + this.#next);
    this.#total += this.#next;
    // Newer reports weigh more: the same as letting all older ones decay.
    this.#next *= 2 ** (1 / halfLife);
    if (this.#next > largestWeight) this.#rescale();
  }

  /**
   * T_output of a request: partly what its client saw last, partly what all clients saw lately.
   *
   * @param ownMs - what the client saw last, if it says
   * @returns undefined when nothing is known
   */
  distribution(ownMs?: number): WeightedTimes | undefined {
    const shared = this.#shared();
    if (ownMs === undefined) return shared;
    const own = around(ownMs);
    if (shared === undefined) return own;
    return [...scaled(own, ownShare), ...scaled(shared, 1 - ownShare)];
  }

  #shared(): WeightedTimes | undefined {
    if (this.#total === 0) return undefined;
    return Array.from(this.#weights, ([bucket, weight]) => ({
      ms: growth ** bucket,
      weight: weight / this.#total,
    }));
  }

  #rescale(): void {
    this.#total = 0;
    for (const [bucket, weight] of this.#weights) {
      const share = weight / this.#next;
      // Drops what has decayed to nothing.
      if (share < 1e-6) this.#weights.delete(bucket);
      else {
        this.#weights.set(bucket, share);
        this.#total += share;
      }
    }
    this.#next = 1;
  }
}

function around(ownMs: number): WeightedTimes {
  const weight = 1 / normalQuantiles.length;
  return normalQuantiles.map((z) => ({ ms: ownMs * Math.exp(ownSpread * z), weight }));
}

function scaled(times: WeightedTimes, share: number): WeightedTimes {
  return times.map(({ ms, weight }) => ({ ms, weight: weight * share }));
}
