import { maxBodyBytes } from './limits.ts';
import { ProblemError } from './problem.ts';

/** Content types of images that are decoded. */
export const imageContentTypes = ['image/jpeg', 'image/png', 'image/webp'] as const;

/** Content type of a catalogue's raw input tensor. */
export const tensorContentType = 'application/octet-stream';

/** A content type that `POST /v1/infer` takes. */
export type InferContentType = (typeof imageContentTypes)[number] | typeof tensorContentType;

const accepted: readonly string[] = [...imageContentTypes, tensorContentType];

/**
 * Checks a request's content type, parameters such as `; charset` aside.
 *
 * @throws {@link ProblemError} `unsupported-media-type`
 */
export function parseContentType(header: string | undefined): InferContentType {
  const type = header?.split(';')[0]?.trim().toLowerCase();
  if (type !== undefined && accepted.includes(type)) return type as InferContentType;
  throw new ProblemError(
    'unsupported-media-type',
    `content-type must be one of ${accepted.join(', ')}, not ${header ?? 'absent'}`,
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
