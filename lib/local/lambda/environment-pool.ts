import { TooManyRequestsError } from '../shared/errors.ts';
import type { LambdaFunction } from '../template/functions.ts';
import { type EnvironmentSettings, ExecutionEnvironment } from './environment.ts';
import type { LambdaInvocation } from './invocation.ts';

/** How long a synchronous invocation waits for an environment when the machine's cap is reached. */
export const queueLimitMs = 10_000;

/**
 * How long to wait for an environment that has answered and is about to ask for the next event,
 * before another one is started: less than a cold start takes, more than work behind a response
 * does. A client that calls again at once would meet a cold environment.
 */
const returnWaitMs = 50;

interface Waiter {
  resolve(environment: ExecutionEnvironment): void;
  reject(error: Error): void;
}

/**
 * The execution environments of one function: scales out while all are busy, reuses the one that
 * was used last, and keeps idle ones until it is closed.
 */
export class EnvironmentPool {
  readonly fn: LambdaFunction;
  /** Whether every invocation is throttled, as with a reserved concurrency of 0. */
  isThrottled = false;
  readonly #settings: EnvironmentSettings;
  readonly #cap: number;
  readonly #isReserved: boolean;
  readonly #returnMs: number;
  readonly #all = new Set<ExecutionEnvironment>();
  readonly #idle: ExecutionEnvironment[] = [];
  readonly #waiting: Waiter[] = [];
  readonly #starting = new Set<Promise<ExecutionEnvironment>>();
  /** How many have answered and not yet asked for the next event. */
  #returning = 0;
  #isClosed = false;

  /**
   * @param maxEnvironments - the machine's cap; the function's reserved concurrency may be lower
   * @param returnMs - how long an invocation waits for an environment that has just answered
   */
  constructor(
    fn: LambdaFunction,
    settings: EnvironmentSettings,
    maxEnvironments: number,
    returnMs = returnWaitMs,
  ) {
    this.#returnMs = returnMs;
    this.fn = fn;
    this.#settings = settings;
    this.#isReserved = (fn.reservedConcurrency ?? Number.POSITIVE_INFINITY) <= maxEnvironments;
    this.#cap = Math.min(fn.reservedConcurrency ?? maxEnvironments, maxEnvironments);
  }

  /** Process ids of the live environments. */
  get pids(): number[] {
    return [...this.#all].map(({ pid }) => pid).filter((pid) => pid !== undefined);
  }

  /** How many environments wait for an event. */
  get free(): number {
    return this.#idle.length;
  }

  /**
   * Hands an invocation to an environment. Resolves as soon as one has it; the invocation tells
   * what becomes of it.
   *
   * @throws {@link TooManyRequestsError} when none is free: at once if the function's reserved
   * concurrency is used up (as Lambda does), after `queueMs` if it is only this machine's cap
   */
  async invoke(invocation: LambdaInvocation, queueMs = queueLimitMs): Promise<void> {
    const environment = await this.#acquire(queueMs);
    void invocation.answered.then(() => this.#returning++);
    void environment.run(invocation).then(() => {
      this.#returning--;
      this.#release(environment);
    });
  }

  /** Ends all environments. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { reject } of this.#waiting.splice(0)) reject(new TooManyRequestsError());
    const environments = await Promise.all([...this.#all, ...this.#starting]);
    await Promise.all(environments.map((environment) => environment.stop()));
  }

  async #acquire(queueMs: number): Promise<ExecutionEnvironment> {
    if (this.isThrottled) throw new TooManyRequestsError();
    const idle = this.#idle.pop();
    if (idle) return idle;
    if (this.#returning > 0) {
      const returned = await this.#wait(this.#returnMs).catch(() => undefined);
      if (returned) return returned;
    }
    if (this.#isClosed) throw new TooManyRequestsError();
    if (this.#all.size + this.#starting.size < this.#cap) return this.#start();
    if (this.#isReserved) throw new TooManyRequestsError();
    return this.#wait(queueMs);
  }

  async #start(): Promise<ExecutionEnvironment> {
    const starting = ExecutionEnvironment.start(this.fn, this.#settings);
    this.#starting.add(starting);
    try {
      const environment = await starting;
      this.#all.add(environment);
      void environment.exited.then(() => this.#forget(environment));
      return environment;
    } finally {
      this.#starting.delete(starting);
    }
  }

  async #wait(queueMs: number): Promise<ExecutionEnvironment> {
    const { promise, resolve, reject } = Promise.withResolvers<ExecutionEnvironment>();
    const waiter = { resolve, reject };
    this.#waiting.push(waiter);
    const timer = setTimeout(() => {
      const index = this.#waiting.indexOf(waiter);
      if (index >= 0) this.#waiting.splice(index, 1);
      reject(new TooManyRequestsError());
    }, queueMs);
    return promise.finally(() => clearTimeout(timer));
  }

  #release(environment: ExecutionEnvironment): void {
    if (!environment.isAlive) return;
    const waiter = this.#waiting.shift();
    if (waiter) waiter.resolve(environment);
    else this.#idle.push(environment);
  }

  /** An environment has ended: makes room for another, for those who wait. */
  #forget(environment: ExecutionEnvironment): void {
    this.#all.delete(environment);
    const index = this.#idle.indexOf(environment);
    if (index >= 0) this.#idle.splice(index, 1);
    if (this.#isClosed || this.#waiting.length === 0) return;
    void this.#start().then(
      (next) => this.#release(next),
      // Whoever waits learns it from the time limit.
      () => {},
    );
  }
}
