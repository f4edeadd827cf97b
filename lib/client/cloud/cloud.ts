import type { FeedbackResponse, InferResponse } from '../../core/contract/messages.ts';
import type { EncodedImage } from '../api/codec.ts';
import { ApiError } from '../api/errors.ts';
import type { Emit } from '../api/events.ts';
import type { ClientOptions } from '../api/options.ts';
import { mismatch } from '../api/shape.ts';
import { type ClockEstimate, type ClockSample, ServerClock } from '../time/clock.ts';
import { Pause } from '../time/pause.ts';
import type { TimeSource } from '../time/time-source.ts';
import { faultOfAnswer } from './answer.ts';
import { bestAccuracyPct, faultOfModels, type ServedModels } from './best-model.ts';
import { ask, type Call, type Connection, exchangeTime, isRefused } from './http.ts';
import { OutputTime } from './output-time.ts';
import { aborted, slaHeader } from './request.ts';

/** Time limit in ms of what is asked beside images. */
const asideMs = 5_000;
/** How long what the service tells of its models is believed, in ms. */
const modelsAgeMs = 300_000;
/** A signature's date may be so wrong, in ms, before it can be the reason of a refusal. */
const signatureErrorMs = 60_000;
const busy = [429, 503];

/** An image on its way to the cloud. */
export interface Upload extends EncodedImage {
  /** When the SLA ends, in ms of the client's monotonic clock. */
  readonly endMs: number;
  /** What answers when the cloud does not is right in so many percent, so that the server can weigh its risk. */
  readonly deviceAccuracyPct?: number | undefined;
  readonly signal: AbortSignal;
}

/** The service as the client knows it: its clock, how far away it is, whether it wants to be left alone. */
export class Cloud {
  readonly #connection: Connection;
  readonly #time: TimeSource;
  readonly #emit: Emit;
  readonly #clock: ServerClock;
  readonly #outputTime = new OutputTime();
  readonly #pause = new Pause<ApiError>();
  /** What `close` has to end. */
  readonly #cancels = new Set<() => void>();
  #models: { readonly answer: ServedModels; readonly nowMs: number } | undefined;
  #isClosed = false;

  constructor(options: ClientOptions, time: TimeSource, emit: Emit) {
    const { endpoint, auth, clock } = options;
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
      exchange: () => this.#exchange(),
      samples: clock?.samples ?? 5,
      resyncMs: clock?.resyncMs ?? 300_000,
      maxErrorMs: clock?.maxErrorMs ?? 250,
      onSync: (outcome) => {
        if (this.#isClosed) return;
        if ('clock' in outcome) emit({ type: 'clock-set', ...outcome });
        else emit({ type: 'clock-failed', ...outcome });
      },
    });
  }

  /** What is known about the server's clock. */
  get clock(): ClockEstimate | undefined {
    return this.#clock.estimate();
  }

  /** T_output of the last answer in ms. */
  get outputMs(): number | undefined {
    return this.#outputTime.currentMs(this.clock?.offsetMs);
  }

  /**
   * `POST /v1/infer`.
   *
   * @throws {@link ApiError}, {@link MovedError}, {@link NetworkError}, {@link MalformedAnswerError}, or
   *   what `auth` throws
   */
  async infer(upload: Upload): Promise<InferResponse> {
    const { image, contentType, endMs, deviceAccuracyPct, signal } = upload;
    const startMs = this.#time.nowMs();
    this.#checkPause(startMs);
    const clock = this.#clock.usable();
    const slaMs = slaHeader(endMs - startMs);
    const response = await this.#send<InferResponse>(
      {
        method: 'POST',
        path: '/v1/infer',
        headers: {
          'content-type': contentType,
          'mdi-sla-ms': slaMs,
          ...(clock && { 'mdi-upload-start': (startMs + clock.offsetMs).toFixed(3) }),
          ...this.#outputTime.headers(clock?.offsetMs),
          ...(deviceAccuracyPct !== undefined && {
            'mdi-device-accuracy': String(deviceAccuracyPct),
          }),
        },
        body: image,
        signal,
      },
      faultOfAnswer,
    );
    const { timing } = response;
    if (Math.abs(timing.slaMs - Number(slaMs)) > 1) {
      const sentSlaMs = Number(slaMs);
      this.#emit({ type: 'headers-lost', sentSlaMs, usedSlaMs: timing.slaMs });
    }
    if (clock) this.#outputTime.observe(this.#time.nowMs() - startMs, timing, clock.offsetMs);
    return response;
  }

  /** `POST /v1/feedback`; whether it was counted. */
  async feedback({ requestId, model }: InferResponse, correct: boolean): Promise<boolean> {
    const { counted } = await this.#post<FeedbackResponse>('/v1/feedback', {
      ...{ requestId, model: model.name, correct },
    });
    return counted;
  }

  /** Opens the connection, and asks the service to warm what it would choose; never rejects. */
  async prepare(slaMs: number): Promise<void> {
    await this.#post('/v1/prepare', { slaMs: Number(slaHeader(slaMs)) }).catch(() => undefined);
  }

  /** Learns the server's clock, if it is time to; never rejects. */
  async refresh(): Promise<void> {
    await this.#clock.refresh();
  }

  /** Learns which models the service has, if it is time to; never rejects. */
  async refreshModels(): Promise<void> {
    const nowMs = this.#time.nowMs();
    if (this.#models && nowMs - this.#models.nowMs < modelsAgeMs) return;
    try {
      const call = { method: 'GET', path: '/v1/models' } as const;
      const answer = await this.#aside((signal) =>
        this.#send<ServedModels>({ ...call, signal }, faultOfModels),
      );
      this.#models = { answer, nowMs };
    } catch {
      // What is not known is asked: see `bestAccuracyPct`.
    }
  }

  /**
   * The accuracy in percent of the best model that the service could run in the time left, at the
   * fastest exchange seen; undefined when it is not known, 0 when there is none.
   */
  bestAccuracyPct(leftMs: number): number | undefined {
    if (!this.#models) return undefined;
    const networkMs = 2 * (this.clock?.errorMs ?? 0);
    return bestAccuracyPct(this.#models.answer, leftMs - networkMs) ?? 0;
  }

  close(): void {
    this.#isClosed = true;
    for (const cancel of [...this.#cancels]) cancel();
  }

  /** Sends a request; once more, when its signature was refused for a clock that was wrong. */
  async #send<T>(call: Call, faultOf: (body: unknown) => string | undefined): Promise<T> {
    const epochMs = this.#clock.epochMs() - this.#time.nowMs();
    try {
      const answer = await ask<T>(this.#connection, call, faultOf);
      this.#pause.succeeded();
      return answer;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#leaveAlone(error);
      if (!isRefused(error.status) || !this.#connection.auth) throw error;
      await this.#clock.synchronize(1);
      const shiftMs = this.#clock.epochMs() - this.#time.nowMs() - epochMs;
      if (Math.abs(shiftMs) < signatureErrorMs) throw error;
      return await ask<T>(this.#connection, call, faultOf);
    }
  }

  #checkPause(nowMs: number): void {
    const { error } = this.#pause;
    const leftMs = this.#pause.leftMs(nowMs);
    if (error && leftMs > 0) throw new ApiError(error.status, error.problem, leftMs);
  }

  /** Leaves the service alone when it says that it has too much to do. */
  #leaveAlone(error: ApiError): void {
    const asked = error.retryAfterMs;
    if (!busy.includes(error.status) || (error.status === 503 && asked === undefined)) return;
    const retryMs = this.#pause.failed(error, this.#time.nowMs(), asked);
    this.#emit({ type: 'throttled', retryMs });
  }

  #post<T>(path: string, body: object): Promise<T> {
    const headers = { 'content-type': 'application/json' };
    return this.#aside((signal) =>
      this.#send<T>(
        { method: 'POST', path, headers, body: JSON.stringify(body), signal },
        (answer) => mismatch(answer, {}),
      ),
    );
  }

  #exchange(): Promise<ClockSample> {
    return this.#aside((signal) => exchangeTime(this.#connection, this.#time, signal));
  }

  /** What is asked beside images ends in time, though not every `fetch` obeys its signal, and `auth` gets none. */
  #aside<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.#isClosed) return Promise.reject(aborted('the client was closed'));
    const controller = new AbortController();
    return new Promise<T>((resolve, reject) => {
      const cancel = () => {
        end();
        controller.abort();
        reject(aborted('the service did not answer'));
      };
      const timer = this.#time.setTimeout(cancel, asideMs);
      const end = () => {
        this.#time.clearTimeout(timer);
        this.#cancels.delete(cancel);
      };
      this.#cancels.add(cancel);
      work(controller.signal).finally(end).then(resolve, reject);
    });
  }
}
