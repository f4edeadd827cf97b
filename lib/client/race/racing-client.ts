import { check } from '../api/check-options.ts';
import type { ClientEvent, Emit } from '../api/events.ts';
import type { CommonOptions, RequestOptions } from '../api/options.ts';
import type { Destination, Sending } from '../api/pipeline.ts';
import { type ClientStatistics, Counters } from '../api/statistics.ts';
import type { Answered, Race, Readiness, RequestKind } from '../api/types.ts';
import { Cloud } from '../cloud/cloud.ts';
import type { Call } from '../cloud/http.ts';
import { aborted } from '../cloud/request.ts';
import { choose, DeviceModel, type RunModel } from '../device/on-device.ts';
import { RecentTimes } from '../time/recent-times.ts';
import { systemTime, type TimeSource } from '../time/time-source.ts';
import { TimerMargin } from '../time/timer-margin.ts';
import { RunningRace } from './race.ts';

/** The part of the SLA that a device may take to show that the cloud is not needed. */
const patience = 0.25;
/** How long before it is due the answer of a run that was put off is expected, in ms. */
const spareMs = 5;

/** What is opened of an input for one request. */
export interface Opened<Kind extends RequestKind> {
  /** For the models on the device. */
  readonly call: Kind['call'];
  /** Sends it to the cloud, by `post`. */
  send(
    post: (upload: Kind['upload']) => Promise<Kind['cloud']>,
    sending: Sending,
  ): Promise<Kind['cloud']>;
  /** Frees the memory. */
  close?(): void;
}

/** What is particular to requests of one kind. */
export interface Task<Kind extends RequestKind> {
  /** On the device. */
  readonly models: readonly Kind['model'][];
  readonly run: RunModel<Kind>;
  /** @throws TypeError when the input is none */
  inputOf(given: Kind['given'], options: Kind['options']): Kind['input'];
  /** @param service - where it will be sent, if it will */
  open(input: Kind['input'], service: Destination | undefined): Opened<Kind>;
  /** The request by which it is sent. */
  callOf(upload: Kind['upload']): Omit<Call, 'signal'>;
  /** What is handed over of an answer. */
  contentOf(answer: Kind['cloud'] | Kind['device']): Kind['content'];
  prepare?(service: Destination | undefined): Promise<void> | undefined;
  close?(): void;
}

/** Has the cloud and the device race for each request. */
export class RacingClient<Kind extends RequestKind> {
  readonly #options: CommonOptions<Kind>;
  readonly #task: Task<Kind>;
  readonly #time: TimeSource;
  readonly #emit: Emit<ClientEvent<Kind>>;
  readonly #cloud: Cloud;
  readonly #devices: readonly DeviceModel<Kind>[];
  /** The cloud, unless nothing may leave the device. */
  readonly #service: Cloud | undefined;
  readonly #asksWhenUnsure: boolean;
  readonly #margin = new TimerMargin();
  readonly #cloudTimes = new RecentTimes();
  readonly #counters = new Counters();
  /** What `close` has to end. */
  readonly #races = new Set<RunningRace<Kind>>();
  #requests = 0;
  #measuring: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: CommonOptions<Kind>, task: Task<Kind>) {
    const { time = systemTime, onEvent, mode, cloud } = options;
    this.#options = options;
    this.#task = task;
    this.#time = time;
    this.#emit = (event) => tell(onEvent, event);
    this.#cloud = new Cloud(options, time, this.#emit);
    this.#devices = task.models.map((model) => new DeviceModel(model, task.run, time, this.#emit));
    this.#service = mode === 'device-only' ? undefined : this.#cloud;
    this.#asksWhenUnsure = cloud === 'when-unsure';
  }

  /**
   * Asks for an answer within the SLA.
   *
   * @throws SlaExceededError, ApiError, NetworkError, MalformedAnswerError, DeviceModelError, what the
   *   task throws, or the signal's reason
   */
  async request(
    given: Kind['given'],
    options: RequestOptions<Kind> & Kind['options'] = {},
  ): Promise<Kind['content'] & Answered<Kind>> {
    const { slaMs = this.#options.slaMs, signal } = options;
    check({ slaMs });
    const input = this.#task.inputOf(given, options);
    const reason = () => signal?.reason ?? aborted('the request was aborted');
    if (this.#isClosed) throw aborted('the client is closed');
    if (signal?.aborted) throw reason();

    const request = ++this.#requests;
    this.#emit({ type: 'request', request, slaMs });
    const race = this.#race({ ...options, request, slaMs, input });
    const onAbort = () => race.cancel(reason());
    signal?.addEventListener('abort', onAbort);
    this.#refresh();
    try {
      const answer = await race.answer;
      this.#counters.answered(answer);
      this.#emit({ type: 'end', request, answer });
      return { ...answer, settled: race.settled };
    } catch (error) {
      if (!signal?.aborted && !this.#isClosed) this.#counters.failed();
      this.#emit({ type: 'end', request, error });
      throw error;
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }

  async prepare(
    options: {
      readonly slaMs?: number | undefined;
      readonly sample?: Kind['given'] | undefined;
    } & Kind['options'] = {},
  ): Promise<Readiness> {
    const { slaMs = this.#options.slaMs, sample } = options;
    check({ slaMs });
    const input = sample && this.#task.inputOf(sample, options);
    if (!this.#isClosed) {
      void this.#service?.prepare(slaMs);
      this.#refresh();
      await Promise.all([
        this.#task.prepare?.(this.#service),
        ...this.#devices.map((device) => device.prepare().catch(() => undefined)),
      ]);
      if (input) await this.#measure(input);
    }
    return { models: this.statistics().onDevice };
  }

  async feedback({ source, race }: Answered<Kind>, correct: boolean): Promise<boolean> {
    const { answer } = race.cloud;
    return source === 'cloud' && answer ? await this.#cloud.feedback(answer, correct) : false;
  }

  statistics(): ClientStatistics {
    const { slaMs } = this.#options;
    const chosen = choose(this.#devices, slaMs);
    return {
      ...this.#counters,
      cloudChance: this.#cloudTimes.chanceWithin(slaMs, this.#time.nowMs()),
      outputMs: this.#cloud.outputMs,
      clock: this.#cloud.clock,
      onDevice: this.#devices.map((device) => ({
        name: device.model.name,
        ready: device.isReady,
        error: device.loadError,
        measuredMs: device.measuredMs,
        chosen: device === chosen,
      })),
    };
  }

  close(): void {
    this.#isClosed = true;
    for (const race of this.#races) race.cancel(aborted('the client is closed'));
    this.#cloud.close();
    this.#task.close?.();
    for (const { model } of this.#devices) model.close?.();
  }

  #race({ slaMs, input, request, onInterim }: RunningRequest<Kind>): RunningRace<Kind> {
    const device = choose(this.#devices, slaMs);
    const opened = this.#task.open(input, this.#service);
    const { lateMs = 2_000, atDeadline = 'wait', sureFrom } = this.#options;
    const startMs = this.#time.nowMs();
    const endMs = startMs + slaMs;
    const race = new RunningRace<Kind>({
      slaMs,
      lateMs,
      atDeadline,
      margin: this.#margin,
      time: this.#time,
      cloud: this.#service && {
        startAfterMs: this.#asksWhenUnsure && device?.isReady ? slaMs * patience : 0,
        run: async (signal, onStart, answer) => {
          const deviceAccuracyPct = this.#toldAccuracyPct(device, answer);
          const sending = { time: this.#time, endMs, deviceAccuracyPct };
          const post = async (upload: Kind['upload']) => {
            // It may have been called off while the image was encoded.
            if (signal.aborted) throw signal.reason;
            onStart();
            this.#emit({ type: 'upload', request, upload });
            return await this.#cloud.infer<Kind['cloud']>(
              { ...this.#task.callOf(upload), signal },
              sending,
            );
          };
          return await opened.send(post, sending);
        },
      },
      device: device && {
        startAfterMs: this.#startAfterMs(device, slaMs),
        run: async (signal, onStart) => {
          onStart();
          const answer = await device.run(opened.call, signal);
          return { ...answer, elapsedMs: this.#time.nowMs() - startMs };
        },
      },
      // Whether the best that the cloud could do in the time left is better than the device's answer.
      isUnsure: ({ chance = 0 }) =>
        chance < (sureFrom ?? this.#cloud.bestAccuracyPct(endMs - this.#time.nowMs()) / 100),
      accuracyPctOf: (answer) => this.#accuracyPct(device, answer),
      contentOf: this.#task.contentOf,
      onEnd: (source, run) => {
        this.#emit({ type: 'run', request, source, run, late: (run.endMs ?? 0) > slaMs });
      },
      onInterim: (answer) => tell(onInterim, answer),
    });
    this.#races.add(race);
    void race.settled.then((end) => {
      this.#races.delete(race);
      opened.close?.();
      this.#learn(end);
      this.#measureIfNeeded(input);
    });
    return race;
  }

  /** How accurate the device's answer is, or would be, in percent. */
  #accuracyPct(device: DeviceModel<Kind> | undefined, answer: Kind['device'] | undefined): number {
    const chance = this.#asksWhenUnsure ? answer?.chance : undefined;
    return chance === undefined ? (device?.model.accuracyPct ?? 0) : 100 * chance;
  }

  /** What answers when the cloud does not, so that the server can weigh its risk by it. */
  #toldAccuracyPct(device: DeviceModel<Kind> | undefined, answer: Kind['device'] | undefined) {
    if (!device || this.#options.duplication === 'never') return undefined;
    return Number(this.#accuracyPct(device, answer).toFixed(2));
  }

  #startAfterMs(device: DeviceModel<Kind>, slaMs: number): number {
    const { duplication = 'always', chanceThreshold = 0.9 } = this.#options;
    if (!this.#service || this.#asksWhenUnsure || duplication === 'always') return 0;
    if (duplication === 'never') return Infinity;
    const chance = this.#cloudTimes.chanceWithin(slaMs, this.#time.nowMs());
    const dueMs = slaMs - this.#margin.of(slaMs);
    return chance > chanceThreshold ? dueMs - spareMs - device.expectedMs : 0;
  }

  #learn(race: Race<Kind>): void {
    this.#counters.settled(race, this.#service !== undefined);
    const { state, endMs = 0 } = race.cloud;
    const isAnswered = state === 'answered';
    // Nothing is known about a request that was not made, or was aborted before the deadline.
    if (!isAnswered && state !== 'failed' && endMs < race.slaMs) return;
    this.#cloudTimes.observe(isAnswered ? endMs : Infinity, this.#time.nowMs());
  }

  /** Measures the models on the device where their speed decides something. */
  #measureIfNeeded(input: Kind['input']): void {
    const isOneOfSeveral = this.#devices.length > 1;
    const decides = isOneOfSeveral || this.#options.duplication === 'when-needed';
    if (decides && !this.#isClosed) void this.#measure(input);
  }

  /** Measures the models that have not been, one at a time; never rejects. */
  async #measure(input: Kind['input']): Promise<void> {
    const unknown = this.#devices.filter(({ measuredMs }) => measuredMs === undefined);
    if (unknown.length === 0) return;
    this.#measuring ??= this.#measureAll(unknown, input).finally(() => {
      this.#measuring = undefined;
    });
    await this.#measuring;
  }

  async #measureAll(devices: readonly DeviceModel<Kind>[], input: Kind['input']): Promise<void> {
    const opened = this.#task.open(input, undefined);
    for (const device of devices) await device.measure(opened.call);
    opened.close?.();
  }

  /** In parallel with a request, never before it. */
  #refresh(): void {
    void this.#service?.refresh();
    if (this.#asksWhenUnsure) void this.#service?.refreshModels();
  }
}

/** One request. */
interface RunningRequest<Kind extends RequestKind> extends RequestOptions<Kind> {
  readonly request: number;
  readonly slaMs: number;
  readonly input: Kind['input'];
}

/** Calls the app back; what it throws there costs nobody the answer. */
function tell<T>(listener: ((value: T) => void) | undefined, value: T): void {
  try {
    listener?.(value);
  } catch {
    // It is the app's own.
  }
}
