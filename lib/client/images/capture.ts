import type { DeviceInput, ImageFile, RawPixels } from '../api/image.ts';
import { ImageReadError } from '../api/image-errors.ts';
import { type Bitmap, browser, type Frame } from './browser.ts';

/** An image that stays as it is: a file, or what needs no decoding. */
export type Captured = Blob | Bitmap | Frame;

/**
 * Takes hold of an image, before it returns.
 *
 * @throws {@link ImageReadError} when it shows nothing; TypeError when it is no image at all
 */
export async function capture({ image, contentType }: DeviceInput): Promise<Captured> {
  if (image instanceof Blob && image.type === contentType) return image;
  if (image instanceof Blob || image instanceof ArrayBuffer || ArrayBuffer.isView(image)) {
    return new Blob([image as ArrayBuffer], { type: contentType });
  }
  try {
    if ('displayWidth' in image) return (image as Frame).clone();
    const drawable = 'data' in image ? imageDataOf(image) : image;
    return (await browser.createImageBitmap?.(drawable)) as Bitmap;
  } catch (error) {
    throw nameError(error, image);
  }
}

/** The error to tell of one that the browser threw over an image. */
export function nameError(error: unknown, image: ImageFile | object): unknown {
  const { name } = error as Error;
  const what = image instanceof Blob ? image.type : (image.constructor?.name ?? 'the image');
  const reason =
    name === 'SecurityError' || name === 'DataCloneError'
      ? 'shows an image of another origin, whose pixels are not to be read (crossorigin)'
      : name === 'InvalidStateError' && !(image instanceof Blob)
        ? 'shows nothing: it is not loaded yet, or has been closed'
        : (name === 'InvalidStateError' || name === 'EncodingError') &&
          'cannot be decoded here: the file is broken, or the browser does not know the format';
  return reason ? new ImageReadError(`${what} ${reason}`, { cause: error }) : error;
}

function imageDataOf({ data, width, height }: RawPixels): object {
  const count = width * height;
  const { ImageData } = browser;
  if (!ImageData || (data.length !== 4 * count && data.length !== 3 * count)) {
    throw new TypeError(
      `pixels of ${width} x ${height} have ${3 * count} bytes, or ${4 * count} with alpha, not ${data.length}`,
    );
  }
  const rgba = new Uint8ClampedArray(4 * count).fill(255);
  if (data.length === rgba.length) rgba.set(data);
  else for (let i = 0; i < data.length; i++) rgba[i + Math.floor(i / 3)] = data[i] as number;
  return new ImageData(rgba, width, height);
}
