import type { InferResponse } from '../../core/contract/messages.ts';
import { ClassifyError, SlaExceededError } from '../api/errors.ts';
import type { AtDeadline } from '../api/options.ts';
import type { Classification, DeviceAnswer, Race, Run, Source } from '../api/types.ts';
import type { TimeSource } from '../time/time-source.ts';
import type { TimerMargin } from '../time/timer-margin.ts';
import { verdict } from './verdict.ts';

type Answer = Omit<Classification, 'settled'>;
type Changing<T> = { -readonly [Key in keyof T]: T[Key] };

/** The contestants of a race, and its limits. */
export interface RaceOptions {
  readonly slaMs: number;
  /** By how much an answer that is there is handed over before the SLA ends; learns from the timer. */
  readonly margin: Pick<TimerMargin, 'of' | 'observe'>;
  /** How long to wait for the runs after the deadline, in ms. */
  readonly lateMs: number;
  readonly atDeadline: AtDeadline;
  readonly time: TimeSource;
  /**
   * Absent when the cloud is not asked.
   *
   * @param onUpload - to be called when the upload begins
   * @param answer - the device's, if it is there already
   */
  readonly cloud?:
    | ((
        signal: AbortSignal,
        onUpload: () => void,
        answer: DeviceAnswer | undefined,
      ) => Promise<InferResponse>)
    | undefined;
  /** How long the device may take to show that the cloud is not needed, in ms; 0: no time. */
  readonly patienceMs: number;
  /** Whether the cloud is to be asked though the device has this answer. */
  readonly isUnsure: (answer: DeviceAnswer) => boolean;
  readonly device?:
    | {
        /**
         * When the run begins, in ms from now; `Infinity`: only when the cloud has failed, or at the
         * deadline.
         */
        readonly startAfterMs: number;
        readonly run: (signal: AbortSignal) => Promise<Omit<DeviceAnswer, 'elapsedMs'>>;
        /** How accurate its answer is, in percent. */
        readonly accuracyPctOf: (answer: DeviceAnswer | undefined) => number;
      }
    | undefined;
  /** Called when a run has an answer, or has failed: before the deadline or after it. */
  readonly onEnd: (source: Source, run: Run<InferResponse | DeviceAnswer>) => void;
  /** Called with the device's answer when the cloud's is still being waited for. */
  readonly onInterim: (answer: DeviceAnswer) => void;
}

/** One `classify`: two runs, one deadline, one answer. Every event asks {@link verdict} what it means. */
export class RunningRace {
  /** Rejects with a {@link ClassifyError}, or with the reason of {@link cancel}. */
  readonly answer: Promise<Answer>;
  /** The race when both runs have ended; never rejects. */
  readonly settled: Promise<Race>;
  readonly #options: RaceOptions;
  readonly #startedMs: number;
  readonly #cloud: Changing<Run<InferResponse>>;
  readonly #device: Changing<Run<DeviceAnswer>> | undefined;
  readonly #aborts = { cloud: new AbortController(), device: new AbortController() };
  readonly #timers: unknown[] = [];
  #isDue = false;
  #isOver = false;
  #timerErrorMs = 0;
  #decided = false;
  #winner: Source | undefined;
  #resolve!: (answer: Answer) => void;
  #reject!: (error: unknown) => void;
  #resolveSettled!: (race: Race) => void;

  constructor(options: RaceOptions) {
    const { slaMs, margin, lateMs, cloud, device, patienceMs, atDeadline } = options;
    this.#options = options;
    this.#startedMs = options.time.nowMs();
    this.#cloud = { state: cloud ? 'waiting' : 'skipped' };
    this.#device = device && { state: 'waiting' };
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.settled = new Promise((resolve) => {
      this.#resolveSettled = resolve;
    });
    const dueMs = slaMs - margin.of(slaMs);
    this.#at(dueMs, () => this.#due(dueMs));
    this.#at(atDeadline === 'fail' ? dueMs : slaMs, () => this.#over());
    this.#at(slaMs + lateMs, () => this.#giveUp());
    // The upload goes first: a model on the device may block the thread.
    this.#at(device ? patienceMs : 0, () => this.#startCloud());
    this.#at(device?.startAfterMs ?? Infinity, () => this.#startDevice());
  }

  /** Ends both runs; without an answer so far, with this error. */
  cancel(reason: unknown): void {
    this.#stop('cloud');
    if (this.#decided) this.#settle();
    else this.#fail(reason);
  }

  #start<T>(
    source: Source,
    run: Changing<Run<T>> | undefined,
    begin: (signal: AbortSignal) => Promise<T>,
  ): void {
    if (run?.state !== 'waiting' || this.#decided) return;
    run.state = 'running';
    begin(this.#aborts[source].signal).then(
      (answer) => this.#end(source, run, { state: 'answered', answer }),
      (error) => this.#end(source, run, { state: 'failed', error }),
    );
  }

  #startCloud(): void {
    const { cloud } = this.#options;
    const run = this.#cloud;
    const onUpload = () => {
      run.startMs = this.#elapsedMs();
    };
    if (cloud) this.#start('cloud', run, (signal) => cloud(signal, onUpload, this.#device?.answer));
  }

  #startDevice(): void {
    const { device } = this.#options;
    const run = this.#device;
    if (!device || !run) return;
    this.#start('device', run, async (signal) => {
      run.startMs = this.#elapsedMs();
      return { ...(await device.run(signal)), elapsedMs: this.#elapsedMs() };
    });
  }

  #end<T>(source: Source, run: Changing<Run<T>>, how: Partial<Run<T>>): void {
    // Cancelled before: nobody waits for it any more.
    if (run.state !== 'running') return;
    Object.assign(run, how, { endMs: this.#elapsedMs() });
    this.#options.onEnd(source, { ...run } as Run<never>);
    const answer = source === 'device' ? this.#device?.answer : undefined;
    // The device has run first: it was sure, and nothing is uploaded, or the upload begins now.
    if (answer && this.#cloud.state === 'waiting' && !this.#options.isUnsure(answer)) {
      this.#cloud.state = 'skipped';
    }
    this.#startCloud();
    this.#decide();
    if (answer && !this.#decided) this.#options.onInterim(answer);
  }

  #due(plannedMs: number): void {
    const { margin, time } = this.#options;
    this.#timerErrorMs = Math.max(0, this.#elapsedMs() - plannedMs);
    margin.observe(this.#timerErrorMs, time.nowMs());
    this.#isDue = true;
    this.#decide();
  }

  #over(): void {
    this.#isOver = true;
    if (this.#options.atDeadline === 'fail') this.#stop('device');
    this.#decide();
  }

  #giveUp(): void {
    this.#stop('cloud');
    this.#stop('device');
    this.#decide();
  }

  #decide(): void {
    if (this.#decided) {
      this.#settle();
      return;
    }
    if (this.#isDue || this.#cloud.state === 'failed') this.#startDevice();
    const decision = verdict({
      cloud: this.#cloud.state,
      device: this.#device?.state,
      isDue: this.#isDue,
      isOver: this.#isOver,
      deviceIsBetter: this.#deviceIsBetter(),
    });
    if (decision === 'wait') return;
    const answer = decision === 'cloud' ? this.#cloud.answer : this.#device?.answer;
    if (decision !== 'none' && answer) this.#win(decision, answer);
    else this.#fail(this.#failure());
  }

  #deviceIsBetter(): boolean {
    const { answer } = this.#cloud;
    const onDevice = this.#options.device?.accuracyPctOf(this.#device?.answer);
    return answer !== undefined && onDevice !== undefined && onDevice > answer.model.accuracyPct;
  }

  #failure(): unknown {
    const deviceOnly = this.#cloud.state === 'skipped';
    const error = this.#cloud.error ?? (deviceOnly ? this.#device?.error : undefined);
    return error ?? new SlaExceededError(this.#options.slaMs);
  }

  #win(source: Source, { model, predictions }: Pick<DeviceAnswer, 'model' | 'predictions'>): void {
    const { slaMs } = this.#options;
    this.#winner = source;
    this.#close();
    const totalMs = this.#elapsedMs();
    this.#resolve({
      predictions,
      source,
      model,
      inTime: totalMs <= slaMs,
      timing: { slaMs, totalMs, timerErrorMs: this.#timerErrorMs },
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
    this.#stop('device');
    this.#settle();
  }

  #settle(): void {
    if (this.#cloud.state === 'running') return;
    for (const timer of this.#timers) this.#options.time.clearTimeout(timer);
    this.#resolveSettled(this.#snapshot());
  }

  #stop(source: Source): void {
    const run = source === 'cloud' ? this.#cloud : this.#device;
    if (run?.state !== 'running') return;
    run.state = 'cancelled';
    run.endMs = this.#elapsedMs();
    this.#aborts[source].abort();
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

  /** Does something so many ms after now; never when the race has settled by then. */
  #at(delayMs: number, callback: () => void): void {
    const { time } = this.#options;
    if (delayMs <= 0) callback();
    else if (Number.isFinite(delayMs)) this.#timers.push(time.setTimeout(callback, delayMs));
  }
}
