import { check, checkOptions, modelsOf } from './api/check-options.ts';
import type { Emit } from './api/events.ts';
import type { DeviceInput, ImageInput } from './api/image.ts';
import type { ClassifyOptions, Client, ClientOptions, PrepareOptions } from './api/options.ts';
import type { Destination, ImagePipeline, PipelineImage, UploadedImage } from './api/pipeline.ts';
import { type ClientStatistics, Counters } from './api/statistics.ts';
import type { Classification, DeviceAnswer, Prediction, Race, Readiness } from './api/types.ts';
import type { Upload } from './api/upload-settings.ts';
import { Cloud } from './cloud/cloud.ts';
import { plainUpload } from './cloud/plain-upload.ts';
import { aborted, describe } from './cloud/request.ts';
import { choose, DeviceModel } from './device/on-device.ts';
import { RunningRace } from './race/race.ts';
import { RecentTimes } from './time/recent-times.ts';
import { systemTime, type TimeSource } from './time/time-source.ts';
import { TimerMargin } from './time/timer-margin.ts';

const rawTensor = 'application/octet-stream';
/** Pixels of the shorter side that most models need. */
const usualSide = 256;
/** The part of the SLA that a device may take to show that the cloud is not needed. */
const patience = 0.25;
/** How long before it is due the answer of a run that was put off is expected, in ms. */
const spareMs = 5;

/**
 * Makes a client of a service. It does nothing before its first call.
 *
 * @throws TypeError or RangeError when an option is missing, misspelt or out of range
 *
 * @example
 * ```ts
 * import { createClient } from '@mdinference/client';
 *
 * const client = createClient({
 *   endpoint: 'https://abc123.execute-api.eu-central-1.amazonaws.com',
 *   slaMs: 250,
 * });
 *
 * const photo = await (await fetch('https://example.com/photo.jpg')).blob();
 * const { predictions, source, timing } = await client.classify(photo);
 * console.log(`${predictions[0]?.label}, by the ${source}, after ${timing.totalMs} ms`);
 * client.close();
 * ```
 */
export function createClient(options: ClientOptions): Client {
  checkOptions(options);
  return new RacingClient(options);
}

class RacingClient implements Client {
  readonly #options: ClientOptions;
  readonly #time: TimeSource;
  readonly #emit: Emit;
  readonly #cloud: Cloud;
  readonly #devices: readonly DeviceModel[];
  readonly #images: ImagePipeline | undefined;
  readonly #usesCloud: boolean;
  /** How images are uploaded, and where to. */
  readonly #uploads: readonly [Upload | undefined, Destination | undefined];
  readonly #asksWhenUnsure: boolean;
  readonly #margin = new TimerMargin();
  readonly #cloudTimes = new RecentTimes();
  readonly #counters = new Counters();
  /** What `close` has to end. */
  readonly #races = new Set<RunningRace>();
  #requests = 0;
  #measuring: Promise<void> | undefined;
  /** What the device calls its indices, until that has been compared with what the service says. */
  #labels: readonly string[] | undefined;
  #isClosed = false;

  constructor(options: ClientOptions) {
    const { time = systemTime, onEvent, images, mode, cloud, upload } = options;
    const models = modelsOf(options);
    this.#options = options;
    this.#time = time;
    this.#emit = (event) => tell(onEvent, event);
    this.#cloud = new Cloud(options, time, this.#emit);
    this.#devices = models.map((model) => new DeviceModel(model, time, this.#emit));
    this.#images = images ?? models.find((model) => model.images)?.images;
    this.#labels = models.find((model) => model.labels)?.labels;
    this.#usesCloud = mode !== 'device-only';
    this.#uploads = [upload, this.#usesCloud ? this.#cloud : undefined];
    this.#asksWhenUnsure = cloud === 'when-unsure';
  }

  async classify(image: ImageInput, options: ClassifyOptions = {}): Promise<Classification> {
    const { slaMs = this.#options.slaMs, signal, contentType } = options;
    check({ slaMs });
    const input = describe(image, contentType);
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

  async prepare(options: PrepareOptions = {}): Promise<Readiness> {
    const { slaMs = this.#options.slaMs, sample, contentType } = options;
    check({ slaMs });
    const input = sample && describe(sample, contentType);
    if (!this.#isClosed) {
      if (this.#usesCloud) void this.#cloud.prepare(slaMs);
      this.#refresh();
      await Promise.all([
        this.#images?.prepare?.(...this.#uploads),
        ...this.#devices.map((device) => device.prepare().catch(() => undefined)),
      ]);
      if (input) await this.#measure(input);
    }
    return { models: this.statistics().onDevice };
  }

  async feedback({ source, race }: Classification, correct: boolean): Promise<boolean> {
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
    this.#images?.close?.();
    for (const { model } of this.#devices) model.close?.();
  }

  #race({ slaMs, input, request, onInterim }: ClassifyCall): RunningRace {
    const device = choose(this.#devices, slaMs);
    const opened = this.#open(input);
    const { lateMs = 2_000, atDeadline = 'wait', sureFrom } = this.#options;
    const startMs = this.#time.nowMs();
    const endMs = startMs + slaMs;
    const race = new RunningRace({
      slaMs,
      lateMs,
      atDeadline,
      margin: this.#margin,
      time: this.#time,
      cloud: this.#usesCloud
        ? {
            startAfterMs: this.#asksWhenUnsure && device?.isReady ? slaMs * patience : 0,
            run: async (signal, onStart, answer) => {
              const deviceAccuracyPct = this.#toldAccuracyPct(device, answer);
              const sending = { time: this.#time, endMs, deviceAccuracyPct };
              const post = async (upload: UploadedImage) => {
                // It may have been called off while the image was encoded.
                if (signal.aborted) throw signal.reason;
                onStart();
                this.#emit({ type: 'upload', request, upload });
                return await this.#cloud.infer({ ...upload, ...sending, signal });
              };
              return await (opened ? opened.send(post, sending) : post(plainUpload(input)));
            },
          }
        : undefined,
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
      onEnd: (source, run) => {
        this.#emit({ type: 'run', request, source, run, late: (run.endMs ?? 0) > slaMs });
        if (source === 'cloud') this.#compareLabels(run.answer?.predictions);
      },
      onInterim: (answer) => tell(onInterim, answer),
    });
    this.#races.add(race);
    void race.settled.then((end) => {
      this.#races.delete(race);
      opened?.close();
      this.#learn(end);
      this.#measureIfNeeded(input);
    });
    return race;
  }

  #open(input: DeviceInput): PipelineImage | undefined {
    if (input.contentType === rawTensor) return undefined;
    const sides = this.#devices.map(({ model }) => model.shorterSide ?? usualSide);
    return this.#images?.open(input, Math.max(usualSide, ...sides), ...this.#uploads);
  }

  /** How accurate the device's answer is, or would be, in percent. */
  #accuracyPct(device: DeviceModel | undefined, answer: DeviceAnswer | undefined): number {
    const chance = this.#asksWhenUnsure ? answer?.chance : undefined;
    return chance === undefined ? (device?.model.accuracyPct ?? 0) : 100 * chance;
  }

  /** What answers when the cloud does not, so that the server can weigh its risk by it. */
  #toldAccuracyPct(device: DeviceModel | undefined, answer: DeviceAnswer | undefined) {
    if (!device || this.#options.duplication === 'never') return undefined;
    return Number(this.#accuracyPct(device, answer).toFixed(2));
  }

  #startAfterMs(device: DeviceModel, slaMs: number): number {
    const { duplication = 'always', chanceThreshold = 0.9 } = this.#options;
    if (!this.#usesCloud || this.#asksWhenUnsure || duplication === 'always') return 0;
    if (duplication === 'never') return Infinity;
    const chance = this.#cloudTimes.chanceWithin(slaMs, this.#time.nowMs());
    const dueMs = slaMs - this.#margin.of(slaMs);
    return chance > chanceThreshold ? dueMs - spareMs - device.expectedMs : 0;
  }

  /** Once: a page with the catalogue of another version would show wrong labels. */
  #compareLabels(predictions: readonly Prediction[] | undefined): void {
    const labels = this.#labels;
    if (!labels || !predictions) return;
    this.#labels = undefined;
    for (const { index, label: inCloud } of predictions) {
      const onDevice = labels[index];
      if (onDevice === inCloud) continue;
      this.#emit({ type: 'labels-differ', index, onDevice, inCloud });
      return;
    }
  }

  #learn(race: Race): void {
    this.#counters.settled(race, this.#usesCloud);
    const { state, endMs = 0 } = race.cloud;
    const isAnswered = state === 'answered';
    // Nothing is known about a request that was not made, or was aborted before the deadline.
    if (!isAnswered && state !== 'failed' && endMs < race.slaMs) return;
    this.#cloudTimes.observe(isAnswered ? endMs : Infinity, this.#time.nowMs());
  }

  /** Measures the models on the device where their speed decides something. */
  #measureIfNeeded(input: DeviceInput): void {
    const isOneOfSeveral = this.#devices.length > 1;
    const decides = isOneOfSeveral || this.#options.duplication === 'when-needed';
    if (decides && !this.#isClosed) void this.#measure(input);
  }

  /** Measures the models that have not been, one at a time; never rejects. */
  async #measure(input: DeviceInput): Promise<void> {
    const unknown = this.#devices.filter(({ measuredMs }) => measuredMs === undefined);
    if (unknown.length === 0) return;
    this.#measuring ??= this.#measureAll(unknown, input).finally(() => {
      this.#measuring = undefined;
    });
    await this.#measuring;
  }

  async #measureAll(devices: readonly DeviceModel[], input: DeviceInput): Promise<void> {
    const opened = this.#open(input);
    for (const device of devices) await device.measure({ ...input, pixels: opened?.pixels });
    opened?.close();
  }

  /** In parallel with a request, never before it. */
  #refresh(): void {
    if (!this.#usesCloud) return;
    void this.#cloud.refresh();
    if (this.#asksWhenUnsure) void this.#cloud.refreshModels();
  }
}

/** One `classify`. */
interface ClassifyCall extends ClassifyOptions {
  readonly request: number;
  readonly slaMs: number;
  readonly input: DeviceInput;
}

/** Calls the app back; what it throws there costs nobody the answer. */
function tell<T>(listener: ((value: T) => void) | undefined, value: T): void {
  try {
    listener?.(value);
  } catch {
    // It is the app's own.
  }
}
