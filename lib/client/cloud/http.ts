import type { Auth, AuthRequest } from '../api/auth.ts';
import { ApiError, MalformedAnswerError, MovedError, NetworkError } from '../api/errors.ts';
import type { Fetch } from '../api/fetch.ts';
import type { ImageFile } from '../api/image.ts';
import { isProblem } from './answer.ts';

/** How the service is reached. */
export interface Connection {
  /** The service's address, without a slash at its end. */
  readonly endpoint: string;
  readonly fetch: Fetch;
  readonly auth?: Auth | undefined;
  /** Unix ms of the server, as far as it is known: signatures carry the time. */
  readonly epochMs: () => number;
}

/** A request to the service: by POST where there is a body, else by GET. */
export interface Call {
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: ImageFile | string;
  readonly signal: AbortSignal;
  /** What is wrong with an answer; undefined when nothing is. */
  readonly faultOf?: ((body: unknown, headers: Headers) => string | undefined) | undefined;
  /**
   * Reads an answer's body.
   *
   * @default - as JSON
   */
  readonly read?: ((response: Response) => Promise<unknown>) | undefined;
}

/**
 * Asks the service; once more when it has refused and `auth` knows better now.
 *
 * @returns the answer's body
 * @throws {@link ApiError}, {@link MovedError}, {@link NetworkError}, {@link MalformedAnswerError}, or
 *   what `auth` throws
 */
export async function ask<T>(connection: Connection, call: Call): Promise<T> {
  let { request, response, body } = await send(connection, call);
  // Whoever refuses in JSON is the service, and no captive portal.
  const isRefused = [401, 403].includes(response.status) && body !== undefined;
  if (isRefused && connection.auth?.refused?.(request, response.headers)) {
    ({ response, body } = await send(connection, call));
  }
  const { ok, status, redirected, url, headers } = response;
  const fault = ok ? call.faultOf?.(body, headers) : undefined;
  if (ok && !fault) return body as T;
  // 301 and 302 have made a GET of the POST; a captive portal leads to a page of its own.
  if (redirected && url.endsWith(call.path)) throw new MovedError(url.slice(0, -call.path.length));
  if (ok) throw new MalformedAnswerError(`the service's answer is malformed: ${fault}`);
  const retryMs = retryAfterMs(headers.get('retry-after'), connection.epochMs());
  throw new ApiError(status, isProblem(body) ? body : undefined, retryMs);
}

async function send(
  { endpoint, fetch, auth, epochMs }: Connection,
  { path, headers = {}, body, signal, read = readJson }: Call,
) {
  const url = endpoint + path;
  const method = body === undefined ? 'GET' : 'POST';
  const request: AuthRequest = { method, url, headers, body, epochMs: epochMs() };
  const authorization = await auth?.(request);
  try {
    const response = await fetch(url, {
      method,
      headers: { ...headers, ...authorization },
      signal,
      ...(knowsCaches() && { cache: 'no-store' }),
      body: body as Blob,
    });
    return { request, response, body: await read(response) };
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

/** A body as JSON; undefined when it is not JSON. */
export async function readJson(response: Pick<Response, 'text'>): Promise<unknown> {
  const text = await response.text();
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
