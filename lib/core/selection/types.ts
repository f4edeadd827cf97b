import { MdInferenceError } from '../errors.ts';

/** A model as selection sees it: its accuracy A(m) and the mu(m), sigma(m) of its service time (paper, Table I). */
export interface Candidate {
  readonly name: string;
  /** Top-1 accuracy in percent, 0 to 100. */
  readonly accuracyPct: number;
  /** Mean service time of a warm call in ms. */
  readonly meanMs: number;
  /** Standard deviation of the service time of a warm call in ms. */
  readonly stdMs: number;
  /**
   * Standard error of `meanMs` in ms: what lies within it of another model's mean is as fast.
   *
   * @default 0, an exact mean
   */
  readonly meanErrorMs?: number | undefined;
  /**
   * P(service time of a warm call <= ms), 0 to 1.
   *
   * @default - that of a normal distribution
   */
  readonly probabilityWithin?: (ms: number) => number;
  /**
   * The `q`-quantile (0 to 1) of the service time of a warm call, in ms.
   *
   * @default - that of a normal distribution
   */
  readonly quantileMs?: (q: number) => number;
  /**
   * Share of calls that meet a cold start, 0 to 1.
   *
   * @default 0
   */
  readonly coldShare?: number;
  /**
   * Mean service time of a cold call in ms.
   *
   * @default - infinite: never in time
   */
  readonly coldMeanMs?: number | undefined;
  /**
   * Calls measured of late: few mean that what is known of the model may be old.
   *
   * @default infinite
   */
  readonly freshSamples?: number;
  /**
   * The model of which this is one size among several: all have its accuracy, each a speed and a price of
   * its own.
   *
   * @default - none: the model has one size
   */
  readonly sizeOf?: string | undefined;
  /**
   * Memory of the model's function in MB, which decides with the time what a call costs; needed of models
   * of several sizes alone.
   *
   * @default 0
   */
  readonly memoryMb?: number | undefined;
}

/** An uncertain time: values in ms with weights that add up to 1. */
export type WeightedTimes = readonly { readonly ms: number; readonly weight: number }[];

/** The time terms of one request, all in ms (paper, Section IV-D). */
export interface TimeBudget {
  /** T_sla. */
  readonly slaMs: number;
  /** T_input: from the start of the upload to the start of the selector's handler, less `startMs`. */
  readonly inputMs: number;
  /** T_nw = 2 * T_input. */
  readonly networkMs: number;
  /** T_budget = T_sla - T_nw, less `startMs`; zero or negative when these have used up the SLA. */
  readonly budgetMs: number;
  /**
   * How long the request has waited for the selector's own start, in ms: no time of the network.
   *
   * @default 0
   */
  readonly startMs?: number | undefined;
  /**
   * T_output, as far as it can be told beforehand.
   *
   * @default - as long as T_input
   */
  readonly outputMs?: WeightedTimes | undefined;
  /**
   * Accuracy in percent of the model that answers on the device when the SLA is missed.
   *
   * @default 0
   */
  readonly deviceAccuracyPct?: number | undefined;
  /**
   * How much earlier than measured the upload may have begun, in ms.
   *
   * @default 0
   */
  readonly clockErrorMs?: number;
}

/** One eligible model and the probability with which it is run. */
export interface Eligible<C extends Candidate> {
  readonly model: C;
  /** In (0, 1]; the probabilities of one decision add up to 1. */
  readonly probability: number;
}

/** What a strategy decides: which models it would run, and how likely each is. */
export interface Decision<C extends Candidate> {
  readonly baseModel: C;
  readonly eligible: readonly Eligible<C>[];
}

/** The decision for one model alone. */
export function certainly<C extends Candidate>(model: C): Decision<C> {
  return { baseModel: model, eligible: [{ model, probability: 1 }] };
}

/**
 * A rule that spreads one request over models: a pure function of its arguments. Chance comes in only
 * when `select` draws from the decision, so that every probability can be reported.
 *
 * @throws {@link NoCandidateError} when there is no model
 */
export type Strategy = <C extends Candidate>(
  candidates: readonly C[],
  budget: TimeBudget,
) => Decision<C>;

/** There is no model to choose from. */
export class NoCandidateError extends MdInferenceError {
  override readonly name = 'NoCandidateError';
  constructor() {
    super('there is no model to select from: the catalogue is empty');
  }
}
