import { boxOf, type CropSize } from '../../core/preprocessing/crop.ts';
import type { OpenImage } from '../api/codec.ts';
import { usualShape } from '../api/upload-settings.ts';
import { encodePicture, encodeView, type Picture, pictureOf, pixelsOf } from './canvas.ts';
import type { Captured } from './capture.ts';
import { type Decoded, decode } from './decode.ts';
import { nameError } from './read-errors.ts';

/**
 * Opens what is being captured, in the thread that calls: decoded once, or once more when more of it is
 * needed than was.
 *
 * @param shorterSide - pixels that the shorter side will be needed with
 */
export function openImage(captured: Promise<Captured>, shorterSide: number): OpenImage {
  captured.catch(() => undefined);
  let last: Promise<Decoded> | undefined;

  const pictureWith = (shorter: number, longer: number): Promise<Decoded> => {
    const before = last;
    const look = async () => {
      const image = await captured;
      if (!(image instanceof Blob)) return { ...pictureOf(image), isWhole: true };
      const picture = await before;
      const side = Math.max(shorter, shorterSide, longer * usualShape);
      if (!picture) return await decode(image, side);
      if (picture.isWhole || isEnough(picture, shorter, longer)) return picture;
      picture.image.close();
      return await decode(image, Number.POSITIVE_INFINITY);
    };
    last = look();
    return last;
  };
  const pictureFor = (size: CropSize): Promise<Decoded> => {
    const { width, height } = boxOf(size);
    return pictureWith(Math.max(width, height), 0);
  };
  const named = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    try {
      return await work();
    } catch (error) {
      throw nameError(error, await captured);
    }
  };

  return {
    pixels: (size) => named(async () => pixelsOf(await pictureFor(size), size)),
    view: (view, encoding) => named(async () => encodeView(await pictureFor(view), view, encoding)),
    encode: (how) => named(async () => encodePicture(await pictureWith(0, how.maxSide), how)),
    close: () => {
      captured.then((image) => 'close' in image && image.close()).catch(() => undefined);
      last?.then(({ image }) => image.close()).catch(() => undefined);
    },
  };
}

function isEnough({ width, height }: Picture, shorter: number, longer: number): boolean {
  return Math.min(width, height) >= shorter && Math.max(width, height) >= longer;
}
