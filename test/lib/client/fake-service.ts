import { vi } from 'vitest';
import type { Fetch } from '../../../lib/client/api/fetch.ts';
import type { OnDeviceModel } from '../../../lib/client/api/types.ts';
import type { InferResponse } from '../../../lib/core/contract/messages.ts';

/** Starts vitest's fake timers with a clock that is right. */
export function fakeTime(): void {
  vi.useFakeTimers({ now: 1_700_000_000_000 });
}

/** How a fake service answers one request. */
export interface Behaviour {
  /** Time to the handler, in the handler, and back, in ms. */
  readonly inputMs?: number;
  readonly serverMs?: number;
  readonly outputMs?: number;
  /** Of the uplink: what an upload takes beyond `inputMs`. */
  readonly bytesPerMs?: number;
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  /** Never answers. */
  readonly hangs?: boolean;
  /** Sends headers, and never the body. */
  readonly stalls?: boolean;
  /** The connection fails after `inputMs`. */
  readonly breaks?: boolean;
  readonly accuracyPct?: number;
  /** Believes no upload time. */
  readonly disbelieves?: boolean;
  /** Where a redirection has led to. */
  readonly movedTo?: string;
}

const routes = ['infer', 'time', 'prepare', 'models', 'feedback'] as const;
type Route = (typeof routes)[number];

/** A request as the fake service got it. */
export interface Received {
  readonly path: string;
  /** Without its question mark. */
  readonly query: string;
  readonly cache: string | undefined;
  readonly headers: Record<string, string>;
  readonly body: unknown;
  readonly signal: AbortSignal;
}

/** The service as a `fetch` that takes the time it is told to, on a clock of its own. */
export class FakeService {
  readonly requests: Received[] = [];
  /** What `POST /v1/infer` does. */
  infer: Behaviour = {};
  /** What `GET /v1/time` does. */
  time: Behaviour = { inputMs: 10, serverMs: 1, outputMs: 10 };
  /** What `POST /v1/prepare`, `GET /v1/models` and `POST /v1/feedback` do. */
  prepare: Behaviour = { status: 202, body: {} };
  models: Behaviour = { body: { models: [] } };
  feedback: Behaviour = { status: 202, body: { counted: true } };
  /** Unix ms of the server minus the fake monotonic clock. */
  offsetMs = Date.now() - performance.now();

  readonly fetch: Fetch = async (url, init) => {
    const { pathname: path, search } = new URL(url);
    const signal = init.signal as AbortSignal;
    const headers = init.headers as Record<string, string>;
    const { cache, body: sent } = init;
    this.requests.push({ path, query: search.slice(1), headers, cache, body: sent, signal });
    const behaviour = this.#behaviourOf(path);
    const { inputMs = 0, serverMs = 0, outputMs = 0, bytesPerMs = Infinity } = behaviour;
    const until = (ms: number) => wait(ms, signal);
    await until(inputMs + ((sent as Blob | undefined)?.size ?? 0) / bytesPerMs);
    if (behaviour.breaks) throw new TypeError('Failed to fetch');
    if (behaviour.hangs) await until(Number.POSITIVE_INFINITY);
    const receivedEpochMs = this.epochMs();
    await until(serverMs);
    const epochMs = this.epochMs();
    const answer =
      path === '/v1/infer'
        ? answerOf(behaviour, { receivedEpochMs, epochMs, headers })
        : { receivedEpochMs, epochMs };
    await until(outputMs);
    const body = behaviour.body ?? answer;
    const { status = 200, stalls } = behaviour;
    // A real Response reads its body in real time, which fake timers do not wait for.
    const { movedTo } = behaviour;
    return {
      status,
      ok: status < 300,
      redirected: movedTo !== undefined,
      url: movedTo ?? url,
      headers: new Headers(behaviour.headers),
      text: async () => {
        if (stalls) await until(Number.POSITIVE_INFINITY);
        return typeof body === 'string' ? body : JSON.stringify(body);
      },
    } as Response;
  };

  epochMs(): number {
    return performance.now() + this.offsetMs;
  }

  /** The requests of `POST /v1/infer`. */
  get inferences(): Received[] {
    return this.asked('infer');
  }

  /** The requests of one route. */
  asked(route: Route): Received[] {
    return this.requests.filter(({ path }) => path === `/v1/${route}`);
  }

  #behaviourOf(path: string): Behaviour {
    const route = path.replace('/v1/', '') as Route;
    if (!routes.includes(route)) throw new Error(`the fake service has no ${path}`);
    return this[route];
  }
}

function answerOf(
  { accuracyPct = 80, disbelieves = false }: Behaviour,
  server: { receivedEpochMs: number; epochMs: number; headers: Record<string, string> },
): InferResponse {
  const uploadStart = disbelieves ? undefined : server.headers['mdi-upload-start'];
  const inputMs = uploadStart ? server.receivedEpochMs - Number(uploadStart) : 50;
  const slaMs = Number(server.headers['mdi-sla-ms']);
  return {
    requestId: 'r1',
    model: { name: 'cloud-model', version: '1', accuracyPct },
    predictions: [{ index: 1, label: 'ring', score: 0.9 }],
    timing: {
      slaMs,
      inputMs,
      networkMs: 2 * inputMs,
      budgetMs: slaMs - 2 * inputMs,
      selectMs: 0,
      serviceMs: server.epochMs - server.receivedEpochMs,
      serverMs: server.epochMs - server.receivedEpochMs,
      coldStart: false,
      source: uploadStart ? 'client' : 'default',
    },
    selection: {
      strategy: 'three-stage',
      baseModel: 'cloud-model',
      eligible: [{ model: 'cloud-model', probability: 1 }],
    },
  };
}

/** A model on the device that takes the time it is told to. */
export class FakeModel implements OnDeviceModel {
  readonly name: string;
  readonly accuracyPct: number;
  /** How long a run takes in ms; `Infinity` is forever. */
  runMs: number;
  fails = false;
  /** Whether a run goes on when its signal is aborted. */
  deaf = false;
  runs = 0;
  readonly signals: AbortSignal[] = [];

  constructor(runMs: number, { name = 'device-model', accuracyPct = 60 } = {}) {
    this.runMs = runMs;
    this.name = name;
    this.accuracyPct = accuracyPct;
  }

  async classify(_image: unknown, { signal }: { signal: AbortSignal }) {
    this.runs++;
    this.signals.push(signal);
    await wait(this.runMs, this.deaf ? new AbortController().signal : signal);
    if (this.fails) throw new Error('the device is out of order');
    return { predictions: [{ index: 0, label: 'disc', score: 0.5 }] };
  }
}

/** Waits; rejects when the signal is aborted, as `fetch` does. */
function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    if (ms === 0) return resolve();
    const timer = Number.isFinite(ms) ? setTimeout(done, ms) : undefined;
    function done() {
      signal.removeEventListener('abort', abort);
      resolve();
    }
    function abort() {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      reject(signal.reason);
    }
    signal.addEventListener('abort', abort);
  });
}
