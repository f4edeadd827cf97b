import type { InferResponse } from '../../core/contract/messages.ts';
import { ClassifyError, SlaExceededError } from '../api/errors.ts';
import type {
  AnsweringModel,
  Classification,
  DeviceAnswer,
  Prediction,
  Race,
  Run,
  Source,
} from '../api/types.ts';
import type { TimeSource } from '../time/time-source.ts';
import { verdict } from './verdict.ts';

type Answer = Omit<Classification, 'settled'>;
type Changing<T> = { -readonly [Key in keyof T]: T[Key] };

/** The contestants of a race, and its limits. */
export interface RaceOptions {
  readonly slaMs: number;
  /** How long to wait for the runs after the deadline, in ms. */
  readonly lateMs: number;
  readonly time: TimeSource;
  /** @param begin - to be called when the upload begins */
  readonly cloud: (signal: AbortSignal, begin: () => void) => Promise<InferResponse>;
  readonly device?: {
    readonly model: AnsweringModel;
    /**
     * When the run begins, in ms from now; `Infinity`: only when the cloud has failed, or at the
     * deadline.
     */
    readonly startAfterMs: number;
    readonly run: (signal: AbortSignal) => Promise<readonly Prediction[]>;
  };
  /** Called once, when both runs have ended. */
  readonly onSettled: (race: Race) => void;
}

/** One `classify`: two runs, one deadline, one answer. Every event asks {@link verdict} what it means. */
export class RunningRace {
  /** Rejects with a {@link ClassifyError}, or with the reason of {@link cancel}. */
  readonly answer: Promise<Answer>;
  readonly #options: RaceOptions;
  readonly #startedMs: number;
  readonly #cloud: Changing<Run<InferResponse>> = { state: 'waiting' };
  readonly #device: Changing<Run<DeviceAnswer>> | undefined;
  readonly #cloudAbort = new AbortController();
  readonly #deviceAbort = new AbortController();
  readonly #timers: Partial<Record<'deadline' | 'device' | 'late', unknown>> = {};
  #expiredMs: number | undefined;
  #decided = false;
  #settled = false;
  #winner: Source | undefined;
  #resolve: (answer: Answer) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;

  constructor(options: RaceOptions) {
    this.#options = options;
    this.#startedMs = options.time.nowMs();
    this.#device = options.device && { state: 'waiting' };
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#schedule('deadline', options.slaMs, () => this.#expire());
    // The upload goes first: a model on the device may block the thread.
    this.#start(
      this.#cloud,
      options.cloud(this.#cloudAbort.signal, () => {
        this.#cloud.startMs = this.#elapsedMs();
      }),
    );
    const startAfterMs = options.device?.startAfterMs ?? Number.POSITIVE_INFINITY;
    if (startAfterMs <= 0) this.#startDevice();
    else if (startAfterMs < options.slaMs) {
      this.#schedule('device', startAfterMs, () => this.#startDevice());
    }
  }

  /** Ends both runs; without an answer so far, with this error. */
  cancel(reason: unknown): void {
    this.#stop(this.#cloud, this.#cloudAbort);
    if (this.#decided) this.#settle();
    else this.#fail(reason);
  }

  #start<T>(run: Changing<Run<T>>, promise: Promise<T>): void {
    run.state = 'running';
    promise.then(
      (answer) => this.#end(run, { state: 'answered', answer }),
      (error) => this.#end(run, { state: 'failed', error }),
    );
  }

  #startDevice(): void {
    const { device } = this.#options;
    if (!device || this.#device?.state !== 'waiting') return;
    this.#device.startMs = this.#elapsedMs();
    const run = async () => ({
      model: device.model,
      predictions: await device.run(this.#deviceAbort.signal),
    });
    this.#start(this.#device, run());
  }

  #end<T>(run: Changing<Run<T>>, how: Partial<Run<T>>): void {
    // Cancelled before: nobody waits for it any more.
    if (run.state !== 'running') return;
    Object.assign(run, how, { endMs: this.#elapsedMs() });
    this.#decide(this.#expiredMs === undefined);
  }

  #expire(): void {
    this.#expiredMs = this.#elapsedMs();
    this.#schedule('late', this.#options.lateMs, () => {
      this.#stop(this.#cloud, this.#cloudAbort);
      this.#stop(this.#device, this.#deviceAbort);
      this.#decide(false);
    });
    this.#decide(true);
  }

  /** @param inTime - whether what has just happened was there at the deadline */
  #decide(inTime: boolean): void {
    if (this.#decided) {
      this.#settle();
      return;
    }
    const expired = this.#expiredMs !== undefined;
    if (expired || this.#cloud.state === 'failed') this.#startDevice();
    const decision = verdict({
      cloud: this.#cloud.state,
      device: this.#device?.state,
      expired,
      deviceIsBetter: this.#deviceIsBetter(),
    });
    if (decision === 'wait') return;
    const answer = decision === 'cloud' ? this.#cloud.answer : this.#device?.answer;
    if (decision !== 'none' && answer) this.#win(decision, answer, inTime);
    else this.#fail(this.#cloud.error ?? new SlaExceededError(this.#options.slaMs));
  }

  #deviceIsBetter(): boolean {
    const device = this.#options.device?.model.accuracyPct ?? Number.NEGATIVE_INFINITY;
    return device > (this.#cloud.answer?.model.accuracyPct ?? Number.POSITIVE_INFINITY);
  }

  #win(source: Source, { model, predictions }: DeviceAnswer, inTime: boolean): void {
    const { slaMs } = this.#options;
    this.#winner = source;
    this.#close();
    this.#resolve({
      predictions,
      source,
      model,
      inTime,
      timing: {
        slaMs,
        totalMs: this.#elapsedMs(),
        timerErrorMs: Math.max(0, (this.#expiredMs ?? slaMs) - slaMs),
      },
      race: this.#snapshot(),
    });
  }

  #fail(error: unknown): void {
    this.#close();
    if (error instanceof ClassifyError) error.race = this.#snapshot();
    this.#reject(error);
  }

  /**
   * The answer is known: the device need not go on; the cloud may, so that its lateness is learned.
   */
  #close(): void {
    this.#decided = true;
    this.#stop(this.#device, this.#deviceAbort);
    this.#clear('deadline');
    this.#clear('device');
    this.#settle();
  }

  #settle(): void {
    if (this.#settled || this.#cloud.state === 'running') return;
    this.#settled = true;
    this.#clear('late');
    this.#options.onSettled(this.#snapshot());
  }

  #stop(run: Changing<Run<unknown>> | undefined, controller: AbortController): void {
    if (run?.state !== 'running') return;
    run.state = 'cancelled';
    run.endMs = this.#elapsedMs();
    controller.abort();
  }

  #snapshot(): Race {
    return {
      slaMs: this.#options.slaMs,
      cloud: { ...this.#cloud },
      device: this.#device && { ...this.#device },
      winner: this.#winner,
    };
  }

  #elapsedMs(): number {
    return this.#options.time.nowMs() - this.#startedMs;
  }

  #schedule(name: 'deadline' | 'device' | 'late', delayMs: number, callback: () => void): void {
    this.#timers[name] = this.#options.time.setTimeout(callback, delayMs);
  }

  #clear(name: 'deadline' | 'device' | 'late'): void {
    this.#options.time.clearTimeout(this.#timers[name]);
  }
}
