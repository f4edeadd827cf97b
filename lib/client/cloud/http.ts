import type { Auth } from '../api/auth.ts';
import { ApiError, MalformedAnswerError, MovedError, NetworkError } from '../api/errors.ts';
import type { Fetch } from '../api/fetch.ts';
import type { ImageFile } from '../api/image.ts';
import { CachedTimeError, type ClockSample, partedMs } from '../time/clock.ts';
import type { TimeSource } from '../time/time-source.ts';
import { isProblem, isTimeResponse } from './answer.ts';

/** How the service is reached. */
export interface Connection {
  /** The service's address, without a slash at its end. */
  readonly endpoint: string;
  readonly fetch: Fetch;
  readonly auth?: Auth | undefined;
  /** Unix ms of the server, as far as it is known: signatures carry the time. */
  readonly epochMs: () => number;
}

/** A request to the service. */
export interface Call {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: ImageFile | string;
  readonly signal: AbortSignal;
}

/**
 * Asks the service.
 *
 * @param faultOf - what is wrong with the answer's body; undefined when nothing is
 * @returns the answer's body
 * @throws {@link ApiError}, {@link MovedError}, {@link NetworkError}, {@link MalformedAnswerError}, or
 *   what `auth` throws
 */
export async function ask<T>(
  connection: Connection,
  call: Call,
  faultOf: (body: unknown) => string | undefined,
): Promise<T> {
  const { response, body } = await send(connection, call);
  const fault = response.ok ? faultOf(body) : 'its status';
  if (!fault) return body as T;
  // 301 and 302 have made a GET of the POST.
  if (response.redirected) throw new MovedError(endpointOf(response.url, call.path));
  if (response.ok) throw new MalformedAnswerError(`the service's answer is malformed: ${fault}`);
  throw new ApiError(response.status, isProblem(body) ? body : undefined, retryAfterMs(response));
}

/**
 * `GET /v1/time`, as a clock sample, past every cache.
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
  const path = `/v1/time?once=${Math.random().toString(36).slice(2)}`;
  const { response, body } = await send(connection, { method: 'GET', path, signal });
  const arrivedMs = time.nowMs();
  if (!isTimeResponse(body)) throw new ApiError(response.status);
  if (Number(response.headers.get('age')) > 0) throw new CachedTimeError();
  // The device may have slept in between.
  const doubtMs = partedMs(time.wallMs() - sentWallMs, arrivedMs - sentMs);
  return { ...body, sentMs, arrivedMs, doubtMs };
}

/** Sends a request; once more when it was refused and `auth` knows better now. */
async function send(
  connection: Connection,
  call: Call,
): Promise<{ response: Response; body: unknown }> {
  const response = await sendOnce(connection, call);
  const body = await readJson(response);
  const { auth } = connection;
  const { status, headers } = response;
  // Whoever refuses in JSON is the service, and no captive portal.
  const isRefusal = (status === 401 || status === 403) && body !== undefined;
  if (!isRefusal || !auth?.refused?.(headers)) return { response, body };
  const second = await sendOnce(connection, call);
  return { response: second, body: await readJson(second) };
}

async function sendOnce(connection: Connection, call: Call): Promise<Response> {
  const { endpoint, fetch, auth, epochMs } = connection;
  const { method, path, headers = {}, body, signal } = call;
  const url = endpoint + path;
  const authorization = await auth?.({ method, url, headers, body, epochMs: epochMs() });
  try {
    return await fetch(url, {
      method,
      headers: { ...headers, ...authorization },
      signal,
      cache: 'no-store',
      ...(body !== undefined && { body: body as Blob }),
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

/** `Retry-After` in ms: seconds, or a date (RFC 9110, Section 10.2.3). */
function retryAfterMs(response: Response): number | undefined {
  const header = response.headers.get('retry-after');
  if (!header) return undefined;
  const ms = /^\d+$/.test(header) ? 1000 * Number(header) : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

function endpointOf(url: string, path: string): string {
  return url.endsWith(path) ? url.slice(0, -path.length) : url;
}
