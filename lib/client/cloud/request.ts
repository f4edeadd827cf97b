import { maxSlaMs } from '../../core/contract/limits.ts';
import type { DeviceInput, ImageFile, ImageInput } from '../api/image.ts';
import type { ImageKind } from '../api/types.ts';

/**
 * An image with its content type; empty for a Blob that does not know its own, such as that of a
 * HEIC file on a system that does not know HEIC.
 *
 * @throws TypeError when it is no image at all, or bytes without a content type
 */
export function describe(image: ImageInput, { contentType }: ImageKind['options']): DeviceInput {
  if (typeof image !== 'object' || image === null) throw new TypeError('there is no image');
  if (!isFile(image)) return { image, contentType: 'image/raw' };
  const type = contentType || (image as Partial<Blob>).type;
  if (type === undefined) throw new TypeError('contentType is missing');
  return { image, contentType: type };
}

/** Whether an image is a file or bytes, and nothing to be drawn. */
export function isFile(image: ImageInput): image is ImageFile {
  return 'size' in image || 'byteLength' in image;
}

/** `mdi-sla-ms`, in whole ms: what is left of the SLA after scaling the image down. */
export function sentSla(leftMs: number): number {
  return Math.min(maxSlaMs, Math.max(1, Math.ceil(leftMs)));
}

/** `GET /v1/time`, past every cache: its address differs each time. */
export function timePath(): string {
  return `/v1/time?once=${Math.random()}`;
}

/** An `AbortError` as `DOMException` makes it, which React Native does not have. */
export function aborted(message: string): Error {
  return Object.assign(new Error(message), { name: 'AbortError' });
}
