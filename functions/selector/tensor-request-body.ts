import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { maxBodyBytes } from '../../lib/core/contract/limits.ts';
import { ProblemError } from '../../lib/core/contract/problem.ts';

const decoders = { gzip: promisify(gunzip), deflate: promisify(inflate) };

/**
 * The bytes of a request's body, decompressed. What they are the content type does not say: clients of the protocol
 * send JSON and binary data without one, or with `application/octet-stream`, which API Gateway passes on as base64;
 * JSON that is called so comes as text.
 *
 * @throws {@link ProblemError} `too-large`, `unsupported-media-type` for another encoding, or `bad-request` for data
 *   that cannot be decompressed
 */
export async function bytesOfBody({
  body = '',
  isBase64Encoded,
  headers,
}: Pick<APIGatewayProxyEventV2, 'body' | 'isBase64Encoded' | 'headers'>): Promise<
  Uint8Array<ArrayBuffer>
> {
  const bytes = await decompressed(
    Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8'),
    headers['content-encoding']?.trim().toLowerCase() ?? 'identity',
  );
  if (bytes.length <= maxBodyBytes) return bytes;
  throw tooLarge(`the body has ${bytes.length} bytes`);
}

async function decompressed(
  bytes: Buffer<ArrayBuffer>,
  encoding: string,
): Promise<Buffer<ArrayBuffer>> {
  if (encoding === 'identity' || encoding === '') return bytes;
  const decode = encoding === 'gzip' || encoding === 'deflate' ? decoders[encoding] : undefined;
  if (!decode) {
    throw new ProblemError(
      'unsupported-media-type',
      `content-encoding ${encoding} is not taken, only gzip and deflate`,
      { 'accept-encoding': 'gzip, deflate' },
    );
  }
  try {
    return (await decode(bytes, { maxOutputLength: maxBodyBytes })) as Buffer<ArrayBuffer>;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge('the decompressed body is larger');
    throw new ProblemError('bad-request', `the body cannot be decompressed: ${message}`);
  }
}

function tooLarge(what: string): ProblemError {
  return new ProblemError('too-large', `${what}; at most ${maxBodyBytes} bytes are taken`);
}
