import { imageContentTypes, imageTypeOf } from './image-type.ts';
import { maxBodyBytes } from './limits.ts';
import { ProblemError } from './problem.ts';

/** Content type of a catalogue's raw input tensor. */
export const tensorContentType = 'application/octet-stream';

/** A content type that `POST /v1/infer` takes. */
export type InferContentType = (typeof imageContentTypes)[number] | typeof tensorContentType;

const accepted: readonly string[] = [...imageContentTypes, tensorContentType];

/** Other names of the same, as older programs and systems know them. */
const aliases: ReadonlyMap<string, InferContentType> = new Map([
  ['image/jpg', 'image/jpeg'],
  ['image/pjpeg', 'image/jpeg'],
  ['image/x-png', 'image/png'],
]);

/** What HTTP clients send with bytes when nobody tells them what the bytes are. */
const unspecific: ReadonlySet<string> = new Set([
  '',
  tensorContentType,
  'application/x-www-form-urlencoded',
  'application/binary',
  'binary/octet-stream',
  'image/*',
  '*/*',
]);

/** What {@link contentTypeOfBody} looks at. */
export interface DescribedBody {
  /** The header `content-type`. */
  readonly header: string | undefined;
  readonly bytes: number;
  /** Its first 12 bytes, or more. */
  readonly begin: Uint8Array;
  /** How many bytes the catalogue's raw input tensor has. */
  readonly tensorBytes: number;
}

/**
 * What a request's body is: what its header says, parameters such as `; charset` aside. Where that is absent or
 * what clients send by default, the first bytes say it. `application/octet-stream` that is no image is a tensor,
 * whatever its length.
 *
 * @throws {@link ProblemError} `unsupported-media-type`
 */
export function contentTypeOfBody({
  header,
  bytes,
  begin,
  tensorBytes,
}: DescribedBody): InferContentType {
  const type = header?.split(';')[0]?.trim().toLowerCase() ?? '';
  const named = imageContentTypes.find((it) => it === type) ?? aliases.get(type);
  if (named) return named;
  const isUnspecific = unspecific.has(type);
  const isTensor = isUnspecific && bytes === tensorBytes;
  if (type === tensorContentType && isTensor) return type;
  const seen = isUnspecific ? imageTypeOf(begin) : undefined;
  if (seen) return seen;
  if (type === tensorContentType || isTensor) return tensorContentType;
  throw new ProblemError('unsupported-media-type', whyRefused(type, { bytes, tensorBytes }));
}

function whyRefused(
  type: string,
  { bytes, tensorBytes }: Pick<DescribedBody, 'bytes' | 'tensorBytes'>,
): string {
  if (unspecific.has(type)) {
    const named = type || 'without a content-type';
    return `the body (${named}) begins like no JPEG, PNG or WebP, and has ${bytes} bytes where a raw tensor has ${tensorBytes}`;
  }
  if (type.startsWith('multipart/')) {
    return `${type} is not taken: send the image alone as the body, which is --data-binary @FILE with curl`;
  }
  return `content-type must be one of ${accepted.join(', ')}, not ${type}`;
}

/**
 * Checks that a request's body is not encoded.
 *
 * @param header - `content-encoding`
 * @throws {@link ProblemError} `unsupported-media-type` naming the encoding
 */
export function checkContentEncoding(header: string | undefined): void {
  const encoding = header?.trim().toLowerCase() ?? '';
  if (encoding === '' || encoding === 'identity') return;
  throw new ProblemError(
    'unsupported-media-type',
    `content-encoding ${encoding} is not taken; send the body as it is`,
    // https://www.rfc-editor.org/rfc/rfc7694
    { 'accept-encoding': 'identity' },
  );
}

/**
 * Checks the length of a request's body.
 *
 * @throws {@link ProblemError} `empty-body` or `too-large`
 */
export function checkBodyLength(bytes: number): void {
  if (bytes === 0) throw new ProblemError('empty-body', 'the body must hold an image or a tensor');
  if (bytes > maxBodyBytes) {
    throw new ProblemError(
      'too-large',
      `the body has ${bytes} bytes; at most ${maxBodyBytes} are taken`,
    );
  }
}

/** The number of bytes that a base64 text stands for. */
export function base64Bytes(text: string): number {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  return Math.floor((text.length * 3) / 4) - padding;
}
