import type { Auth, AuthRequest } from '../api/auth.ts';
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
  const { ok, status, redirected, url } = response;
  // 301 and 302 have made a GET of the POST; a captive portal leads to a page of its own.
  if (redirected && url.endsWith(call.path)) throw new MovedError(url.slice(0, -call.path.length));
  if (ok) throw new MalformedAnswerError(`the service's answer is malformed: ${fault}`);
  const retryMs = retryAfterMs(response.headers.get('retry-after'), connection.epochMs());
  throw new ApiError(status, isProblem(body) ? body : undefined, retryMs);
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
  if (!response.ok || !isTimeResponse(body)) throw new ApiError(response.status);
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
  const first = await sendOnce(connection, call);
  const { status, headers } = first.response;
  // Whoever refuses in JSON is the service, and no captive portal.
  const isRefusal = (status === 401 || status === 403) && first.body !== undefined;
  if (!isRefusal || !connection.auth?.refused?.(first.request, headers)) return first;
  return await sendOnce(connection, call);
}

async function sendOnce(
  { endpoint, fetch, auth, epochMs }: Connection,
  { method, path, headers = {}, body, signal }: Call,
) {
  const url = endpoint + path;
  const request: AuthRequest = { method, url, headers, body, epochMs: epochMs() };
  const authorization = await auth?.(request);
  try {
    const response = await fetch(url, {
      method,
      headers: { ...headers, ...authorization },
      signal,
      ...(knowsCaches() && { cache: 'no-store' }),
      ...(body !== undefined && { body: body as Blob }),
    });
    return { request, response, body: parsed(await response.text()) };
  } catch (error) {
    throw new NetworkError(error);
  }
}

/**
 * Whether `fetch` can be told to pass its cache. React Native's cannot, and adds to the address instead
 * (`whatwg-fetch`: `_=` and the time), after that has been signed.
 */
function knowsCaches(): boolean {
  return typeof Request === 'function' && 'cache' in Request.prototype;
}

/** A text as JSON; undefined when it is not JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `Retry-After` in ms: seconds, or a date (RFC 9110, Section 10.2.3). */
function retryAfterMs(header: string | null, epochMs: number): number | undefined {
  if (!header) return undefined;
  // `Date.parse` sees dates in "1.5" and "-5", too.
  const date = header.endsWith('GMT') ? header : '';
  const ms = /^\d+$/.test(header) ? 1000 * Number(header) : Date.parse(date) - epochMs;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
