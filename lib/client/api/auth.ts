import type { ImageFile } from './image.ts';

/** A request before it is sent. */
export interface AuthRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: ImageFile | string | undefined;
  /** Unix ms on the server's clock, as far as the client knows it. */
  readonly epochMs: number;
}

/** Authorizes requests. */
export interface Auth {
  /** Gives the headers that authorize a request. */
  (
    request: AuthRequest,
  ): Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>;
  /**
   * Is told that the service has refused a request (401 or 403), with the headers of its answer.
   *
   * @param request - as it was authorized
   * @returns whether the request would be authorized otherwise now, so that it is sent once more
   */
  readonly refused?: ((request: AuthRequest, answer: Headers) => boolean) | undefined;
}

/**
 * Authorizes requests with a JSON web token, such as one of a Cognito user pool.
 *
 * @param getToken - is called for every request, so it should cache its token
 *
 * @example
 * ```ts
 * import { bearer, createClient } from '@mdinference/client';
 *
 * async function getToken() {
 *   const session = await fetch('https://example.com/session');
 *   return (await session.json()).token as string;
 * }
 *
 * export const client = createClient({
 *   endpoint: 'https://abc123.execute-api.eu-central-1.amazonaws.com',
 *   slaMs: 250,
 *   auth: bearer(getToken),
 * });
 * ```
 */
export function bearer(getToken: () => string | Promise<string>): Auth {
  return async () => ({ authorization: `Bearer ${await getToken()}` });
}
