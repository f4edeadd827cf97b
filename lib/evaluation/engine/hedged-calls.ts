import { type HedgeSettings, HedgeTokens } from '../../core/selection/hedge-tokens.ts';
import { planHedge } from '../../core/selection/hedging.ts';
import type { Candidate, TimeBudget } from '../../core/selection/types.ts';
import { waitUntilMs } from '../../core/selection/waiting.ts';

/** How a simulated service hedges. */
export interface Hedging extends HedgeSettings {
  /**
   * Whether the phone gets the first answer at once and a better one later: it takes the latter if that
   * is in time.
   *
   * @default false, the service answers once
   */
  readonly twoAnswers?: boolean;
}

/** A model of a simulation, with its index. */
export type IndexedCandidate = Candidate & { readonly index: number };

/** The answer that counts. */
export interface HedgedAnswer {
  readonly model: IndexedCandidate;
  /** From the first invocation until the service answers, in ms. */
  readonly serviceMs: number;
}

/** What the world does, and no selector knows beforehand; times in ms. */
export interface World {
  serviceMsOf(model: IndexedCandidate): number;
  /** Whether an answer that leaves the service so long after the first invocation is in time. */
  isInTime(serviceMs: number): boolean;
}

/** Calls with hedging: plan, tokens and waiting are those of a deployed selector. */
export class HedgedCalls {
  readonly #candidates: readonly IndexedCandidate[];
  readonly #tokens: HedgeTokens;
  readonly #twoAnswers: boolean;
  #extra = 0;

  constructor(candidates: readonly IndexedCandidate[], hedging: Hedging) {
    this.#candidates = candidates;
    this.#tokens = new HedgeTokens(hedging);
    this.#twoAnswers = hedging.twoAnswers ?? false;
  }

  /** Invocations so far beyond one for each request. */
  get extra(): number {
    return this.#extra;
  }

  /** The answer to a request, for which a model has been chosen. */
  answer(chosen: IndexedCandidate, budget: TimeBudget, world: World): HedgedAnswer {
    const first = { model: chosen, startMs: 0, serviceMs: world.serviceMsOf(chosen) };
    this.#tokens.add();
    if (!this.#tokens.isOn) return first;
    const plan = planHedge(chosen, this.#candidates, budget, this.#tokens.pricePct);
    if (!plan || first.serviceMs <= plan.afterMs || !this.#tokens.take()) return first;

    this.#extra++;
    const { model, afterMs } = plan;
    const second = { model, startMs: afterMs, serviceMs: afterMs + world.serviceMsOf(model) };
    const [earlier, later] =
      first.serviceMs <= second.serviceMs ? [first, second] : [second, first];
    if (this.#twoAnswers) {
      const isBetter = later.model.accuracyPct > earlier.model.accuracyPct;
      return isBetter && world.isInTime(later.serviceMs) ? later : earlier;
    }
    const elapsedMs = earlier.serviceMs - later.startMs;
    const untilMs = later.startMs + waitUntilMs(earlier.model, later.model, elapsedMs, budget);
    return later.serviceMs <= untilMs ? later : { ...earlier, serviceMs: untilMs };
  }
}
