/**
 * Signed requests, for services whose callers are authorized by AWS IAM.
 *
 * @module @mdinference/client/sigv4
 */
import type { Auth } from './api/auth.ts';
import type { ImageFile } from './api/image.ts';

/** An HTTP request as AWS's signers take it. */
export interface SignableRequest {
  method: string;
  protocol: string;
  hostname: string;
  port?: number;
  path: string;
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
 * @throws TypeError when the client's endpoint is not a URL that can be signed
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control-iam.html
 */
export function sigV4({ signer }: { signer: RequestSigner }): Auth {
  return async ({ method, url, headers, body, epochMs }) => {
    const { protocol, host, hostname, port, path } = partsOf(url);
    const signed = await signer.sign(
      {
        ...{ method, protocol, hostname, path },
        ...(port && { port: Number(port) }),
        headers: { ...headers, host },
        ...(body && { body: await bytesOf(body) }),
      },
      { signingDate: new Date(epochMs) },
    );
    return Object.fromEntries(
      Object.entries(signed.headers).filter(([name]) =>
        signatureHeaders.includes(name.toLowerCase()),
      ),
    );
  };
}

/** As `new URL` would, of which React Native has only half. */
function partsOf(url: string) {
  const pattern =
    /^(?<protocol>https?:)\/\/(?<host>(?<hostname>[^/:]+)(?::(?<port>\d+))?)(?<path>\/[^?#]*)$/;
  const {
    protocol = '',
    host = '',
    hostname = '',
    port,
    path = '',
  } = pattern.exec(url)?.groups ?? {};
  if (!host) throw new TypeError(`${url} is no address that can be signed`);
  return { protocol, host, hostname, port, path };
}

async function bytesOf(body: ImageFile): Promise<ArrayBuffer | ArrayBufferView> {
  return 'arrayBuffer' in body ? await body.arrayBuffer() : (body as ArrayBuffer);
}
