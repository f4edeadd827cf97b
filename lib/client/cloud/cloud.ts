import type { FeedbackResponse } from '../../core/contract/messages.ts';
import type { EncodedImage } from '../api/codec.ts';
import { ApiError, NetworkError } from '../api/errors.ts';
import type { Emit } from '../api/events.ts';
import type { CommonOptions } from '../api/options.ts';
import type { Destination, Sending, ServedModels } from '../api/pipeline.ts';
import type { AnyCloudAnswer, ClockEstimate } from '../api/types.ts';
import { Pause } from '../time/pause.ts';
import type { TimeSource } from '../time/time-source.ts';
import { faultOfAnswer, faultOfTime } from './answer.ts';
import { bestAccuracyPct, faultOfModels } from './best-model.ts';
import { ServerClock } from './clock.ts';
import { ask, type Call, type Connection } from './http.ts';
import { OutputTime } from './output-time.ts';
import { sentSla, timePath } from './request.ts';

/** Time limit in ms of what is asked beside inferences. */
const asideMs = 5_000;
/** How long what the service tells of its models is believed, in ms. */
const modelsAgeMs = 300_000;

const feedbackPath = '/v1/feedback';
const json = { 'content-type': 'application/json' };

/** What is sent for an inference: an image, unless it says otherwise. */
export interface UploadCall
  extends EncodedImage,
    Omit<Sending, 'time'>,
    Partial<Pick<Call, 'path' | 'faultOf' | 'read'>> {
  /** What the service is told of it. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly signal: AbortSignal;
}

/** The service as the client knows it: its clock, how far away it is, whether it wants to be left alone. */
export class Cloud implements Destination {
  readonly #connection: Connection;
  readonly #time: TimeSource;
  readonly #emit: Emit;
  readonly #clock: ServerClock;
  readonly #outputTime = new OutputTime();
  readonly #pause = new Pause<ApiError>();
  /** What `close` has to end. */
  readonly #asides = new Set<AbortController>();
  /** What the service has told of its models. */
  models: ServedModels | undefined;
  #modelsDueMs = 0;
  #isClosed = false;

  constructor(options: Omit<CommonOptions, 'onEvent'>, time: TimeSource, emit: Emit) {
    const { endpoint, auth } = options;
    const { samples = 5, resyncMs = 300_000, maxErrorMs = 250 } = options.clock ?? {};
    this.#time = time;
    this.#emit = emit;
    this.#connection = {
      endpoint: endpoint.replace(/\/+$/, ''),
      // A browser's fetch must be called as the window's own.
      fetch: options.fetch ?? ((url, init) => fetch(url, init)),
      auth,
      epochMs: () => this.#clock.epochMs(),
    };
    this.#clock = new ServerClock({
      time,
      exchange: () => this.#aside(timePath(), undefined, faultOfTime),
      samples,
      resyncMs,
      maxErrorMs,
      onSync: (clock, error) => {
        if (!this.#isClosed) emit({ type: 'clock', clock, error });
      },
    });
  }

  /** What is known about the server's clock. */
  get clock(): ClockEstimate | undefined {
    return this.#clock.estimate();
  }

  /**
   * What a packet takes one way at best, in ms: half of the fastest exchange. After sleep it is not known.
   */
  get delayMs(): number | undefined {
    return this.#clock.usable()?.errorMs;
  }

  /** T_output of the last answer in ms. */
  get outputMs(): number | undefined {
    return this.#outputTime.currentMs(this.clock?.offsetMs);
  }

  /**
   * Asks for an inference.
   *
   * @throws {@link ApiError}, {@link MovedError}, {@link NetworkError}, {@link MalformedAnswerError}, or
   *   what `auth` throws
   */
  async infer<T extends AnyCloudAnswer>(upload: UploadCall): Promise<T> {
    const { image, contentType, headers, endMs, deviceAccuracyPct, signal } = upload;
    const { path = '/v1/infer', faultOf = faultOfAnswer, read } = upload;
    const startMs = this.#time.nowMs();
    const clock = this.#clock.usable();
    const sentSlaMs = sentSla(endMs - startMs);
    const response = await this.#send<T>({
      path,
      headers: {
        'content-type': contentType,
        'mdi-sla-ms': String(sentSlaMs),
        ...(clock && { 'mdi-upload-start': (startMs + clock.offsetMs).toFixed(3) }),
        ...this.#outputTime.headers(clock?.offsetMs),
        ...(deviceAccuracyPct !== undefined && {
          'mdi-device-accuracy': String(deviceAccuracyPct),
        }),
        ...headers,
      },
      body: image,
      signal,
      faultOf,
      read,
    });
    const { timing } = response;
    if (Math.abs(timing.slaMs - sentSlaMs) > 1) {
      this.#emit({ type: 'headers-lost', sentSlaMs, usedSlaMs: timing.slaMs });
    } else if (clock) {
      this.#outputTime.observe(this.#time.nowMs() - startMs, timing, clock.offsetMs);
    }
    return response;
  }

  /** `POST /v1/feedback`; whether it was counted. */
  async feedback({ requestId, model }: AnyCloudAnswer, correct: boolean): Promise<boolean> {
    const label = { requestId, model: model.name, correct };
    const answer = await this.#aside<FeedbackResponse | undefined>(feedbackPath, label);
    return answer?.counted === true;
  }

  /** Opens the connection, and asks the service to warm what it would choose; never rejects. */
  async prepare(slaMs: number): Promise<void> {
    const { inputMs } = this.#outputTime;
    const body = { slaMs: sentSla(slaMs), inputMs: inputMs && Math.max(0, inputMs) };
    await this.#aside('/v1/prepare', body).catch(() => undefined);
  }

  /** Learns the server's clock, if it is time to; never rejects. */
  async refresh(): Promise<void> {
    if (this.#pauseMs === 0) await this.#clock.refresh();
  }

  /** Learns which models the service has, if it is time to, or `anew`; never rejects. */
  async refreshModels(anew?: boolean): Promise<void> {
    const nowMs = this.#time.nowMs();
    if (anew) this.models = undefined;
    else if (nowMs < this.#modelsDueMs) return;
    this.#modelsDueMs = nowMs + asideMs;
    try {
      this.models = await this.#aside<ServedModels>('/v1/models', undefined, faultOfModels);
      this.#modelsDueMs = nowMs + modelsAgeMs;
    } catch {
      // What is not known is asked: see `bestAccuracyPct`.
    }
  }

  /**
   * The accuracy in percent of the best model that the service could run in the time left, at the
   * fastest exchange seen; 100 when it is not known, 0 when there is none.
   */
  bestAccuracyPct(leftMs: number): number {
    const networkMs = 2 * (this.delayMs ?? 0);
    return this.models ? bestAccuracyPct(this.models, leftMs - networkMs) : 100;
  }

  close(): void {
    this.#isClosed = true;
    for (const controller of this.#asides) controller.abort();
  }

  async #send<T>(call: Call): Promise<T> {
    const { error: last } = this.#pause;
    if (last && this.#pauseMs > 0) throw new ApiError(last.status, last.problem, this.#pauseMs);
    try {
      const answer = await ask<T>(this.#connection, call);
      // A request from before the pause does not end it.
      if (this.#pauseMs === 0) this.#pause.succeeded();
      return answer;
    } catch (error) {
      // A service that takes no labels now takes requests all the same.
      if (error instanceof ApiError && call.path !== feedbackPath) this.#leaveAlone(error);
      throw error;
    }
  }

  /** For how long the service still wants to be left alone, in ms. */
  get #pauseMs(): number {
    return this.#pause.leftMs(this.#time.nowMs());
  }

  /** Leaves the service alone when it says that it has too much to do. */
  #leaveAlone(error: ApiError): void {
    const asked = error.retryAfterMs;
    if (error.status !== 429 && (error.status !== 503 || asked === undefined)) return;
    const retryMs = this.#pause.failed(error, this.#time.nowMs(), asked);
    this.#emit({ type: 'throttled', retryMs });
  }

  /**
   * Asks for something beside inferences. It ends in time, though not every `fetch` obeys its signal, and
   * `auth` gets none.
   */
  async #aside<T>(path: string, body?: object, faultOf?: Call['faultOf']): Promise<T> {
    const controller = new AbortController();
    const { signal } = controller;
    const timer = this.#time.setTimeout(() => controller.abort(), asideMs);
    this.#asides.add(controller);
    const content = body && { headers: json, body: JSON.stringify(body) };
    try {
      return await new Promise<T>((resolve, reject) => {
        const giveUp = () => reject(new NetworkError(signal.reason));
        if (this.#isClosed) return giveUp();
        signal.addEventListener('abort', giveUp);
        this.#send<T>({ path, ...content, signal, faultOf }).then(resolve, reject);
      });
    } finally {
      this.#time.clearTimeout(timer);
      this.#asides.delete(controller);
    }
  }
}
