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

/** After how long without any environment coming back they count as hanging. */
const stallAfterMs = 2_000;

/** How many environments of a function one machine runs. */
export interface EnvironmentLimits {
  /** So many are started as soon as they are needed. */
  readonly atOnce: number;
  /** So many at all: those above `atOnce` only when the others hang. In a burst they would be in each other's way. */
  readonly most: number;
}

interface Waiter {
  readonly lane: string | undefined;
  resolve(environment: ExecutionEnvironment): void;
  reject(error: Error): void;
}

/**
 * The execution environments of one function: scales out while all are busy, reuses the one that
 * was used last, and keeps idle ones until it is closed.
 *
 * Invocations come in lanes, such as the routes of an API. No lane gets the machine's last environment, so that
 * requests of one route that all hang do not stop the others.
 */
export class EnvironmentPool {
  readonly fn: LambdaFunction;
  /** Whether every invocation is throttled, as with a reserved concurrency of 0. */
  isThrottled = false;
  readonly #settings: EnvironmentSettings;
  readonly #limits: EnvironmentLimits;
  readonly #isReserved: boolean;
  readonly #returnMs: number;
  readonly #stallMs: number;
  readonly #all = new Set<ExecutionEnvironment>();
  readonly #idle: ExecutionEnvironment[] = [];
  readonly #waiting: Waiter[] = [];
  /** How many environments each lane has. */
  readonly #taken = new Map<string, number>();
  readonly #starting = new Set<Promise<ExecutionEnvironment>>();
  /** How many have answered and not yet asked for the next event. */
  #returning = 0;
  /** When an environment last came back, or was started at once. */
  #movedMs = 0;
  #isClosed = false;

  /**
   * @param limits - the machine's; the function's reserved concurrency may be lower
   * @param waits - how long an invocation waits for an environment that has just answered, and how long none must have
   * come back for all to count as hanging
   * @default 50 ms and 2 s
   */
  constructor(
    fn: LambdaFunction,
    settings: EnvironmentSettings,
    limits: EnvironmentLimits,
    { returnMs = returnWaitMs, stallMs = stallAfterMs } = {},
  ) {
    this.#returnMs = returnMs;
    this.#stallMs = stallMs;
    this.fn = fn;
    this.#settings = settings;
    const reserved = fn.reservedConcurrency ?? Number.POSITIVE_INFINITY;
    this.#isReserved = reserved <= limits.most;
    this.#limits = this.#isReserved ? { atOnce: reserved, most: reserved } : limits;
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
   * @param lane - what it has to share environments with; without, it may take any
   * @throws {@link TooManyRequestsError} when none is free: at once if the function's reserved
   * concurrency is used up (as Lambda does), after `queueMs` if it is only this machine's cap
   */
  async invoke(invocation: LambdaInvocation, queueMs = queueLimitMs, lane?: string): Promise<void> {
    const environment = await this.#acquire(queueMs, lane);
    void invocation.answered.then(() => this.#returning++);
    void environment.run(invocation).then(() => {
      this.#returning--;
      this.#count(lane, -1);
      this.#movedMs = performance.now();
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

  /** An environment, which is counted as its lane's. */
  async #acquire(queueMs: number, lane: string | undefined): Promise<ExecutionEnvironment> {
    if (this.isThrottled) throw new TooManyRequestsError();
    if (this.#isFull(lane)) return this.#wait(queueMs, lane);
    const idle = this.#idle.pop();
    if (idle) {
      this.#count(lane, 1);
      return idle;
    }
    if (this.#returning > 0) {
      const returned = await this.#wait(this.#returnMs, lane).catch(() => undefined);
      if (returned) return returned;
    }
    if (this.#isClosed) throw new TooManyRequestsError();
    if (this.#mayStart() && !this.#isFull(lane)) {
      if (this.#hasRoom(this.#limits.atOnce)) this.#movedMs = performance.now();
      this.#count(lane, 1);
      return this.#start().catch((error: unknown) => {
        this.#count(lane, -1);
        throw error;
      });
    }
    if (this.#isReserved) throw new TooManyRequestsError();
    return this.#wait(queueMs, lane);
  }

  #mayStart(): boolean {
    const { atOnce, most } = this.#limits;
    return this.#hasRoom(this.#isStalled() ? most : atOnce);
  }

  #isStalled(): boolean {
    return performance.now() - this.#movedMs >= this.#stallMs;
  }

  #hasRoom(limit: number): boolean {
    return this.#all.size + this.#starting.size < limit;
  }

  /** True if a lane has all that it may have. Reserved concurrency is used up to the last, as on Lambda. */
  #isFull(lane: string | undefined): boolean {
    const { most } = this.#limits;
    if (lane === undefined || this.#isReserved || most === 1) return false;
    return (this.#taken.get(lane) ?? 0) >= most - 1;
  }

  #count(lane: string | undefined, change: 1 | -1): void {
    if (lane !== undefined) this.#taken.set(lane, (this.#taken.get(lane) ?? 0) + change);
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

  async #wait(queueMs: number, lane: string | undefined): Promise<ExecutionEnvironment> {
    const { promise, resolve, reject } = Promise.withResolvers<ExecutionEnvironment>();
    const waiter = { lane, resolve, reject };
    this.#waiting.push(waiter);
    const timer = setTimeout(() => {
      const index = this.#waiting.indexOf(waiter);
      if (index >= 0) this.#waiting.splice(index, 1);
      reject(new TooManyRequestsError());
    }, queueMs);
    const stalled = setTimeout(() => this.#startForWaiting(), this.#stallMs);
    return promise.finally(() => {
      clearTimeout(timer);
      clearTimeout(stalled);
    });
  }

  #release(environment: ExecutionEnvironment): void {
    if (!environment.isAlive) return;
    const next = this.#waiting.findIndex(({ lane }) => !this.#isFull(lane));
    const [waiter] = next < 0 ? [] : this.#waiting.splice(next, 1);
    if (!waiter) {
      this.#idle.push(environment);
      return;
    }
    this.#count(waiter.lane, 1);
    waiter.resolve(environment);
  }

  /** An environment has ended: makes room for another, for those who wait. */
  #forget(environment: ExecutionEnvironment): void {
    this.#all.delete(environment);
    const index = this.#idle.indexOf(environment);
    if (index >= 0) this.#idle.splice(index, 1);
    this.#startForWaiting();
  }

  #startForWaiting(): void {
    const isAnyServed = this.#waiting.some(({ lane }) => !this.#isFull(lane));
    if (this.#isClosed || !isAnyServed || !this.#mayStart()) return;
    void this.#start().then(
      (next) => this.#release(next),
      // Whoever waits learns it from the time limit.
      () => {},
    );
  }
}
