import type { ImageCodec, OpenImage } from '../api/codec.ts';
import { usualUpload } from '../api/upload-settings.ts';
import { browser } from './browser.ts';
import { type Picture, pictureOf } from './canvas.ts';
import type { Captured } from './capture.ts';
import { captureAny } from './capture-any.ts';
import { openCaptured, wholePicture } from './open-image.ts';
import { nameError } from './read-errors.ts';
import { takeOrientation, upright } from './webp-orientation.ts';

/** The shorter side of most photos, in parts of the longer. */
const usualShape = 3 / 4;
/** What the upload needs unless the app has settings of its own: one decode is to serve both. */
const usualSide = usualUpload.maxSide * usualShape;
/** Side of the square, in parts of the side that is needed, that a decoder is asked for. */
const desiredSides = 8 / 3;

/** A decoded image, and whether more of it can be had. */
interface Decoded extends Picture {
  readonly isWhole: boolean;
}

/** Types that `ImageDecoder` could not decode, and `createImageBitmap` could. */
const notByDecoder = new Set<string>();

/**
 * The fastest way that a browser has to decode, in the thread that calls: `ImageDecoder`, which gives a
 * large JPEG small, or else `createImageBitmap`.
 *
 * @returns undefined where there is nothing, as in Node
 */
export function fastImages(): ImageCodec | undefined {
  if (!browser.OffscreenCanvas) return undefined;
  return { open: (input, shorterSide) => openFast(captureAny(input), shorterSide) };
}

/** Opens what is being captured: decoded once, or once more when more of it is needed than was. */
export function openFast(captured: Promise<Captured>, shorterSide: number): OpenImage {
  const open = openCaptured<Decoded>(captured, async (image, before, shorter, longer) => {
    if (before && (before.isWhole || isEnough(before, shorter, longer))) return before;
    before?.image.close();
    if (!(image instanceof Blob)) return { ...pictureOf(image), isWhole: true };
    const side = Math.max(shorter, shorterSide, usualSide, longer * usualShape);
    return await decode(image, before ? Number.POSITIVE_INFINITY : side);
  });
  const named = async <Result>(result: Promise<Result>) => {
    try {
      return await result;
    } catch (error) {
      throw nameError(error, await captured);
    }
  };
  return {
    ...open,
    pixels: (size) => named(open.pixels(size)),
    encode: (how) => named(open.encode(how)),
  };
}

function isEnough({ width, height }: Picture, shorter: number, longer: number): boolean {
  return Math.min(width, height) >= shorter && Math.max(width, height) >= longer;
}

/**
 * @param side - pixels that the shorter side is needed with. Chromium's decoder of JPEG scales by n/8, to
 *   at most the *area* that is asked for and at least a quarter of it: asked for 64/9 of the square of
 *   the side, it gives enough of every image that is not wider than 16:9.
 */
async function decode(blob: Blob, side: number): Promise<Decoded> {
  const { type } = blob;
  const { ImageDecoder, VideoFrame } = browser;
  const { file, orientation } = await takeOrientation(blob);
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
  const picture = upright(await wholePicture(file), orientation);
  if (hasDecoder) notByDecoder.add(type);
  return { ...picture, isWhole: true };
}
