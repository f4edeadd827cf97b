import { asServed } from './as-served.ts';
import { browser } from './browser.ts';
import { type Picture, pictureOf } from './canvas.ts';
import { takeOrientation, upright } from './webp-orientation.ts';

/** Side of the square, in parts of the side that is needed, that a decoder is asked for. */
const desiredSides = 8 / 3;

/** A decoded image, and whether more of it can be had. */
export interface Decoded extends Picture {
  readonly isWhole: boolean;
}

/** Types that `ImageDecoder` could not decode, and `createImageBitmap` could. */
const notByDecoder = new Set<string>();

/**
 * Decodes a file the fastest way that the browser has: by `ImageDecoder`, which gives a large JPEG small,
 * or else by `createImageBitmap`.
 *
 * @param side - pixels that the shorter side is needed with. Chromium's decoder of JPEG scales by n/8, to
 *   at most the *area* that is asked for and at least a quarter of it: asked for 64/9 of the square of
 *   the side, it gives enough of every image that is not wider than 16:9.
 */
export async function decode(blob: Blob, side: number): Promise<Decoded> {
  const { ImageDecoder, VideoFrame } = browser;
  const { file, orientation } = await takeOrientation(await asServed(blob));
  const { type } = file;
  // Before Chromium 138 frames had lost the EXIF orientation.
  const hasDecoder = ImageDecoder && VideoFrame && 'rotation' in VideoFrame.prototype;
  if (hasDecoder && !notByDecoder.has(type)) {
    const data = await file.arrayBuffer();
    // Other formats are not scaled.
    const desired =
      type === 'image/jpeg' ? Math.ceil(side * desiredSides) : Number.POSITIVE_INFINITY;
    const scaled = Number.isFinite(desired) && { desiredWidth: desired, desiredHeight: desired };
    try {
      const decoder = new ImageDecoder({ data, type, ...scaled });
      const { image } = await decoder.decode().finally(() => decoder.close());
      const picture = upright(pictureOf(image), orientation);
      return { ...picture, isWhole: !(picture.width * picture.height >= desired ** 2 / 4) };
    } catch {
      // A broken file, or a type that only the other way knows.
    }
  }
  const picture = upright(pictureOf(await browser.createImageBitmap(file)), orientation);
  if (hasDecoder) notByDecoder.add(type);
  return { ...picture, isWhole: true };
}
