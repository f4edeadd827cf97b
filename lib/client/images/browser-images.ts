import { boxOf } from '../../core/preprocessing/crop.ts';
import type { ImageCodec, OpenImage } from '../api/codec.ts';
import { usualUpload } from '../api/upload-settings.ts';
import { browser } from './browser.ts';
import { encodeByCanvas, pixelsOf, uprightSize } from './canvas.ts';
import { type Captured, capture, nameError } from './capture.ts';
import { type Decoded, decode } from './decode.ts';

/** The shorter side of most photos in parts of the longer. */
const usualShape = 3 / 4;
/** What the upload needs unless the app has settings of its own: one decode is to serve both. */
const usualSide = usualUpload.maxSide * usualShape;

/**
 * The browser's means to decode and encode, in the thread that calls.
 *
 * @returns undefined where there are none, as in Node and React Native
 */
export function browserImages(): ImageCodec | undefined {
  if (!browser.createImageBitmap || !browser.OffscreenCanvas) return undefined;
  return { open: (input, shorterSide) => openCaptured(capture(input), shorterSide) };
}

/** Opens what has been captured: decoded once, or once more when more of it is needed than was. */
export function openCaptured(captured: Promise<Captured>, shorterSide: number): OpenImage {
  captured.catch(() => undefined);
  let decoded: Promise<Decoded> | undefined;

  /** The picture with at least this many pixels in its shorter and its longer side, if it has them. */
  const pictureOf = (shorter: number, longer: number) => {
    const before = decoded;
    const look = async (): Promise<Decoded> => {
      const picture = await before;
      if (picture) {
        const { width, height } = uprightSize(picture);
        const isEnough = Math.min(width, height) >= shorter && Math.max(width, height) >= longer;
        if (isEnough || picture.isWhole) return picture;
        picture.image.close();
      }
      const image = await captured;
      if (!(image instanceof Blob)) return { image, orientation: 1, isWhole: true };
      const side = Math.max(shorter, shorterSide, usualSide, longer * usualShape);
      return await decode(image, picture ? Number.POSITIVE_INFINITY : side);
    };
    decoded = look();
    return decoded;
  };
  const named = async <T>(work: () => Promise<T>) => {
    try {
      return await work();
    } catch (error) {
      throw nameError(error, await captured);
    }
  };

  return {
    pixels: (size) =>
      named(async () => {
        const { width, height } = boxOf(size);
        return pixelsOf(await pictureOf(Math.max(width, height), 0), size);
      }),
    encode: (settings) =>
      named(async () => encodeByCanvas(await pictureOf(0, settings.maxSide), settings)),
    close: () => {
      decoded?.then(({ image }) => image.close()).catch(() => undefined);
    },
  };
}
