import type { InferResponse } from '../core/contract/messages.ts';
import type { DeviceInput, ImageInput } from './api/image.ts';
import type { ClassifyOptions, Client, ClientOptions } from './api/options.ts';
import { type ClientStatistics, Counters } from './api/statistics.ts';
import type { Classification, OnDeviceModel, Race } from './api/types.ts';
import { type Connection, exchangeTime, postInfer } from './cloud/http.ts';
import { OutputTime } from './cloud/output-time.ts';
import { type DeviceModel, DeviceModels, marginMs } from './device/on-device.ts';
import { browserImages } from './images/browser-images.ts';
import { uploadOf } from './images/upload.ts';
import { RunningRace } from './race/race.ts';
import { aborted, checkSla, describe, slaHeader } from './race/request.ts';
import { type ClockSample, ServerClock } from './time/clock.ts';
import { RecentTimes } from './time/recent-times.ts';
import { systemTime, type TimeSource } from './time/time-source.ts';

/** Time limit of a clock exchange in ms. */
const exchangeTimeoutMs = 5_000;

/**
 * Makes a client of a service. It does nothing before its first call.
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
  return new RacingClient(options);
}

class RacingClient implements Client {
  readonly #options: ClientOptions;
  readonly #time: TimeSource;
  readonly #connection: Connection;
  readonly #clock: ServerClock;
  readonly #devices: DeviceModels;
  readonly #cloudTimes = new RecentTimes();
  readonly #outputTime = new OutputTime();
  readonly #counters = new Counters();
  /** What `close` has to end. */
  readonly #cancels = new Set<(reason: unknown) => void>();
  #isClosed = false;

  constructor(options: ClientOptions) {
    const { endpoint, auth, onDevice = [], time = systemTime, clock } = options;
    this.#options = options;
    this.#time = time;
    this.#connection = {
      endpoint: endpoint.replace(/\/+$/, ''),
      // A browser's fetch must be called as the window's own.
      fetch: options.fetch ?? ((url, init) => fetch(url, init)),
      auth,
      epochMs: () => this.#clock.epochMs(),
    };
    this.#clock = new ServerClock({
      time,
      exchange: () => this.#exchange(),
      samples: clock?.samples ?? 5,
      resyncMs: clock?.resyncMs ?? 300_000,
      maxErrorMs: clock?.maxErrorMs ?? 250,
    });
    this.#devices = new DeviceModels(isList(onDevice) ? onDevice : [onDevice], time);
    checkSla(options.slaMs);
  }

  async classify(image: ImageInput, options: ClassifyOptions = {}): Promise<Classification> {
    const { slaMs = this.#options.slaMs, signal } = options;
    checkSla(slaMs);
    const input = describe(image, options.contentType);
    if (this.#isClosed) throw aborted('the client is closed');
    if (signal?.aborted) throw signal.reason ?? aborted('the request was aborted');

    let settle: (race: Race) => void = () => undefined;
    const settled = new Promise<Race>((resolve) => {
      settle = resolve;
    });
    const race = this.#race(input, slaMs, (end) => {
      this.#cancels.delete(cancel);
      this.#learn(end);
      settle(end);
      this.#measureIfNeeded(input);
    });
    const cancel = (reason: unknown) => race.cancel(reason);
    this.#cancels.add(cancel);
    const onAbort = () => cancel(signal?.reason ?? aborted('the request was aborted'));
    signal?.addEventListener('abort', onAbort);
    this.#refreshClock();
    try {
      const answer = await race.answer;
      this.#counters.answered(answer);
      return { ...answer, settled };
    } catch (error) {
      if (!signal?.aborted && !this.#isClosed) this.#counters.failed();
      throw error;
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }

  async prepare(sample?: ImageInput, options: { contentType?: string } = {}): Promise<void> {
    const ready = sample
      ? this.#devices.measure(describe(sample, options.contentType))
      : this.#devices.choose(this.#options.slaMs)?.prepare();
    await Promise.all([this.#clock.synchronize(), ready?.catch(() => undefined)]);
  }

  statistics(): ClientStatistics {
    const { slaMs } = this.#options;
    const chosen = this.#devices.choose(slaMs);
    const clock = this.#clock.estimate();
    return {
      ...this.#counters,
      cloudChance: this.#cloudTimes.chanceWithin(slaMs, this.#time.nowMs()),
      outputMs: this.#outputTime.currentMs(clock?.offsetMs),
      clock,
      onDevice: this.#devices.models.map((device) => ({
        name: device.model.name,
        measuredMs: device.measuredMs,
        chosen: device === chosen,
      })),
    };
  }

  close(): void {
    this.#isClosed = true;
    for (const cancel of [...this.#cancels]) cancel(aborted('the client was closed'));
    for (const { model } of this.#devices.models) model.close?.();
  }

  #race(input: DeviceInput, slaMs: number, onSettled: (race: Race) => void): RunningRace {
    const device = this.#devices.choose(slaMs);
    const endMs = this.#time.nowMs() + slaMs;
    return new RunningRace({
      slaMs,
      lateMs: this.#options.lateMs ?? 2_000,
      time: this.#time,
      cloud: (signal, begin) => this.#askCloud(input, { endMs, device, signal, begin }),
      ...(device && {
        device: {
          model: identify(device.model),
          startAfterMs: this.#startAfterMs(device, slaMs),
          run: (signal) => device.run(input, signal),
        },
      }),
      onSettled,
    });
  }

  async #askCloud(
    input: DeviceInput,
    race: { endMs: number; device?: DeviceModel; signal: AbortSignal; begin: () => void },
  ): Promise<InferResponse> {
    const { upload } = this.#options;
    const open = browserImages()?.open(input, 256);
    const { image, contentType } = await uploadOf(open, input, upload);
    const startMs = this.#time.nowMs();
    race.begin();
    const clock = this.#clock.usable();
    const response = await postInfer(this.#connection, {
      body: image,
      headers: {
        'content-type': contentType,
        'mdi-sla-ms': slaHeader(race.endMs - startMs),
        ...(clock && { 'mdi-upload-start': (startMs + clock.offsetMs).toFixed(3) }),
        ...this.#outputTime.headers(clock?.offsetMs),
        ...this.#deviceHeaders(race.device),
      },
      signal: race.signal,
    });
    const totalMs = this.#time.nowMs() - startMs;
    if (clock) this.#outputTime.observe(totalMs, response.timing, clock.offsetMs);
    return response;
  }

  /** What answers when the cloud does not, so that the server can weigh its risk by it. */
  #deviceHeaders(device: DeviceModel | undefined): Record<string, string> {
    if (!device || this.#options.duplication === 'never') return {};
    return { 'mdi-device-accuracy': String(device.model.accuracyPct) };
  }

  #startAfterMs(device: DeviceModel, slaMs: number): number {
    const { duplication = 'always', chanceThreshold = 0.9 } = this.#options;
    if (duplication === 'always') return 0;
    if (duplication === 'never') return Number.POSITIVE_INFINITY;
    const chance = this.#cloudTimes.chanceWithin(slaMs, this.#time.nowMs());
    return chance > chanceThreshold ? slaMs - device.expectedMs - marginMs : 0;
  }

  #learn(race: Race): void {
    this.#counters.settled(race);
    const { state, endMs = 0 } = race.cloud;
    // Nothing is known about a request that was aborted before the deadline.
    if (state === 'cancelled' && endMs < race.slaMs) return;
    const ms = state === 'answered' ? endMs : Number.POSITIVE_INFINITY;
    this.#cloudTimes.observe(ms, this.#time.nowMs());
  }

  /** Measures the models on the device where their speed decides something. */
  #measureIfNeeded(input: DeviceInput): void {
    const decides =
      this.#devices.models.length > 1 ||
      (this.#devices.models.length > 0 && this.#options.duplication === 'when-needed');
    if (decides && !this.#isClosed) this.#devices.measure(input).catch(() => undefined);
  }

  #refreshClock(): void {
    // In parallel with the request, never before it.
    this.#clock.refresh().catch(() => undefined);
  }

  #exchange(): Promise<ClockSample> {
    if (this.#isClosed) return Promise.reject(aborted('the client was closed'));
    const controller = new AbortController();
    return new Promise<ClockSample>((resolve, reject) => {
      // Not every `fetch` obeys its signal, and `auth` gets none.
      const cancel = () => {
        end();
        controller.abort();
        reject(aborted('the exchange of clocks was given up'));
      };
      const timer = this.#time.setTimeout(cancel, exchangeTimeoutMs);
      const end = () => {
        this.#time.clearTimeout(timer);
        this.#cancels.delete(cancel);
      };
      this.#cancels.add(cancel);
      exchangeTime(this.#connection, this.#time, controller.signal)
        .finally(end)
        .then(resolve, reject);
    });
  }
}

function identify({ name, version, accuracyPct }: OnDeviceModel) {
  return { name, version, accuracyPct };
}

function isList<T>(value: T | readonly T[]): value is readonly T[] {
  return Array.isArray(value);
}
