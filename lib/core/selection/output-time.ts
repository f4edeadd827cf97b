import { DecayingHistogram } from '../statistics/decaying-histogram.ts';
import type { WeightedTimes } from './types.ts';

/** Times in ms, and their ratios to others, are told apart between these. */
const range = { least: 1e-3, greatest: 60_000 };
/** A report's weight halves after this many further reports. */
const halfLife = 200;
/** Times that others are divided by are at least this many ms. */
const leastUnitMs = 1;
/** By how much one report can move the weights of the predictors, once there have been a few. */
const learningRate = 0.02;
/** The first reports move them as if there had been this many before. */
const priorReports = 3;
/** Share of the weights that is spread evenly: a predictor that was wrong for long can be right again. */
const evenShare = 0.004;
/** Fewer reports about similar uploads say nothing: they may come from a single client. */
const enoughSimilar = 10;
/** Times that are less likely than this are left out. */
const negligible = 1e-4;
/**
 * Spread of a client's next T_output around its last as long as no report has shown it: the
 * standard deviation of its logarithm.
 */
const ownSpread = 0.4;
/** Five equally likely values of a standard normal distribution: its 10, 30, 50, 70, 90 % quantiles. */
const normalQuantiles = [-1.2816, -0.5244, 0, 0.5244, 1.2816];
/** Requests whose clients' last T_output is remembered. */
const rememberedRequests = 1_024;

/** What is known about a request when its T_output is to be foretold. */
export interface OutputClues {
  /** T_input of the request in ms, if its client told when the upload began. */
  readonly inputMs?: number | undefined;
  /** T_output in ms of the last answer that its client got, if it says. */
  readonly ownMs?: number | undefined;
}

/** What a client observed: T_output of an answer and, if it says, T_input of the same answer, in ms. */
export interface OutputReport {
  readonly outputMs: number;
  readonly inputMs?: number | undefined;
}

/** Foretells T_output as a multiple of something that is known. */
interface Predictor {
  readonly multiples: DecayingHistogram;
  readonly unitMs: number;
  /** It says nothing until it has seen this many reports. */
  readonly needs: number;
  /** Shared by all predictors of its kind. */
  readonly trust: Trust;
}

interface Trust {
  weight: number;
}

/**
 * What is known about T_output, the time that an answer takes to reach its client. Clients report
 * it with their next request. Four predictors foretell it:
 *
 * - what all clients saw lately,
 * - what those saw whose upload took about as long,
 * - a multiple of this request's T_input,
 * - a multiple of what the same client saw last.
 *
 * Their mixture is the forecast. Its weights are those that would have made the recent reports most
 * likely, by the EM algorithm with one step for each report (Cappé and Moulines, "On-line
 * expectation-maximization algorithm for latent data models", 2009).
 *
 * Time and memory are bounded whatever is reported, and so is what one report can do once there have
 * been some: it moves the weights by 2 % at most and is one of some hundred values of each predictor.
 * Clients that lie distort the forecasts of others by about their share of the reports.
 *
 * @example
 * ```ts
 * import { OutputTimes } from 'mdinference/selection';
 *
 * const times = new OutputTimes();
 * times.distribution(); // => undefined
 * times.observe({ outputMs: 40, inputMs: 80 });
 * times.distribution(); // => [{ ms: 40, weight: 1 }]
 * ```
 */
export class OutputTimes {
  readonly #ofAll = histogram();
  readonly #ofSimilar = new Map<number, DecayingHistogram>();
  readonly #ofInput = histogram();
  readonly #ofOwn = ratiosAroundOne();
  /** The weights of the predictors; they add up to 1. */
  readonly #trust = {
    all: { weight: 0.25 },
    similar: { weight: 0.25 },
    ratio: { weight: 0.25 },
    own: { weight: 0.25 },
  };
  #reports = priorReports;
  /** What clients had seen last when they asked, by T_input of their requests in us. */
  readonly #ownByInputUs = new Map<number, number>();

  /** Takes in what a client observed; what is not a time is ignored. */
  observe({ outputMs, inputMs: reportedMs }: OutputReport): void {
    if (!(outputMs >= 0)) return;
    const inputMs = timeOf(reportedMs);
    // T_input in us tells which request it was: nothing else about clients has to be known.
    const ownMs = inputMs === undefined ? undefined : this.#ownByInputUs.get(usOf(inputMs));
    const predictors = this.#predictors({ inputMs, ownMs });
    this.#reweigh(predictors, outputMs);
    for (const { multiples, unitMs } of predictors) multiples.add(outputMs / unitMs);
  }

  /**
   * T_output of a request.
   *
   * @returns undefined when nothing is known
   */
  distribution(clues: OutputClues = {}): WeightedTimes | undefined {
    const known = { inputMs: timeOf(clues.inputMs), ownMs: timeOf(clues.ownMs) };
    this.#remember(known);
    const mixture = new DecayingHistogram(range);
    for (const { multiples, unitMs, trust } of this.#predictors(known).filter(isAwake)) {
      mixture.addMultiples(multiples, unitMs, trust.weight);
    }
    return timesOf(mixture);
  }

  /** Those that a request has the clues for. */
  #predictors({ inputMs, ownMs }: OutputClues): Predictor[] {
    const { all, similar, ratio, own } = this.#trust;
    const predictors: Predictor[] = [{ multiples: this.#ofAll, unitMs: 1, needs: 1, trust: all }];
    if (inputMs !== undefined) {
      const ofSimilar = this.#similarTo(inputMs);
      predictors.push(
        { multiples: ofSimilar, unitMs: 1, needs: enoughSimilar, trust: similar },
        { multiples: this.#ofInput, unitMs: unitOf(inputMs), needs: 1, trust: ratio },
      );
    }
    if (ownMs !== undefined) {
      predictors.push({ multiples: this.#ofOwn, unitMs: unitOf(ownMs), needs: 1, trust: own });
    }
    return predictors;
  }

  /** What was seen after uploads of the same duration, to a factor of sqrt(2). */
  #similarTo(inputMs: number): DecayingHistogram {
    const octave = Math.round(Math.log2(unitOf(inputMs)));
    const known = this.#ofSimilar.get(octave) ?? histogram();
    this.#ofSimilar.set(octave, known);
    return known;
  }

  /** Moves each weight towards the chance that it was this predictor that foretold the report. */
  #reweigh(predictors: readonly Predictor[], outputMs: number): void {
    // Those that said nothing are neither right nor wrong: the others share what they have together.
    const awake = predictors.filter(isAwake).map(({ multiples, unitMs, trust }) => ({
      trust,
      foretold: trust.weight * multiples.likelihood(outputMs / unitMs),
    }));
    if (awake.length === 0) return;
    const together = awake.reduce((sum, { trust }) => sum + trust.weight, 0);
    const likelihood = awake.reduce((sum, { foretold }) => sum + foretold, 0);
    this.#reports++;
    const rate = Math.max(learningRate, 1 / this.#reports);
    for (const { trust, foretold } of awake) {
      const chance = (1 - evenShare) * (foretold / likelihood) + evenShare / awake.length;
      trust.weight += rate * (together * chance - trust.weight);
    }
  }

  #remember({ inputMs, ownMs }: OutputClues): void {
    if (inputMs === undefined || ownMs === undefined) return;
    const { value: oldest } = this.#ownByInputUs.keys().next();
    if (oldest !== undefined && this.#ownByInputUs.size >= rememberedRequests) {
      this.#ownByInputUs.delete(oldest);
    }
    this.#ownByInputUs.set(usOf(inputMs), ownMs);
  }
}

function isAwake({ multiples, needs }: Predictor): boolean {
  return multiples.count >= needs;
}

function histogram(): DecayingHistogram {
  return new DecayingHistogram({ ...range, halfLife });
}

function ratiosAroundOne(): DecayingHistogram {
  const ratios = histogram();
  for (const z of normalQuantiles) ratios.add(Math.exp(ownSpread * z));
  return ratios;
}

function timesOf(mixture: DecayingHistogram): WeightedTimes | undefined {
  const times: { ms: number; weight: number }[] = [];
  let total = 0;
  mixture.forEach((ms, weight) => {
    if (weight < negligible) return;
    times.push({ ms, weight });
    total += weight;
  });
  if (total === 0) return undefined;
  return times.map(({ ms, weight }) => ({ ms, weight: weight / total }));
}

/** A time that can be worked with; undefined for what is none. */
function timeOf(ms: number | undefined): number | undefined {
  return ms !== undefined && ms >= 0 ? Math.min(ms, range.greatest) : undefined;
}

function unitOf(ms: number): number {
  return Math.max(ms, leastUnitMs);
}

function usOf(ms: number): number {
  return Math.round(1_000 * ms);
}
