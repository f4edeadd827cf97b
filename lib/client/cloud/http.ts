import type { InferResponse } from '../../core/contract/messages.ts';
import type { Auth } from '../api/auth.ts';
import { ApiError, MalformedAnswerError, NetworkError } from '../api/errors.ts';
import type { Fetch } from '../api/fetch.ts';
import type { ImageFile } from '../api/image.ts';
import { type ClockSample, partedMs } from '../time/clock.ts';
import type { TimeSource } from '../time/time-source.ts';
import { faultOfAnswer, isProblem, isTimeResponse } from './answer.ts';

/** How the service is reached. */
export interface Connection {
  /** The service's address, without a slash at its end. */
  readonly endpoint: string;
  readonly fetch: Fetch;
  readonly auth?: Auth | undefined;
  /** Unix ms of the server, as far as it is known: signatures carry the time. */
  readonly epochMs: () => number;
}

interface Call {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: ImageFile;
  readonly signal: AbortSignal;
}

/**
 * `POST /v1/infer`.
 *
 * @throws {@link ApiError}, {@link NetworkError}, {@link MalformedAnswerError}, or what `auth` throws
 */
export async function postInfer(
  connection: Connection,
  call: { headers: Record<string, string>; body: ImageFile; signal: AbortSignal },
): Promise<InferResponse> {
  const response = await send(connection, { ...call, method: 'POST', path: '/v1/infer' });
  const body = await readJson(response);
  if (!response.ok) {
    throw new ApiError(response.status, isProblem(body) ? body : undefined, retryAfterMs(response));
  }
  const fault = faultOfAnswer(body);
  if (fault) throw new MalformedAnswerError(`the service's answer is malformed: ${fault}`);
  return body as InferResponse;
}

/**
 * `GET /v1/time`, as a clock sample. When the service refuses, its `Date` header will do: a signature
 * by a clock that is hours wrong is refused, and the next one has to be right.
 *
 * @throws Error when the service cannot be reached or does not tell the time
 */
export async function exchangeTime(
  connection: Connection,
  time: TimeSource,
  signal: AbortSignal,
): Promise<ClockSample> {
  const sentMs = time.nowMs();
  const sentWallMs = time.wallMs();
  const response = await send(connection, { method: 'GET', path: '/v1/time', signal });
  const body = await readJson(response);
  const arrivedMs = time.nowMs();
  // The device may have slept in between.
  const doubtMs = partedMs(time.wallMs() - sentWallMs, arrivedMs - sentMs);
  if (response.ok && isTimeResponse(body)) return { ...body, sentMs, arrivedMs, doubtMs };
  // Whole seconds: half a second more is the best guess, and bounds its error.
  const epochMs = Date.parse(response.headers.get('date') ?? '') + 500;
  if (Number.isNaN(epochMs)) throw new ApiError(response.status);
  return { sentMs, receivedEpochMs: epochMs, epochMs, arrivedMs, doubtMs: doubtMs + 500 };
}

async function send(connection: Connection, call: Call): Promise<Response> {
  const { endpoint, fetch, auth, epochMs } = connection;
  const { method, path, headers = {}, body, signal } = call;
  const url = endpoint + path;
  const authorization = await auth?.({ method, url, headers, body, epochMs: epochMs() });
  try {
    return await fetch(url, {
      method,
      headers: { ...headers, ...authorization },
      signal,
      ...(body && { body: body as Blob }),
    });
  } catch (error) {
    throw new NetworkError(error);
  }
}

/** The body as JSON; undefined when it is not JSON. */
async function readJson(response: Response): Promise<unknown> {
  const text = await response.text().catch((error) => {
    throw new NetworkError(error);
  });
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function retryAfterMs(response: Response): number | undefined {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return Number.isNaN(seconds) ? undefined : 1000 * seconds;
}
