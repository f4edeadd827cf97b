import { imageTypeOf } from '../contract/image-type.ts';
import { type JpegHeader, readJpegHeader } from './jpeg.ts';
import { type PngHeader, readPngHeader } from './png.ts';
import { readWebpHeader, type WebpHeader } from './webp.ts';

/** What an image says of itself: its size as it is stored, before its EXIF orientation, and what decoding it takes. */
export type ImageHeader = JpegHeader | PngHeader | WebpHeader;

const readers = {
  'image/jpeg': readJpegHeader,
  'image/png': readPngHeader,
  'image/webp': readWebpHeader,
} as const;

/**
 * Reads what an image says of itself. Nothing of it is decoded or copied, and the work is bounded by the
 * file's length.
 *
 * @param file - the whole of it
 * @returns undefined when it is no JPEG, PNG or WebP that can be decoded
 */
export function readImageHeader(file: Uint8Array): ImageHeader | undefined {
  const type = imageTypeOf(file);
  return type && readers[type](file);
}
