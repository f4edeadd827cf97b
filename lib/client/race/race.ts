import { ClassifyError, SlaExceededError } from '../api/errors.ts';
import type { AtDeadline } from '../api/options.ts';
import type { Answered, Race, RequestKind, Run, Source } from '../api/types.ts';
import type { TimeSource } from '../time/time-source.ts';
import type { TimerMargin } from '../time/timer-margin.ts';
import { verdict } from './verdict.ts';

type Answer<Kind extends RequestKind> = Kind['content'] & Omit<Answered<Kind>, 'settled'>;
type Changing<T> = { -readonly [Key in keyof T]: T[Key] };

/** Who may answer, and what. */
export interface Contestant<Kind extends RequestKind, T> {
  /**
   * When its run begins, in ms from now; `Infinity`: only when the other has failed, or at the deadline.
   */
  readonly startAfterMs: number;
  /**
   * @param onStart - to be called when what counts as the run begins: the upload, or the model
   * @param answer - the device's, if it is there already
   */
  readonly run: (
    signal: AbortSignal,
    onStart: () => void,
    answer: Kind['device'] | undefined,
  ) => Promise<T>;
}

/** The contestants of a race, and its limits. */
export interface RaceOptions<Kind extends RequestKind> {
  readonly slaMs: number;
  /** How long to wait for the runs after the deadline, in ms. */
  readonly lateMs: number;
  readonly atDeadline: AtDeadline;
  /** By how much an answer that is there is handed over before the SLA ends; learns from the timer. */
  readonly margin: Pick<TimerMargin, 'of' | 'observe'>;
  readonly time: TimeSource;
  /** Absent when the cloud is not asked. It begins when the device has answered, if not before. */
  readonly cloud?: Contestant<Kind, Kind['cloud']> | undefined;
  readonly device?: Contestant<Kind, Kind['device']> | undefined;
  /** Whether the cloud is to be asked though the device has this answer. */
  readonly isUnsure: (answer: Kind['device']) => boolean;
  /** How accurate the device's answer is, or would be, in percent. */
  readonly accuracyPctOf: (answer: Kind['device'] | undefined) => number;
  /** The part of an answer that is handed over. */
  readonly content: keyof Kind['content'];
  /** Called when a run has an answer, or has failed: before the deadline or after it. */
  readonly onEnd: (source: Source, run: Run<Kind['cloud'] | Kind['device']>) => void;
  /** Called with the device's answer when the cloud's is still being waited for. */
  readonly onInterim: (answer: Kind['device']) => void;
}

/** One request: two runs, one deadline, one answer. Every event asks {@link verdict} what it means. */
export class RunningRace<Kind extends RequestKind> {
  /** Rejects with a {@link ClassifyError}, or with the reason of {@link cancel}. */
  declare readonly answer: Promise<Answer<Kind>>;
  /** The race when both runs have ended; never rejects. */
  declare readonly settled: Promise<Race<Kind>>;
  readonly #options: RaceOptions<Kind>;
  readonly #startedMs: number;
  readonly #runs: {
    readonly cloud: Changing<Run<Kind['cloud']>>;
    readonly device: Changing<Run<Kind['device']>> | undefined;
  };
  readonly #aborts = { cloud: new AbortController(), device: new AbortController() };
  readonly #timers: unknown[] = [];
  #isDue = false;
  #isOver = false;
  #timerErrorMs = 0;
  #decided = false;
  #winner: Source | undefined;
  #resolve!: (answer: Answer<Kind>) => void;
  #reject!: (error: unknown) => void;
  #resolveSettled!: (race: Race<Kind>) => void;

  constructor(options: RaceOptions<Kind>) {
    const { slaMs, margin, lateMs, cloud, device, atDeadline, time } = options;
    this.#options = options;
    this.#startedMs = time.nowMs();
    this.#runs = {
      cloud: { state: cloud ? 'waiting' : 'skipped' },
      device: device && { state: 'waiting' },
    };
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.settled = new Promise((resolve) => {
      this.#resolveSettled = resolve;
    });
    const dueMs = slaMs - margin.of(slaMs);
    this.#at(dueMs, () => {
      this.#timerErrorMs = Math.max(0, this.#elapsedMs() - dueMs);
      margin.observe(this.#timerErrorMs, time.nowMs());
      this.#isDue = true;
      this.#decide();
    });
    this.#at(atDeadline === 'fail' ? dueMs : slaMs, () => {
      this.#isOver = true;
      if (atDeadline === 'fail') this.#stop('device');
      this.#decide();
    });
    this.#at(slaMs + lateMs, () => {
      this.#stop('cloud');
      this.#stop('device');
      this.#decide();
    });
    // The upload goes first: a model on the device may block the thread.
    if (cloud) this.#at(cloud.startAfterMs, () => this.#start('cloud'));
    if (device) this.#at(device.startAfterMs, () => this.#start('device'));
  }

  /** Ends both runs; without an answer so far, with this error. */
  cancel(reason: unknown): void {
    this.#stop('cloud');
    if (this.#decided) this.#settle();
    else this.#fail(reason);
  }

  #start(source: Source): void {
    const contestant = this.#options[source];
    const run = this.#runs[source];
    if (!contestant || run?.state !== 'waiting' || this.#decided) return;
    run.state = 'running';
    const onStart = () => {
      run.startMs = this.#elapsedMs();
    };
    contestant.run(this.#aborts[source].signal, onStart, this.#runs.device?.answer).then(
      (answer) => this.#end(source, run, { state: 'answered', answer }),
      (error) => this.#end(source, run, { state: 'failed', error }),
    );
  }

  #end(
    source: Source,
    run: Changing<Run<unknown>>,
    how: Run<Kind['cloud'] | Kind['device']>,
  ): void {
    // Cancelled before: nobody waits for it any more.
    if (run.state !== 'running') return;
    const ended = Object.assign(run, how, { endMs: this.#elapsedMs() });
    this.#options.onEnd(source, { ...ended });
    const { cloud, device } = this.#runs;
    const answer = source === 'device' ? device?.answer : undefined;
    // The device has run first: it was sure, and nothing is uploaded, or the upload begins now.
    if (answer && cloud.state === 'waiting' && !this.#options.isUnsure(answer)) {
      cloud.state = 'skipped';
    }
    this.#start('cloud');
    this.#decide();
    if (answer && !this.#decided) this.#options.onInterim(answer);
  }

  #decide(): void {
    if (this.#decided) {
      this.#settle();
      return;
    }
    const { cloud, device } = this.#runs;
    if (this.#isDue || cloud.state === 'failed') this.#start('device');
    const deviceIsBetter =
      this.#options.accuracyPctOf(device?.answer) > (cloud.answer?.model.accuracyPct ?? 100);
    const decision = verdict(cloud.state, device?.state, this.#isDue, this.#isOver, deviceIsBetter);
    if (decision === 'wait') return;
    const answer = decision !== 'none' && this.#runs[decision]?.answer;
    if (answer) this.#win(decision, answer);
    else {
      const error = cloud.state === 'skipped' ? device?.error : cloud.error;
      this.#fail(error ?? new SlaExceededError(this.#options.slaMs));
    }
  }

  #win(source: Source, answer: Kind['cloud'] | Kind['device']): void {
    const { slaMs, content } = this.#options;
    this.#winner = source;
    this.#close();
    const totalMs = this.#elapsedMs();
    this.#resolve({
      [content]: answer[content as keyof typeof answer],
      source,
      model: answer.model,
      inTime: totalMs <= slaMs,
      timing: { slaMs, totalMs, timerErrorMs: this.#timerErrorMs },
      race: this.#snapshot(),
    } as Answer<Kind>);
  }

  #fail(error: unknown): void {
    this.#close();
    if (error instanceof ClassifyError) error.race = this.#snapshot() as unknown as Race;
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
    if (this.#runs.cloud.state === 'running') return;
    for (const timer of this.#timers) this.#options.time.clearTimeout(timer);
    this.#resolveSettled(this.#snapshot());
  }

  #stop(source: Source): void {
    const run = this.#runs[source];
    if (run?.state !== 'running') return;
    run.state = 'cancelled';
    run.endMs = this.#elapsedMs();
    this.#aborts[source].abort();
  }

  #snapshot(): Race<Kind> {
    const { cloud, device } = this.#runs;
    return {
      slaMs: this.#options.slaMs,
      cloud: { ...cloud },
      device: device && { ...device },
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
    else if (delayMs < Infinity) this.#timers.push(time.setTimeout(callback, delayMs));
  }
}
