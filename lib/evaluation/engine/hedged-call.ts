import { type HedgeSettings, HedgeTokens } from '../../core/selection/hedge-tokens.ts';
import { planHedge } from '../../core/selection/hedging.ts';
import type { Candidate, TimeBudget } from '../../core/selection/types.ts';
import { waitUntilMs } from '../../core/selection/waiting.ts';

/** How a simulated service hedges. */
export interface Hedging extends HedgeSettings {
  /**
   * Whether a phone takes a first answer and, if it comes in time, a better one.
   *
   * @default false, the service answers once
   */
  readonly twoAnswers?: boolean;
}

/** What became of a call: the index of the model that answered, and when. */
export interface Call {
  readonly model: number;
  /** From the first invocation to the service's answer, in ms. */
  readonly serviceMs: number;
}

/**
 * A selector's calls with hedging: the plan, the tokens and the waiting are those of a deployed selector.
 */
export class HedgedCalls<C extends Candidate & { readonly index: number }> {
  readonly #candidates: readonly C[];
  readonly #tokens: HedgeTokens;
  readonly #twoAnswers: boolean;
  #extra = 0;

  constructor(candidates: readonly C[], { twoAnswers = false, ...settings }: Hedging) {
    this.#candidates = candidates;
    this.#tokens = new HedgeTokens(settings);
    this.#twoAnswers = twoAnswers;
  }

  /** Invocations beyond one for each request. */
  get extra(): number {
    return this.#extra;
  }

  /**
   * The answer to a request.
   *
   * @param serviceMsOf - how long a model takes, in ms
   * @param isInTime - whether an answer that leaves the service then is in time
   */
  call(
    chosen: C,
    budget: TimeBudget,
    serviceMsOf: (model: number) => number,
    isInTime: (serviceMs: number) => boolean,
  ): Call {
    this.#tokens.add();
    const first = { model: chosen.index, serviceMs: serviceMsOf(chosen.index) };
    const plan = this.#tokens.isOn
      ? planHedge(chosen, this.#candidates, budget, this.#tokens.pricePct)
      : undefined;
    if (!plan || first.serviceMs <= plan.afterMs || !this.#tokens.take()) return first;
    this.#extra++;
    const second = {
      model: plan.model.index,
      serviceMs: plan.afterMs + serviceMsOf(plan.model.index),
    };
    const [earlier, later] =
      first.serviceMs <= second.serviceMs ? [first, second] : [second, first];
    const [earlierModel, laterModel] =
      earlier === first ? [chosen, plan.model] : [plan.model, chosen];
    if (laterModel.accuracyPct <= earlierModel.accuracyPct) return earlier;
    if (this.#twoAnswers) return isInTime(later.serviceMs) ? later : earlier;
    const startMs = later === first ? 0 : plan.afterMs;
    const untilMs =
      startMs + waitUntilMs(earlierModel, laterModel, earlier.serviceMs - startMs, budget);
    return later.serviceMs <= untilMs ? later : { ...earlier, serviceMs: untilMs };
  }
}
