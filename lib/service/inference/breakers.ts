import {
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  DelegateBackoff,
  handleWhenResult,
  type IHalfOpenAfterBackoffContext,
} from 'cockatiel';
import type { BreakerState } from '../../core/contract/messages.ts';
import { type RecentCalls, tellingCalls } from '../profiles/evidence.ts';

/**
 * What a call says of its model: that it works, that it does not (it failed, or took so long that it was
 * given up), or nothing (throttled before it ran, abandoned for another answer, a fault of the request).
 */
export type Verdict = 'success' | 'failure' | 'nothing';

/** Options of {@link ModelBreakers}. Times in ms. */
export interface BreakerOptions {
  /**
   * Failures in a row after which a model is left.
   *
   * @default 3
   */
  readonly failures?: number;
  /**
   * The longest first pause; it is at least half as long, at random, so that many selectors do not probe at
   * the same moment. It doubles with each probe that fails.
   *
   * @default 1000
   */
  readonly firstPauseMs?: number;
  /**
   * The longest pause there is.
   *
   * @default 60000
   */
  readonly maxPauseMs?: number;
  /**
   * Told of a model that is left (again, after a probe that failed) and of one that is back.
   *
   * @default - nothing
   */
  readonly onChange?: (model: string, state: 'open' | 'closed') => void;
  /**
   * Uniform in [0, 1).
   *
   * @default Math.random
   */
  readonly random?: () => number;
}

/** Whether a model fails too often to be asked like any other: three times, and more often than not. */
export function looksBroken({
  failures,
  answers,
}: Pick<RecentCalls, 'failures' | 'answers'>): boolean {
  return failures >= tellingCalls && failures > answers;
}

/**
 * A circuit breaker for each model, by name: one that fails repeatedly is left for a while, then asked
 * once (a probe), and back for all requests when it has answered.
 *
 * No timer is involved: the wall clock says when a pause is over, so one that passes while the
 * environment is frozen is over at the next request.
 */
export class ModelBreakers {
  readonly #breakers: ReadonlyMap<string, Breaker>;

  constructor(
    models: readonly string[],
    {
      failures = 3,
      firstPauseMs = 1_000,
      maxPauseMs = 60_000,
      onChange = () => {},
      random = Math.random,
    }: BreakerOptions = {},
  ) {
    const settings = { failures, firstPauseMs, maxPauseMs, random };
    this.#breakers = new Map(
      models.map((model) => [
        model,
        new Breaker({ ...settings, onChange: (state) => onChange(model, state) }),
      ]),
    );
  }

  /** Whether a model is a candidate: it works, or its pause is over and nobody is probing it. */
  mayAsk(model: string): boolean {
    return this.#of(model).askableFromMs <= Date.now();
  }

  /** The model to ask when none may be asked: the one whose pause ends first. Undefined for no models. */
  soonest(models: readonly string[]): string | undefined {
    const endOf = (model: string) => this.#of(model).askableFromMs;
    return models.toSorted((a, b) => endOf(a) - endOf(b) || 0)[0];
  }

  /** `half-open` while a probe is out. */
  stateOf(model: string): BreakerState {
    return this.#of(model).state;
  }

  /**
   * Calls a model and learns from how it went. A model that is not to be asked ({@link soonest}) is called
   * all the same; it is back if it answers, and its pause begins anew, no longer than it was, if not.
   *
   * @param call - has to settle: until then, a model that is being probed is not asked
   * @param verdictOf - what the outcome says of the model
   * @throws what the call throws
   */
  run<T>(
    model: string,
    call: () => Promise<T>,
    verdictOf: (outcome: PromiseSettledResult<T>) => Verdict,
  ): Promise<T> {
    return this.#of(model).run(call, verdictOf);
  }

  /**
   * Leaves a model that {@link looksBroken} by what all selectors have met, for the first pause. What this
   * selector knows counts for more: neither is a pause changed by it, nor a model left that has answered
   * since that evidence begins.
   */
  seed(model: string, evidence: RecentCalls): void {
    this.#of(model).seed(evidence);
  }

  #of(model: string): Breaker {
    const breaker = this.#breakers.get(model);
    if (!breaker) throw new RangeError(`no breaker for model "${model}"`);
    return breaker;
  }
}

interface BreakerSettings extends Required<Omit<BreakerOptions, 'onChange'>> {
  readonly onChange: (state: 'open' | 'closed') => void;
}

/**
 * cockatiel counts failures and pauses. It is told verdicts and does not make the calls itself: it takes a
 * probe that says nothing for a success, has other calls wait for the probe, and refuses early ones.
 */
class Breaker {
  readonly #settings: BreakerSettings;
  #policy: CircuitBreakerPolicy;
  #isProbed = false;
  #pauseMs = 0;
  #pauseEndMs = 0;
  #answeredMs = Number.NEGATIVE_INFINITY;

  constructor(settings: BreakerSettings) {
    this.#settings = settings;
    this.#policy = this.#createPolicy();
  }

  get state(): BreakerState {
    if (this.#policy.state === CircuitState.Closed) return 'closed';
    return this.#isProbed ? 'half-open' : 'open';
  }

  /** Unix ms; infinite while a probe is out. */
  get askableFromMs(): number {
    if (this.state === 'closed') return Number.NEGATIVE_INFINITY;
    return this.#isProbed ? Number.POSITIVE_INFINITY : this.#pauseEndMs;
  }

  async run<T>(
    call: () => Promise<T>,
    verdictOf: (outcome: PromiseSettledResult<T>) => Verdict,
  ): Promise<T> {
    const before = this.state;
    if (before === 'open') this.#isProbed = true;
    try {
      const [outcome] = await Promise.allSettled([call()]);
      const verdict = verdictOf(outcome);
      if (verdict === 'success') this.#answeredMs = Date.now();
      if (before === 'open') await this.#endProbe(verdict);
      // A call begun before others opened the breaker says nothing that they have not said.
      else if (this.state === 'closed') await this.#tell(verdict);
      if (outcome.status === 'rejected') throw outcome.reason;
      return outcome.value;
    } finally {
      if (before === 'open') this.#isProbed = false;
    }
  }

  seed(evidence: RecentCalls): void {
    if (this.state !== 'closed' || this.#answeredMs >= evidence.sinceMs) return;
    if (!looksBroken(evidence)) return;
    const ownState = { value: CircuitState.Open, openedAt: Date.now(), attemptNo: 1 };
    this.#policy = this.#createPolicy({ ownState, breakerState: 0 });
    this.#onStateChange(CircuitState.Open);
  }

  /** A call before the pause is over was made for want of a better model: it teaches, but is no probe. */
  async #endProbe(verdict: Verdict): Promise<void> {
    const isEarly = Date.now() < this.#pauseEndMs;
    if (!isEarly) {
      await this.#tell(verdict);
    } else if (verdict === 'failure') {
      this.#beginPause();
    } else if (verdict === 'success') {
      this.#policy = this.#createPolicy();
      this.#onStateChange(CircuitState.Closed);
    }
  }

  async #tell(verdict: Verdict): Promise<void> {
    if (verdict !== 'nothing') await this.#policy.execute(() => verdict);
  }

  #beginPause(): void {
    this.#pauseEndMs = Date.now() + this.#pauseMs;
  }

  #onStateChange(state: CircuitState): void {
    if (state === CircuitState.Open) {
      this.#beginPause();
      this.#settings.onChange('open');
    } else if (state === CircuitState.Closed) {
      this.#settings.onChange('closed');
    }
  }

  #createPolicy(initialState?: unknown): CircuitBreakerPolicy {
    const { failures, firstPauseMs, maxPauseMs, random } = this.#settings;
    const policy = circuitBreaker(
      handleWhenResult((verdict) => verdict === 'failure'),
      {
        breaker: new ConsecutiveBreaker(failures),
        halfOpenAfter: new DelegateBackoff(({ attempt }: IHalfOpenAfterBackoffContext) => {
          const longestMs = Math.min(firstPauseMs * 2 ** (attempt - 1), maxPauseMs);
          this.#pauseMs = (longestMs / 2) * (1 + random());
          return this.#pauseMs;
        }),
        initialState,
      },
    );
    policy.onStateChange((state) => this.#onStateChange(state));
    return policy;
  }
}
