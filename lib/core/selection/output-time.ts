import { DecayingHistogram } from '../statistics/decaying-histogram.ts';
import type { WeightedTimes } from './types.ts';

/** Times in ms, and their ratios to others, are told apart between these. */
const range = { least: 1e-3, greatest: 60_000 };
/** A report's weight halves after this many further reports. */
const halfLife = 200;
/** Times that others are divided by are at least this many ms. */
const leastUnitMs = 1;
/** By how much one report moves the weights of the predictors, once there have been a few. */
const learningRate = 0.02;
/** As if this many reports had moved them already. */
const priorReports = 3;
/** Share of the weights that is spread evenly: a predictor that was wrong for long can be right again. */
const evenShare = 0.004;
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

/** T_output as a multiple of something that is known: the distribution of the multiples. */
interface Predictor {
  readonly multiples: DecayingHistogram;
  readonly unitMs: number;
}

/**
 * What is known about T_output, the time that an answer takes to reach its client. Clients report
 * it with their next request. Four predictors foretell it:
 *
 * - what all clients saw lately,
 * - what those saw whose upload took about as long,
 * - a ratio to T_input,
 * - a ratio to what the same client saw last.
 *
 * Their mixture is the forecast. Its weights are those that would have made the recent reports most
 * likely, by the EM algorithm with one step a report (Cappé and Moulines, "On-line
 * expectation-maximization algorithm for latent data models", 2009).
 *
 * Time and memory are bounded whatever is reported, and so is what one report can do: it moves the
 * weights by 2 % at most and is one of the last few hundred values of each predictor. A client that
 * lies distorts the forecasts of others by no more than its share of the requests.
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
  readonly #all = histogram();
  readonly #ofSimilar = new Map<number, DecayingHistogram>();
  readonly #ofInput = histogram();
  readonly #ofOwn = ratiosAroundOne();
  readonly #weights = [0.25, 0.25, 0.25, 0.25];
  #reports = priorReports;
  /** The last T_output of the clients that asked lately, by T_input of their requests. */
  readonly #ownByInput = new Map<number, number>();

  /** Takes in what a client observed; what is not a time is ignored. */
  observe({ outputMs, inputMs }: OutputReport): void {
    if (!(outputMs >= 0)) return;
    const input = timeOf(inputMs);
    // T_input tells in µs which request it was: nothing else about clients has to be remembered.
    const ownMs = input === undefined ? undefined : this.#ownByInput.get(microsecondsOf(input));
    const predictors = this.#predictorsOf({ inputMs: input, ownMs });
    this.#reweigh(predictors, outputMs);
    for (const predictor of predictors) {
      predictor?.multiples.add(outputMs / predictor.unitMs);
    }
  }

  /**
   * T_output of a request.
   *
   * @returns undefined when nothing is known
   */
  distribution({ inputMs, ownMs }: OutputClues = {}): WeightedTimes | undefined {
    const clues = { inputMs: timeOf(inputMs), ownMs: timeOf(ownMs) };
    this.#remember(clues);
    const predictors = this.#predictorsOf(clues);
    const mixture = new DecayingHistogram(range);
    predictors.forEach((predictor, i) => {
      if (!predictor) return;
      const { multiples, unitMs } = predictor;
      const weight = this.#weights[i] ?? 0;
      multiples.forEach((multiple, share) => {
        mixture.add(multiple * unitMs, weight * share);
      });
    });
    return mixture.isEmpty ? undefined : timesOf(mixture);
  }

  /** Those that a request has the clues for, in the order of their weights. */
  #predictorsOf({ inputMs, ownMs }: OutputClues): (Predictor | undefined)[] {
    const knowsInput = inputMs !== undefined;
    return [
      { multiples: this.#all, unitMs: 1 },
      knowsInput ? { multiples: this.#similarTo(inputMs), unitMs: 1 } : undefined,
      knowsInput ? { multiples: this.#ofInput, unitMs: unitOf(inputMs) } : undefined,
      ownMs === undefined ? undefined : { multiples: this.#ofOwn, unitMs: unitOf(ownMs) },
    ];
  }

  /** What was seen after uploads of about the same duration, to a factor of 1.4. */
  #similarTo(inputMs: number): DecayingHistogram {
    const octave = Math.round(Math.log2(unitOf(inputMs)));
    const known = this.#ofSimilar.get(octave) ?? histogram();
    this.#ofSimilar.set(octave, known);
    return known;
  }

  /** A predictor's weight moves towards the chance that it was the one that foretold the report. */
  #reweigh(predictors: readonly (Predictor | undefined)[], outputMs: number): void {
    const likelihoods = predictors.map((predictor) =>
      predictor && !predictor.multiples.isEmpty
        ? predictor.multiples.likelihood(outputMs / predictor.unitMs)
        : undefined,
    );
    // Those that said nothing are neither right nor wrong: the others share what they have together.
    const awake = likelihoods.flatMap((likelihood, i) =>
      likelihood === undefined ? [] : [{ i, likelihood, weight: this.#weights[i] ?? 0 }],
    );
    if (awake.length === 0) return;
    const together = sum(awake, ({ weight }) => weight);
    const explained = sum(awake, ({ weight, likelihood }) => weight * likelihood);
    this.#reports++;
    const rate = Math.max(learningRate, 1 / this.#reports);
    for (const { i, likelihood, weight } of awake) {
      const chance = (weight * likelihood) / explained;
      const aim = together * ((1 - evenShare) * chance + evenShare / awake.length);
      this.#weights[i] = weight + rate * (aim - weight);
    }
  }

  #remember({ inputMs, ownMs }: OutputClues): void {
    if (inputMs === undefined || ownMs === undefined) return;
    this.#ownByInput.set(microsecondsOf(inputMs), ownMs);
    if (this.#ownByInput.size <= rememberedRequests) return;
    const [oldest] = this.#ownByInput.keys();
    if (oldest !== undefined) this.#ownByInput.delete(oldest);
  }
}

function histogram(): DecayingHistogram {
  return new DecayingHistogram({ ...range, halfLife });
}

function ratiosAroundOne(): DecayingHistogram {
  const ratios = histogram();
  for (const z of normalQuantiles) ratios.add(Math.exp(ownSpread * z));
  return ratios;
}

function timesOf(mixture: DecayingHistogram): WeightedTimes {
  const times: { ms: number; weight: number }[] = [];
  let total = 0;
  mixture.forEach((ms, weight) => {
    if (weight < negligible) return;
    times.push({ ms, weight });
    total += weight;
  });
  return times.map(({ ms, weight }) => ({ ms, weight: weight / total }));
}

function sum<T>(values: readonly T[], of: (value: T) => number): number {
  return values.reduce((total, value) => total + of(value), 0);
}

/** A time that can be worked with; undefined for what is none. */
function timeOf(ms: number | undefined): number | undefined {
  return ms !== undefined && ms >= 0 ? Math.min(ms, range.greatest) : undefined;
}

function unitOf(ms: number): number {
  return Math.max(ms, leastUnitMs);
}

function microsecondsOf(ms: number): number {
  return Math.round(1_000 * ms);
}
