import type { InferenceAnswer, InferenceEvent } from '../../lib/core/contract/inference-event.ts';
import { ProblemError } from '../../lib/core/contract/problem.ts';
import { NonFiniteOutputError } from '../../lib/core/preprocessing/errors.ts';
import { warmQuantileMs } from '../../lib/core/selection/service-time.ts';
import type { Verdict } from '../../lib/service/inference/breakers.ts';
import { InvocationError, invokeModel } from '../../lib/service/inference/invoke.ts';
import type { ServedCandidate } from './candidates.ts';
import type { Service } from './service.ts';

/** What a {@link ModelCall} works with. */
export type CallParts = Pick<
  Service,
  'catalogue' | 'lambda' | 'overheads' | 'store' | 'open' | 'breakers' | 'occupancy' | 'telemetry'
>;

/** What has become of a call; a problem is the request's fault, and the same for every model. */
export type CallOutcome =
  | {
      readonly kind: 'answered';
      readonly answer: Extract<InferenceAnswer, { status: 'ok' }>;
      readonly serviceMs: number;
      /** The version of the function that ran, where Lambda says it. */
      readonly version: string | undefined;
    }
  | { readonly kind: 'failed'; readonly error: Error }
  | { readonly kind: 'refused'; readonly problem: ProblemError };

/** A call that takes so many times the model's 99 % quantile, and this much longer, hangs. */
const hangingFactor = 3;
const hangingMs = 50;

/** One that takes even longer counts as a failure in the profile, too, and not as a service time. */
const brokenFactor = 10;
const brokenMs = 1_000;

/** A timer that fires this much late has slept with its process: it says nothing about the model. */
const frozenMs = 250;

/**
 * One invocation of a model. It goes on when nobody waits for its answer any more: Lambda cannot call it
 * off, and what becomes of it says how the model is.
 */
export class ModelCall {
  readonly model: ServedCandidate;
  /** On the clock of `performance.now()`. */
  readonly startedMs: number = performance.now();
  /** When it is so late that it hardly answers any more. */
  readonly hangsAtMs: number;
  /** Resolves with the outcome. Rejects with faults of the code alone. */
  readonly settled: Promise<void>;
  #outcome: CallOutcome | undefined;

  constructor(
    parts: CallParts,
    model: ServedCandidate,
    event: Omit<InferenceEvent, 'invokedEpochMs'>,
  ) {
    const { breakers, occupancy } = parts;
    this.model = model;
    const slowMs = slowestMs(model) - model.decoding.ms;
    // A picture that was made to take long says nothing about the model.
    this.hangsAtMs = this.startedMs + hangingFactor * (slowMs + model.decoding.mostMs) + hangingMs;
    occupancy.began(model.name);
    // The function knows what decoding has really taken, and leaves it out.
    const brokenAfterMs = Math.max(brokenMs, brokenFactor * slowMs);
    const outcome = invoke(parts, model, { ...event, brokenAfterMs });
    this.settled = outcome
      .then((it) => {
        this.#outcome = it;
      })
      .finally(() => occupancy.ended(model.name, this.#outcome?.kind === 'answered'));
    // The model's breaker need not wait for the function's time-out. (Faults of the code reach whoever waits.)
    const watched = async () => {
      const it = await orHang(outcome, this.hangsAtMs);
      if (it.kind === 'hangs') occupancy.hangs(model.name);
      return it;
    };
    breakers.run(model.name, watched, verdictOf).catch(() => {});
    this.settled.catch(() => {});
  }

  /** Undefined until it has settled. */
  get outcome(): CallOutcome | undefined {
    return this.#outcome;
  }
}

function slowestMs(model: ServedCandidate): number {
  const { coldShare = 0, coldMeanMs = 0 } = model;
  return Math.max(warmQuantileMs(model, 0.99), coldShare > 0 ? coldMeanMs : 0);
}

type Watched = CallOutcome | { readonly kind: 'hangs' | 'frozen' };

/** The outcome of a call, or that there has been none until it was so late that it hangs. */
async function orHang(outcome: Promise<CallOutcome>, hangsAtMs: number): Promise<Watched> {
  const hanging = Promise.withResolvers<Watched>();
  // Starting the call may have taken longer than that: Node warns of times below 0.
  const leftMs = Math.max(0, hangsAtMs - performance.now());
  const timer = setTimeout(() => {
    const isFrozen = performance.now() > hangsAtMs + frozenMs;
    hanging.resolve({ kind: isFrozen ? 'frozen' : 'hangs' });
  }, leftMs);
  timer.unref();
  try {
    return await Promise.race([outcome, hanging.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function verdictOf(settled: PromiseSettledResult<Watched>): Verdict {
  if (settled.status === 'rejected' || settled.value.kind === 'frozen') return 'nothing';
  const { value } = settled;
  if (value.kind === 'hangs') return 'failure';
  // What the request is to blame for, the model has answered.
  if (value.kind !== 'failed') return 'success';
  return isModelsFault(value.error) ? 'failure' : 'nothing';
}

/** A call that was throttled, or came after its deadline, was not run. */
function isModelsFault(error: Error): boolean {
  return !(error instanceof InvocationError) || error.kind === 'failed';
}

async function invoke(
  parts: CallParts,
  { functionName, profileKey, name }: ServedCandidate,
  event: Omit<InferenceEvent, 'invokedEpochMs'>,
): Promise<CallOutcome> {
  try {
    const { answer, serviceMs, version } = await invokeModel(parts.lambda, functionName, event, {
      labels: parts.catalogue.labels,
      overheads: parts.overheads,
    });
    if (answer.status === 'ok') return { kind: 'answered', answer, serviceMs, version };
    const detail = `${name}: ${answer.detail}`;
    // The function has already counted this failure.
    if (answer.status === 'non-finite-output') {
      return failed(parts, event, new NonFiniteOutputError(detail));
    }
    if (answer.status === 'deadline-passed') {
      return failed(parts, event, new InvocationError(detail, { kind: 'aborted' }));
    }
    return { kind: 'refused', problem: new ProblemError(answer.status, answer.detail) };
  } catch (error) {
    if (!(error instanceof InvocationError)) throw error;
    if (isModelsFault(error)) countFailure(parts, profileKey);
    return failed(parts, event, error);
  }
}

function failed(
  { telemetry }: CallParts,
  { requestId }: Pick<InferenceEvent, 'requestId'>,
  error: Error,
): CallOutcome {
  telemetry.logger.warn('model could not answer', { error, requestId });
  if (isModelsFault(error)) telemetry.count('ModelFailed');
  return { kind: 'failed', error };
}

function countFailure({ store, open }: CallParts, profileKey: string): void {
  const counted = store.record(profileKey, { kind: 'failure' });
  const entry = counted.then(() => {
    open.delete(entry);
  });
  open.add(entry);
}
