import { maxSlaMs } from '../../core/contract/limits.ts';
import type { DeviceInput, ImageInput } from '../api/image.ts';

/** The longest SLA in ms that timers support, late answers included. */
const longestSlaMs = 2 ** 30;

/**
 * An image with its content type.
 *
 * @throws TypeError when neither the caller nor a Blob says it
 */
export function describe(image: ImageInput, contentType?: string): DeviceInput {
  const type = contentType ?? ('type' in image ? (image as Blob).type : '');
  if (type === '') throw new TypeError('contentType is missing: bytes do not say what they are');
  return { image, contentType: type };
}

/** @throws RangeError when timers do not support the SLA */
export function checkSla(slaMs: number): void {
  if (slaMs > 0 && slaMs <= longestSlaMs) return;
  throw new RangeError(`slaMs must be above 0 and at most ${longestSlaMs}, not ${slaMs}`);
}

/** `mdi-sla-ms`: what is left of the SLA after scaling the image down. */
export function slaHeader(leftMs: number): string {
  return String(Math.min(maxSlaMs, Math.max(1, Math.ceil(leftMs))));
}

/** An `AbortError` as `DOMException` makes it, which React Native does not have. */
export function aborted(message: string): Error {
  return Object.assign(new Error(message), { name: 'AbortError' });
}
