/**
 * Signed requests, for services whose callers are authorized by AWS IAM.
 *
 * @module @mdinference/client/sigv4
 */
import type { Auth, AuthRequest } from './api/auth.ts';
import type { ImageFile } from './api/image.ts';
import { blobBytes } from './cloud/blob-bytes.ts';

/** An HTTP request as AWS's signers take it. */
export interface SignableRequest {
  method: string;
  protocol: string;
  hostname: string;
  port?: number;
  path: string;
  query?: Record<string, string>;
  headers: Record<string, string>;
  body?: unknown;
}

/** What signs requests: `SignatureV4` of `@smithy/signature-v4`, or anything similar. */
export interface RequestSigner {
  sign(
    request: SignableRequest,
    options: { signingDate: Date },
  ): Promise<{ headers: Record<string, string> }>;
}

/** A date in a signature may be so wrong, in ms, without being the reason of a refusal. */
const toleratedMs = 60_000;
/** Headers that a signature adds. */
const signatureHeaders = [
  'authorization',
  'x-amz-content-sha256',
  'x-amz-date',
  'x-amz-security-token',
];

/**
 * Authorizes requests with IAM, by Signature Version 4. The date in a signature may be 5 minutes off:
 * it is the server's, as far as the client knows it, so that a device's wrong clock does not matter.
 *
 * @param signer - has credentials and region; its service is `execute-api`
 *
 * @example
 * ```ts
 * import { Sha256 } from '@aws-crypto/sha256-js';
 * import { createClient } from '@mdinference/client';
 * import { sigV4 } from '@mdinference/client/sigv4';
 * import { SignatureV4 } from '@smithy/signature-v4';
 *
 * const signer = new SignatureV4({
 *   service: 'execute-api',
 *   region: 'eu-central-1',
 *   credentials: { accessKeyId: 'AKIA...', secretAccessKey: '...' },
 *   sha256: Sha256,
 * });
 *
 * export const client = createClient({
 *   endpoint: 'https://abc123.execute-api.eu-central-1.amazonaws.com',
 *   slaMs: 250,
 *   auth: sigV4({ signer }),
 * });
 * ```
 * @throws TypeError when the client's endpoint is not a URL that can be signed, or a Blob cannot be read
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control-iam.html
 */
export function sigV4({ signer }: { signer: RequestSigner }): Auth {
  /** What the last refusal told: Unix ms of the server minus the client's, and how far the latter was off the wall clock. */
  let told = { shiftMs: 0, offWallMs: 0 };
  /** When requests were signed, by the date in their signatures. */
  const dates = new WeakMap<AuthRequest, number>();
  /** What a refusal told counts until the client knows the server's clock otherwise. */
  const dateMs = (epochMs: number) => {
    const isAsThen = Math.abs(epochMs - Date.now() - told.offWallMs) < toleratedMs;
    return isAsThen ? epochMs + told.shiftMs : epochMs;
  };
  const sign = async (request: AuthRequest) => {
    const { method, url, headers, body, epochMs } = request;
    const { protocol, host, hostname, port, path, query } = partsOf(url);
    const signedMs = dateMs(epochMs);
    dates.set(request, signedMs);
    const signed = await signer.sign(
      {
        ...{ method, protocol, hostname, path },
        ...(port && { port: Number(port) }),
        ...(query && {
          query: Object.fromEntries(query.split('&').map((pair) => pair.split('='))),
        }),
        headers: { ...headers, host },
        ...(body && { body: await bytesOf(body) }),
      },
      { signingDate: new Date(signedMs) },
    );
    return Object.fromEntries(
      Object.entries(signed.headers).filter(([name]) =>
        signatureHeaders.includes(name.toLowerCase()),
      ),
    );
  };
  const refused = (request: AuthRequest, answer: Headers) => {
    const { epochMs } = request;
    const serverMs = Date.parse(answer.get('date') ?? '');
    if (!(Math.abs(serverMs - (dates.get(request) ?? epochMs)) > toleratedMs)) return false;
    told = { shiftMs: serverMs - epochMs, offWallMs: epochMs - Date.now() };
    return true;
  };
  return Object.assign(sign, { refused });
}

/** As `new URL` would, of which React Native has only half. */
function partsOf(url: string) {
  const pattern =
    /^(?<protocol>https?:)\/\/(?<host>(?<hostname>[^/:]+)(?::(?<port>\d+))?)(?<path>\/[^?#]*)(?:\?(?<query>[^#]*))?$/;
  const {
    protocol = '',
    host = '',
    hostname = '',
    port,
    path = '',
    query,
  } = pattern.exec(url)?.groups ?? {};
  if (!host) throw new TypeError(`${url} is no address that can be signed`);
  return { protocol, host, hostname, port, path, query };
}

async function bytesOf(body: ImageFile | string): Promise<ArrayBuffer | ArrayBufferView | string> {
  return typeof body === 'string' || 'byteLength' in body ? body : await blobBytes(body);
}
