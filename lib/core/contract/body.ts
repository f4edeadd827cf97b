import { imageContentTypes, imageTypeOf } from './image-type.ts';
import { maxBodyBytes } from './limits.ts';
import { itIs, otherFormatOf } from './other-formats.ts';
import { ProblemError } from './problem.ts';

/** Content type of a catalogue's raw input tensor. */
export const tensorContentType = 'application/octet-stream';

/** A content type that `POST /v1/infer` takes. */
export type InferContentType = (typeof imageContentTypes)[number] | typeof tensorContentType;

const accepted: readonly string[] = [...imageContentTypes, tensorContentType];

/** Other names of the same, as older programs and systems know them. */
const aliases: ReadonlyMap<string, InferContentType> = new Map([
  ...['jpg', 'pjpeg', 'pjpg', 'jpe', 'jfif', 'pipeg', 'x-jpeg', 'x-jpg', 'x-citrix-jpeg'].map(
    (name) => [`image/${name}`, 'image/jpeg'] as const,
  ),
  ...['x-png', 'apng', 'vnd.mozilla.apng', 'x-apng', 'x-citrix-png'].map(
    (name) => [`image/${name}`, 'image/png'] as const,
  ),
  ['image/x-webp', 'image/webp'],
]);

/** What HTTP clients send with bytes when nobody tells them what the bytes are. */
const unspecific: ReadonlySet<string> = new Set([
  '',
  tensorContentType,
  'application/x-www-form-urlencoded',
  'application/binary',
  'binary/octet-stream',
  '*/*',
]);

/** What {@link contentTypeOfBody} looks at. */
export interface DescribedBody {
  /** The header `content-type`. */
  readonly header: string | undefined;
  readonly bytes: number;
  /** Its first {@link formatBytes} bytes: fewer tell less of what is not taken. */
  readonly begin: Uint8Array;
  /** How many bytes the catalogue's raw input tensor has. */
  readonly tensorBytes: number;
}

/**
 * What a request's body is. Where its header names an image of any kind, or what clients send by default, the
 * first bytes say it; parameters such as `; charset` count nowhere. `application/octet-stream` of the length of
 * the raw tensor is the tensor; what is of another length, and nothing that is known, is a tensor of a wrong
 * length.
 *
 * @throws {@link ProblemError} `unsupported-media-type`, with the format's name if it is known
 */
export function contentTypeOfBody(body: DescribedBody): InferContentType {
  const { header, bytes, begin, tensorBytes } = body;
  const type = header?.split(';')[0]?.trim().toLowerCase() ?? '';
  const isUnspecific = unspecific.has(type);
  if (!isUnspecific && !type.startsWith('image/')) throw refused(whyRefused(type));
  const isTensor = isUnspecific && bytes === tensorBytes;
  if (type === tensorContentType && isTensor) return type;
  const seen = imageTypeOf(begin);
  if (seen) return seen;
  if (isTensor) return tensorContentType;
  const other = otherFormatOf(begin);
  if (other) throw refused(`the body is not taken: ${itIs(other)}; send a JPEG, PNG or WebP`);
  const named = imageContentTypes.find((it) => it === type) ?? aliases.get(type);
  if (named) return named;
  if (type === tensorContentType) return type;
  throw refused(isUnspecific ? whyNothing(type, body) : whyRefused(type));
}

function refused(message: string): ProblemError {
  return new ProblemError('unsupported-media-type', message);
}

function whyNothing(type: string, { bytes, tensorBytes }: DescribedBody): string {
  const named = type || 'without a content-type';
  return `the body (${named}) begins like no JPEG, PNG or WebP, and has ${bytes} bytes where a raw tensor has ${tensorBytes}`;
}

function whyRefused(type: string): string {
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
