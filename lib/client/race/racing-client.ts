import { check } from '../api/check-options.ts';
import type { EncodedImage } from '../api/codec.ts';
import type { ClientEvent, Emit } from '../api/events.ts';
import type { CommonOptions, RequestOptions } from '../api/options.ts';
import type { Destination, PipelineImage, Sending } from '../api/pipeline.ts';
import { type ClientStatistics, Counters } from '../api/statistics.ts';
import type { Answered, ImageKind, Race, Readiness, RequestKind } from '../api/types.ts';
import type { Upload } from '../api/upload-settings.ts';
import { Cloud } from '../cloud/cloud.ts';
import { aborted } from '../cloud/request.ts';
import { choose, DeviceModel, type RunModel } from '../device/on-device.ts';
import { RecentTimes } from '../time/recent-times.ts';
import { systemTime, type TimeSource } from '../time/time-source.ts';
import { TimerMargin } from '../time/timer-margin.ts';
import { RunningRace } from './race.ts';

const rawTensor = 'application/octet-stream';
/** Pixels of the shorter side that most models need. */
const usualSide = 256;
/** The part of the SLA that a device may take to show that the cloud is not needed. */
const patience = 0.25;
/** How long before it is due the answer of a run that was put off is expected, in ms. */
const spareMs = 5;

/** An input of one request, opened for whoever needs it. */
export interface Opened<Kind extends RequestKind> {
  /** Decodes it for a model on the device; absent where there is nothing to decode. */
  readonly pixels?: PipelineImage['pixels'] | undefined;
  /** Sends it to the cloud, by `post`. */
  send(
    post: (upload: Kind['upload']) => Promise<Kind['cloud']>,
    sending: Sending,
  ): Promise<Kind['cloud']>;
  /** Frees the memory. */
  close(): void;
}

/** Gets inputs ready for the models, on the device and in the cloud. */
export interface Pipeline<Kind extends RequestKind> {
  prepare?(upload: Upload | undefined, service: Destination | undefined): Promise<void>;
  open(
    input: Kind['input'],
    shorterSide: number,
    upload: Upload | undefined,
    service: Destination | undefined,
  ): Opened<Kind>;
  close?(): void;
}

/** What is particular to requests of one kind. */
export interface Task<Kind extends RequestKind> {
  /** On the device. */
  readonly models: readonly Kind['model'][];
  readonly run: RunModel<Kind>;
  /** @throws TypeError when the input is none */
  readonly inputOf: (given: Kind['given'], options: Kind['options']) => Kind['input'];
  readonly images?: Pipeline<Kind> | undefined;
  /** What is sent without them. */
  readonly plain: (input: Kind['input']) => Kind['upload'];
  readonly upload?: Upload | undefined;
  /** What the device calls the indices of predictions, where there are any. */
  readonly labels?: readonly string[] | undefined;
  /** The part of an answer that is handed over. */
  readonly content: keyof Kind['content'];
}

/** Has the cloud and the device race for each request. */
export class RacingClient<Kind extends RequestKind> {
  readonly #options: CommonOptions<Kind> & Task<Kind>;
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
  /** What the device calls its indices, until the service has called one otherwise. */
  #labels: readonly string[] | undefined;
  #requests = 0;
  #measuring: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: CommonOptions<Kind> & Task<Kind>) {
    const { time = systemTime, onEvent, mode, cloud, models, run, labels } = options;
    this.#options = options;
    this.#time = time;
    this.#labels = labels;
    this.#emit = (event) => tell(onEvent, event);
    this.#cloud = new Cloud(options, time, this.#emit);
    this.#devices = models.map((model) => new DeviceModel<Kind>(model, run, time, this.#emit));
    this.#service = mode === 'device-only' ? undefined : this.#cloud;
    this.#asksWhenUnsure = cloud === 'when-unsure';
  }

  /**
   * Asks for an answer within the SLA, whatever the kind of request calls that.
   *
   * @throws SlaExceededError, ApiError, NetworkError, MalformedAnswerError, DeviceModelError, what the
   *   task throws, or the signal's reason
   */
  async classify(
    given: Kind['given'],
    options: RequestOptions<Kind> & Kind['options'] = {},
  ): Promise<Kind['content'] & Answered<Kind>> {
    const { slaMs = this.#options.slaMs, signal } = options;
    check({ slaMs });
    const input = this.#options.inputOf(given, options);
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
    const input = sample && this.#options.inputOf(sample, options);
    if (!this.#isClosed) {
      void this.#service?.prepare(slaMs);
      this.#refresh();
      await Promise.all([
        this.#options.images?.prepare?.(this.#options.upload, this.#service),
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
        ready: device.ready,
        error: device.error,
        measuredMs: device.measuredMs,
        chosen: device === chosen,
      })),
    };
  }

  close(): void {
    this.#isClosed = true;
    for (const race of this.#races) race.cancel(aborted('the client is closed'));
    this.#cloud.close();
    this.#options.images?.close?.();
    for (const { model } of this.#devices) model.close?.();
  }

  #race({ slaMs, input, request, onInterim }: RunningRequest<Kind>): RunningRace<Kind> {
    const device = choose(this.#devices, slaMs);
    const opened = this.#open(input);
    const { lateMs = 2_000, atDeadline = 'wait', sureFrom, content, plain } = this.#options;
    const startMs = this.#time.nowMs();
    const endMs = startMs + slaMs;
    const race = new RunningRace<Kind>({
      slaMs,
      lateMs,
      atDeadline,
      margin: this.#margin,
      time: this.#time,
      cloud: this.#service && {
        startAfterMs: this.#asksWhenUnsure && device?.ready ? slaMs * patience : 0,
        run: async (signal, onStart, answer) => {
          // What answers when the cloud does not, so that the server can weigh its risk by it.
          const deviceAccuracyPct =
            device && this.#options.duplication !== 'never'
              ? Number(this.#accuracyPct(device, answer).toFixed(2))
              : undefined;
          const sending = { time: this.#time, endMs, deviceAccuracyPct };
          const post = async (upload: Kind['upload']) => {
            // It may have been called off while the image was encoded.
            if (signal.aborted) throw signal.reason;
            onStart();
            this.#emit({ type: 'upload', request, upload });
            return await this.#cloud.infer<Kind['cloud']>({
              ...(upload as Kind['upload'] & EncodedImage),
              ...sending,
              signal,
            });
          };
          return await (opened ? opened.send(post, sending) : post(plain(input)));
        },
      },
      device: device && {
        startAfterMs: this.#startAfterMs(device, slaMs),
        run: async (signal, onStart) => {
          onStart();
          const answer = await device.run({ ...input, pixels: opened?.pixels }, signal);
          return { ...answer, elapsedMs: this.#time.nowMs() - startMs };
        },
      },
      // Whether the best that the cloud could do in the time left is better than the device's answer.
      isUnsure: ({ chance = 0 }) =>
        chance < (sureFrom ?? this.#cloud.bestAccuracyPct(endMs - this.#time.nowMs()) / 100),
      accuracyPctOf: (answer) => this.#accuracyPct(device, answer),
      content,
      onEnd: (source, run) => {
        this.#emit({ type: 'run', request, source, run, late: (run.endMs ?? 0) > slaMs });
        if (source === 'cloud') this.#compareLabels(run.answer as Partial<ImageKind['content']>);
      },
      onInterim: (answer) => tell(onInterim, answer),
    });
    this.#races.add(race);
    void race.settled.then((end) => {
      this.#races.delete(race);
      opened?.close();
      this.#learn(end);
      // Where the speed of the models on the device decides something.
      const decides = this.#devices.length > 1 || this.#options.duplication === 'when-needed';
      if (decides && !this.#isClosed) void this.#measure(input);
    });
    return race;
  }

  /** How accurate the device's answer is, or would be, in percent. */
  #accuracyPct(device: DeviceModel<Kind> | undefined, answer: Kind['device'] | undefined): number {
    const chance = this.#asksWhenUnsure ? answer?.chance : undefined;
    return chance === undefined ? (device?.model.accuracyPct ?? 0) : 100 * chance;
  }

  #startAfterMs(device: DeviceModel<Kind>, slaMs: number): number {
    const { duplication, chanceThreshold = 0.9 } = this.#options;
    if (!this.#service || this.#asksWhenUnsure) return 0;
    if (duplication === 'never') return Infinity;
    if (duplication !== 'when-needed') return 0;
    const chance = this.#cloudTimes.chanceWithin(slaMs, this.#time.nowMs());
    const dueMs = slaMs - this.#margin.of(slaMs);
    return chance > chanceThreshold ? dueMs - spareMs - device.expectedMs : 0;
  }

  /** Told once: a page with the catalogue of another version would show wrong ones. */
  #compareLabels(answer: Partial<ImageKind['content']> | undefined): void {
    for (const { index, label: inCloud } of answer?.predictions ?? []) {
      const onDevice = this.#labels?.[index];
      if (this.#labels && onDevice !== inCloud) {
        this.#labels = undefined;
        this.#emit({ type: 'labels-differ', index, onDevice, inCloud });
      }
    }
  }

  #learn(race: Race<Kind>): void {
    this.#counters.settled(race, this.#service !== undefined);
    const { state, endMs = 0 } = race.cloud;
    const isAnswered = state === 'answered';
    // Nothing is known about a request that was not made, or was aborted before the deadline.
    if (!isAnswered && state !== 'failed' && endMs < race.slaMs) return;
    this.#cloudTimes.observe(isAnswered ? endMs : Infinity, this.#time.nowMs());
  }

  #open(input: Kind['input']): Opened<Kind> | undefined {
    const { images, upload, models } = this.#options;
    if (input.contentType === rawTensor) return undefined;
    const sides = models.map(({ shorterSide = usualSide }) => shorterSide);
    return images?.open(input, Math.max(usualSide, ...sides), upload, this.#service);
  }

  /** Measures the models that have not been, one at a time; never rejects. */
  async #measure(input: Kind['input']): Promise<void> {
    const unknown = this.#devices.filter(({ measuredMs }) => measuredMs === undefined);
    if (unknown.length === 0) return;
    this.#measuring ??= (async () => {
      const opened = this.#open(input);
      for (const device of unknown) await device.measure({ ...input, pixels: opened?.pixels });
      opened?.close();
      this.#measuring = undefined;
    })();
    await this.#measuring;
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
export function tell<T>(listener: ((value: T) => void) | undefined, value: T): void {
  try {
    listener?.(value);
  } catch {
    // It is the app's own.
  }
}
