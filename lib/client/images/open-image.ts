import { boxOf } from '../../core/preprocessing/crop.ts';
import type { OpenImage } from '../api/codec.ts';
import { browser } from './browser.ts';
import { encodePicture, type Picture, pictureOf, pixelsOf } from './canvas.ts';
import type { Captured } from './capture.ts';

/**
 * Gives the picture of what has been captured.
 *
 * @param before - what it gave last time, if it is asked again
 * @param shorter - pixels that the picture needs in its shorter side, if the image has them
 * @param longer - and in its longer side
 */
export type Look<P extends Picture> = (
  image: Captured,
  before: P | undefined,
  shorter: number,
  longer: number,
) => Promise<P>;

/** Opens what is being captured, for calls at any time: each looks at it when the last has done so. */
export function openCaptured<P extends Picture>(
  captured: Promise<Captured>,
  look: Look<P>,
): OpenImage {
  captured.catch(() => undefined);
  let last: Promise<P> | undefined;
  const picture = (shorter: number, longer: number) => {
    const before = last;
    last = captured.then(async (image) => look(image, await before, shorter, longer));
    return last;
  };
  return {
    pixels: async (size) => {
      const { width, height } = boxOf(size);
      return pixelsOf(await picture(Math.max(width, height), 0), size);
    },
    encode: async (how) => await encodePicture(await picture(0, how.maxSide), how),
    close: () => {
      captured.then((image) => 'close' in image && image.close()).catch(() => undefined);
      last?.then(({ image }) => image.close()).catch(() => undefined);
    },
  };
}

/** Decodes by the means that every browser has. */
export async function wholePicture(image: Captured): Promise<Picture> {
  return pictureOf(image instanceof Blob ? await browser.createImageBitmap(image) : image);
}
