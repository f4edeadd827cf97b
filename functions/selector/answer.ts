import type { AtDeadline } from '../../lib/core/contract/headers.ts';
import type { InferenceAnswer, InferenceEvent } from '../../lib/core/contract/inference-event.ts';
import { ProblemError } from '../../lib/core/contract/problem.ts';
import { NonFiniteOutputError } from '../../lib/core/preprocessing/errors.ts';
import { answerBy, budgetAfter, leftMs } from '../../lib/core/selection/deadline.ts';
import { planHedge } from '../../lib/core/selection/hedging.ts';
import { fastest, mostAccurate, undominated } from '../../lib/core/selection/ranking.ts';
import { modelNameOf } from '../../lib/core/selection/sizes.ts';
import { select, strategies } from '../../lib/core/selection/strategies.ts';
import type { TimeBudget } from '../../lib/core/selection/types.ts';
import { waitUntilMs } from '../../lib/core/selection/waiting.ts';
import { epochMs } from '../../lib/service/clock.ts';
import { askable, type ServedCandidate } from './candidates.ts';
import { type CallParts, ModelCall } from './model-call.ts';
import type { Service } from './service.ts';

/** What {@link answerWith} works with. */
export type AnswerParts = CallParts &
  Pick<Service, 'strategy' | 'random' | 'hedgeTokens' | 'lateWaitMs' | 'callShares'>;

/** A request for which a model has been chosen. */
export interface ChosenRequest {
  readonly chosen: ServedCandidate;
  /** All models that may be asked, the chosen one among them. */
  readonly candidates: readonly ServedCandidate[];
  readonly budget: TimeBudget;
  /** When T_input ended, on the clock of `performance.now()`. */
  readonly receivedMs: number;
  /**
   * What to do without an answer by `answerBy`: wait for a late one, fail, or fail when the SLA is over (`sla`),
   * for clients with a model of their own, who cannot use an answer after that.
   */
  readonly atDeadline: AtDeadline | 'sla';
  /** By whom its calls are counted. */
  readonly caller: string;
  readonly event: Omit<InferenceEvent, 'invokedEpochMs' | 'answerByEpochMs' | 'record'>;
}

/** A model's answer and how it came about. */
export interface ModelAnswer {
  readonly model: ServedCandidate;
  readonly answer: Extract<InferenceAnswer, { status: 'ok' }>;
  readonly serviceMs: number;
  /** The version of the model's function that ran, where Lambda says it. */
  readonly version: string | undefined;
  /** Models that were asked and could not answer. */
  readonly failed: string[];
  /** All models that were asked, in order. */
  readonly asked: string[];
  /** Whether one of them was asked although another one might have answered. */
  readonly isHedged: boolean;
  /** Whether it leaves after the moment by which it had to. */
  readonly isLate: boolean;
}

/** What is left to do with an answer before it leaves, and how late timers fire, in ms. */
const marginMs = 2;
/** A hedge is planned for so much earlier, in ms: profiles know times to some percent, timers are late. */
const hedgeMarginMs = 5;
/** How much later than `answerBy` a request may end that is to fail then, in ms. */
const graceMs = 10;
/** The selector's own time limit is a second above it. */
const longestMs = 28_000;

/**
 * Asks the chosen model, and others when it fails, hangs or is late, for the best answer by the deadline:
 *
 * - A model that fails is replaced at once by the one that the strategy selects from the others for
 *   the time that is left.
 * - A hedge is asked when {@link planHedge} says so and its token bucket allows it. A model whose
 *   breaker is not closed, or whose last call hangs, is asked together with another one: no caller waits
 *   for a probe.
 * - The more accurate answer that is there in time wins ({@link waitUntilMs}).
 * - Without an answer at the deadline the request fails or, if it would rather wait, gets the first one
 *   that comes, from another model (one) as soon as those that were asked hang.
 *
 * @throws {@link ProblemError} for a fault of the request (an image that cannot be decoded), `deadline-exceeded`,
 * `no-model-available` or, when the last model gave NaN, `non-finite-output`
 */
export function answerWith(service: AnswerParts, request: ChosenRequest): Promise<ModelAnswer> {
  return new Race(service, request).run();
}

type Answered = ModelCall & { readonly outcome: { readonly kind: 'answered' } };

class Race {
  readonly #service: AnswerParts;
  readonly #request: ChosenRequest;
  readonly #answerByMs: number;
  /** Nobody waits longer. */
  readonly #endMs: number;
  readonly #calls: ModelCall[] = [];
  #isHedged = false;
  #hasReplaced = false;
  #plan: { readonly model: ServedCandidate; readonly atMs: number } | undefined;

  constructor(service: AnswerParts, request: ChosenRequest) {
    this.#service = service;
    this.#request = request;
    const { receivedMs, budget, atDeadline } = request;
    this.#answerByMs = answerBy(receivedMs, budget) - marginMs;
    const ends = {
      fail: this.#answerByMs + graceMs,
      sla: Math.max(this.#answerByMs + graceMs, receivedMs + leftMs(budget)),
      wait: Math.max(this.#answerByMs, receivedMs) + service.lateWaitMs,
    };
    this.#endMs = Math.min(ends[atDeadline], receivedMs + longestMs);
  }

  async run(): Promise<ModelAnswer> {
    const { chosen } = this.#request;
    if (performance.now() >= this.#endMs) throw tooLate();
    this.#ask(chosen);
    this.#planHedge();
    for (;;) {
      const now = performance.now();
      const ended = this.#end(now);
      if (ended) return ended;
      await this.#nextEvent(now);
    }
  }

  /** The answer, if it is time for it; else asks whom there is to ask now. */
  #end(now: number): ModelAnswer | undefined {
    const answered = this.#answered();
    if (answered.length > 0) {
      const best = bestOf(answered);
      return now >= this.#returnAtMs(best, now) ? this.#result(best, now) : undefined;
    }
    const refused = this.#calls.find(({ outcome }) => outcome?.kind === 'refused');
    if (refused?.outcome?.kind === 'refused') throw refused.outcome.problem;
    if (now >= this.#endMs) throw tooLate();
    if (this.#pending().length === 0 && !this.#askAnother(now)) throw noAnswer(this.#calls.at(-1));
    if (now >= (this.#plan?.atMs ?? Number.POSITIVE_INFINITY)) this.#hedge();
    if (now >= this.#hangingAtMs()) this.#hasReplaced = this.#askAnother(now);
    return undefined;
  }

  #ask(model: ServedCandidate): void {
    const answerByEpochMs = epochMs() + this.#endMs - performance.now();
    const record = this.#service.callShares.take(this.#request.caller, model.name);
    const event = { ...this.#request.event, answerByEpochMs, record };
    this.#calls.push(new ModelCall(this.#service, model, event));
  }

  #planHedge(): void {
    const { chosen, candidates } = this.#request;
    const { hedgeTokens, breakers, occupancy } = this.#service;
    const askedMs = performance.now();
    hedgeTokens.add();
    if (breakers.stateOf(chosen.name) !== 'closed' || occupancy.isHanging(chosen.name)) {
      this.#isHedged = this.#askAnother(askedMs);
      return;
    }
    if (!hedgeTokens.isOn) return;
    const plan = planHedge(
      chosen,
      candidates,
      this.#budgetAt(askedMs + hedgeMarginMs),
      hedgeTokens.pricePct,
    );
    if (plan) this.#plan = { model: plan.model, atMs: askedMs + plan.afterMs };
  }

  #hedge(): void {
    const model = this.#plan?.model;
    this.#plan = undefined;
    if (!model || this.#wasAsked(model) || !this.#service.hedgeTokens.take()) return;
    this.#isHedged = true;
    this.#ask(model);
  }

  /** Those that were asked have failed, or may never answer. False if there is nobody else to ask. */
  #askAnother(now: number): boolean {
    const model = this.#nextBest(now);
    if (model) this.#ask(model);
    return model !== undefined;
  }

  /** The one to select from those that have not been asked, for the time that is left. */
  #nextBest(now: number): ServedCandidate | undefined {
    const { strategy, random, breakers, occupancy } = this.#service;
    const others = this.#request.candidates.filter((model) => !this.#wasAsked(model));
    if (others.length === 0) return undefined;
    const working = others.filter(
      ({ name }) => breakers.stateOf(name) === 'closed' && !occupancy.isHanging(name),
    );
    const from = working.length > 0 ? working : askable(breakers, others);
    const budget = this.#budgetAt(now);
    if (budget.budgetMs <= 0) return fastest(undominated(from));
    return select(strategies[strategy], from, budget, random).model;
  }

  #wasAsked({ name }: ServedCandidate): boolean {
    return this.#calls.some(({ model }) => model.name === name);
  }

  /** The request's budget, less what has passed since its receipt. */
  #budgetAt(now: number): TimeBudget {
    const { budget, receivedMs } = this.#request;
    return budgetAfter(now - receivedMs, budget);
  }

  #pending(): ModelCall[] {
    return this.#calls.filter(({ outcome }) => outcome === undefined);
  }

  #answered(): Answered[] {
    return this.#calls.filter((call): call is Answered => call.outcome?.kind === 'answered');
  }

  /** When to return the best answer so far, and not to wait for a better one. */
  #returnAtMs({ model }: Answered, now: number): number {
    const better = this.#pending().filter((call) => call.model.accuracyPct > model.accuracyPct);
    const untilMs = better.map((call) => {
      const budget = this.#budgetAt(call.startedMs);
      return (
        call.startedMs + waitUntilMs(model, call.model, now - call.startedMs, budget) - marginMs
      );
    });
    return Math.min(Math.max(now, ...untilMs), Math.max(now, this.#answerByMs));
  }

  /** When all that were asked have taken so long that they are taken to hang, and are replaced. */
  #hangingAtMs(): number {
    // Once: where everything is slow, asking more and more models would make it slower still.
    if (this.#hasReplaced) return Number.POSITIVE_INFINITY;
    return Math.max(...this.#pending().map(({ hangsAtMs }) => hangsAtMs));
  }

  /** Waits until a call has settled, or there is something to do by the clock. */
  async #nextEvent(now: number): Promise<void> {
    const answered = this.#answered();
    const moments =
      answered.length > 0
        ? [this.#returnAtMs(bestOf(answered), now)]
        : [this.#plan?.atMs ?? this.#endMs, this.#hangingAtMs(), this.#endMs];
    const next = moments.filter((moment) => moment > now);
    const timer = Promise.withResolvers<void>();
    const timeout = setTimeout(timer.resolve, Math.max(0, Math.min(...next) - now));
    try {
      await Promise.race([timer.promise, ...this.#pending().map(({ settled }) => settled)]);
    } finally {
      clearTimeout(timeout);
    }
  }

  #result({ model, outcome }: Answered, now: number): ModelAnswer {
    const failed = this.#calls.filter(({ outcome: result, hangsAtMs }) =>
      result ? result.kind === 'failed' : now >= hangsAtMs,
    );
    return {
      model,
      answer: outcome.answer,
      serviceMs: outcome.serviceMs,
      failed: failed.map((call) => modelNameOf(call.model)),
      asked: this.#calls.map((call) => modelNameOf(call.model)),
      version: outcome.version,
      isHedged: this.#isHedged,
      isLate: now > this.#answerByMs + marginMs,
    };
  }
}

function bestOf(answered: readonly Answered[]): Answered {
  const best = mostAccurate(answered.map(({ model }) => model));
  return answered.find(({ model }) => model === best) as Answered;
}

function tooLate(): ProblemError {
  return new ProblemError('deadline-exceeded', 'no model has answered by the deadline');
}

/** An overloaded model may answer the next time; for one that gave NaN there is nothing to wait for. */
function noAnswer(last: ModelCall | undefined): ProblemError {
  return last?.outcome?.kind === 'failed' && last.outcome.error instanceof NonFiniteOutputError
    ? new ProblemError('non-finite-output', 'the models gave no valid output for this request')
    : new ProblemError('no-model-available', 'no model could answer; try again', {
        'retry-after': '1',
      });
}
