import type { WeightedTimes } from '../selection/types.ts';

/** How much the last upload counts in the estimate of the rate; the ones before share the rest. */
const recency = 0.3;
/** Variance of the logarithm of the rate as long as uploads have not shown it. */
const firstVariance = 0.25;
/** No rate is believed more precisely than this: the standard deviation of its logarithm. */
const leastSpread = 0.02;
/** Seven equally likely values of a standard normal distribution: its 1/14, 3/14, ... quantiles. */
const quantiles = [-1.4652, -0.7916, -0.3661, 0, 0.3661, 0.7916, 1.4652];
/** What a connection may send at once before the first acknowledgement: ten segments (RFC 6928). */
const firstWindowBytes = 14_600;
/** After such a pause a connection starts slowly again, in ms: its retransmission timeout has passed (RFC 5681). */
const restartMs = 1_000;
/** How fast a hypothesis that foretells badly loses its weight: earlier uploads count this much less each time. */
const forgetting = 0.95;
/** A hypothesis never weighs less than this: it can be right again. */
const leastWeight = 0.02;
/** A delay of the network in ms as long as none has been measured. */
const usualDelayMs = 20;

/** An upload of which the service has told T_input. */
export interface Upload {
  /** When it began, in ms on any clock that does not jump. */
  readonly startMs: number;
  readonly bytes: number;
  /** T_input in ms. */
  readonly inputMs: number;
}

/** One way to explain the durations of uploads: delay + steps + bytes / rate, the rate being lognormal. */
interface Hypothesis {
  /** Whether a connection that has paused needs round trips to find its rate again. */
  readonly startsSlowly: boolean;
  /** Mean and variance of the logarithm of the rate in bytes a ms. */
  logRate: number;
  variance: number;
  /** How likely it has made the uploads, by their logarithms, the latest counting most. */
  logLikelihood: number;
}

/**
 * What a client believes of its uplink: how long an upload of some bytes will take. It is learned from its own
 * uploads, the last ones counting most: a delay and a rate, whose logarithm has a mean and a spread. Whether
 * large uploads need more round trips after a pause (TCP starts slowly again) is learned as well: of two
 * hypotheses, with and without, that one counts more which has foretold the uploads better.
 */
export class Uplink {
  readonly #hypotheses: readonly Hypothesis[] = [false, true].map((startsSlowly) => ({
    startsSlowly,
    logRate: Number.NaN,
    variance: firstVariance,
    logLikelihood: 0,
  }));
  #delayMs: number;
  /** When the last upload had arrived. */
  #endMs = Number.NEGATIVE_INFINITY;

  /** @param delayMs - what a single packet takes one way, in ms: half of the fastest exchange */
  constructor(delayMs = usualDelayMs) {
    this.#delayMs = delayMs;
  }

  /** Whether there has been an upload. */
  get isKnown(): boolean {
    return this.#endMs > Number.NEGATIVE_INFINITY;
  }

  /** Corrects what a single packet takes one way, in ms. */
  set delayMs(ms: number) {
    this.#delayMs = ms;
  }

  /** Learns from an upload; what makes no sense is ignored. */
  observe({ startMs, bytes, inputMs }: Upload): void {
    if (!(bytes > 0 && inputMs >= 0 && Number.isFinite(startMs + bytes + inputMs))) return;
    for (const hypothesis of this.#hypotheses) {
      const sendingMs = inputMs - this.#waitMs(hypothesis, bytes, startMs);
      // Times below 1 ms are those of a network that costs nothing.
      const logRate = Math.log(bytes / Math.max(1, sendingMs));
      // An upload that took less than the wait speaks against it: the more, the shorter it was.
      learn(hypothesis, logRate, Math.max(1, Math.abs(sendingMs)) / Math.max(1, inputMs));
    }
    this.#endMs = Math.max(this.#endMs, startMs + inputMs);
  }

  /**
   * T_input of an upload as a distribution; nothing when there has been none.
   *
   * @param startMs - when it begins, on the clock of the observations
   */
  inputTimes(bytes: number, startMs: number): WeightedTimes {
    if (!this.isKnown) return [];
    return this.#weighted().flatMap(({ hypothesis, weight }) => {
      const { logRate, variance } = hypothesis;
      const waitMs = this.#waitMs(hypothesis, bytes, startMs);
      const spread = Math.sqrt(variance) + leastSpread;
      return quantiles.map((z) => ({
        ms: waitMs + bytes / Math.exp(logRate - z * spread),
        weight: weight / quantiles.length,
      }));
    });
  }

  /** What passes beside the sending: the delay, and round trips in which the connection finds its rate. */
  #waitMs({ startsSlowly }: Hypothesis, bytes: number, startMs: number): number {
    const hasPaused = startMs - this.#endMs > restartMs;
    if (!startsSlowly || !hasPaused) return this.#delayMs;
    // Each round trip carries twice as much as the one before.
    const roundTrips = Math.ceil(Math.log2(bytes / firstWindowBytes + 1)) - 1;
    return this.#delayMs * (1 + 2 * Math.max(0, roundTrips));
  }

  #weighted(): { hypothesis: Hypothesis; weight: number }[] {
    const best = Math.max(...this.#hypotheses.map(({ logLikelihood }) => logLikelihood));
    const raw = this.#hypotheses.map((hypothesis) => ({
      hypothesis,
      weight: Math.max(leastWeight, Math.exp(hypothesis.logLikelihood - best)),
    }));
    const total = raw.reduce((sum, { weight }) => sum + weight, 0);
    return raw.map(({ hypothesis, weight }) => ({ hypothesis, weight: weight / total }));
  }
}

/**
 * Moves a hypothesis by what an upload shows.
 *
 * @param logRate - as the upload shows it
 * @param share - of the upload's time that the rate explains: where it is little, its logarithm spreads more
 */
function learn(hypothesis: Hypothesis, logRate: number, share: number): void {
  if (Number.isNaN(hypothesis.logRate)) {
    hypothesis.logRate = logRate;
    return;
  }
  const error = logRate - hypothesis.logRate;
  const variance = (Math.sqrt(hypothesis.variance) + leastSpread) ** 2;
  // The density of the upload's time, not of its rate: that of the logarithm over the part that it moves.
  const logDensity = -0.5 * (Math.log(variance) + error ** 2 / variance) - Math.log(share);
  hypothesis.logLikelihood = forgetting * hypothesis.logLikelihood + logDensity;
  hypothesis.variance = (1 - recency) * (hypothesis.variance + recency * error ** 2);
  hypothesis.logRate += recency * error;
}
