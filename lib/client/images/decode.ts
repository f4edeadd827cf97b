import { browser } from './browser.ts';
import { type Picture, sizeOf } from './canvas.ts';
import { takeOrientation } from './webp-orientation.ts';

/** Side of the square, in multiples of the side that is needed, that a decoder is asked for. */
const desiredSides = 8 / 3;

/** A decoded image, and whether more of it can be had. */
export interface Decoded extends Picture {
  readonly isWhole: boolean;
}

/** Types that `ImageDecoder` could not decode, and another way could. */
const notByDecoder = new Set<string>();

/**
 * Decodes a file the fastest way that the browser has, upright.
 *
 * @param side - pixels that the shorter side is needed with. Chromium's decoder of JPEG scales by n/8 to
 *   at most the *area* that is asked for, and at least a quarter of it; asked for 64/9 of the square of
 *   the side, it gives enough of every picture that is not wider than 16:9, or the whole.
 */
export async function decode(file: Blob, side: number): Promise<Decoded> {
  let blob = file;
  let orientation = 1;
  const { type } = file;
  if (type === 'image/webp') {
    const bytes = new Uint8Array(await file.arrayBuffer());
    orientation = takeOrientation(bytes);
    blob = new Blob([bytes], { type });
  }
  const { ImageDecoder, VideoFrame } = browser;
  // Chromium's frames of before 138 forget the EXIF orientation.
  const hasDecoder = ImageDecoder && VideoFrame && 'rotation' in VideoFrame.prototype;
  if (hasDecoder && !notByDecoder.has(type)) {
    const isScaled = type === 'image/jpeg' && Number.isFinite(side);
    const desired = isScaled ? Math.ceil(side * desiredSides) : Number.POSITIVE_INFINITY;
    const scaled = isScaled && { desiredWidth: desired, desiredHeight: desired };
    try {
      const decoder = new ImageDecoder({ data: await blob.arrayBuffer(), type, ...scaled });
      try {
        const { image } = await decoder.decode();
        const { width, height } = sizeOf(image);
        return { image, orientation, isWhole: !(width * height >= (desired * desired) / 4) };
      } finally {
        decoder.close();
      }
    } catch {
      // A broken file, or a type that only another way knows: see there.
    }
  }
  const image = await browser.createImageBitmap?.(blob);
  if (!image) throw new Error('this browser has no createImageBitmap');
  if (hasDecoder) notByDecoder.add(type);
  return { image, orientation, isWhole: true };
}
