import type { DeviceInput, ImageFile, ImageInput, RawPixels } from '../api/image.ts';
import { ImageReadError } from '../api/image-errors.ts';
import { type Bitmap, browser, type Frame } from './browser.ts';
import { nameError } from './read-errors.ts';

/** An image that stays as it is: a file, or what needs no decoding. */
export type Captured = Blob | Bitmap | Frame;

/**
 * Takes hold of an image, before it returns.
 *
 * @throws {@link ImageReadError} when the image shows nothing, or the browser is too old; TypeError when
 *   pixels are not as many as they should be
 */
export async function capture({ image, contentType }: DeviceInput): Promise<Captured> {
  if (!browser.OffscreenCanvas) throw new ImageReadError('this browser has no OffscreenCanvas');
  if (isFile(image)) return new Blob([image as ArrayBuffer], { type: contentType });
  try {
    if ('displayWidth' in image) return (image as Frame).clone();
    return await browser.createImageBitmap('data' in image ? imageDataOf(image) : image);
  } catch (error) {
    throw nameError(error, image);
  }
}

/** Whether an image is a file, or has to be encoded before it is one. */
export function isFile(image: ImageInput): image is ImageFile {
  return image instanceof Blob || image instanceof ArrayBuffer || ArrayBuffer.isView(image);
}

function imageDataOf({ data, width, height }: RawPixels): object {
  const rgba = new Uint8ClampedArray(4 * width * height).fill(255);
  const channels = (4 * data.length) / rgba.length;
  if (channels !== 3 && channels !== 4) {
    throw new TypeError(
      `pixels of ${width} x ${height} have ${(3 * rgba.length) / 4} bytes, or ${rgba.length} with ` +
        `alpha, not ${data.length}`,
    );
  }
  for (let i = 0; i < data.length; i++) {
    rgba[channels === 3 ? i + Math.floor(i / 3) : i] = data[i] as number;
  }
  return new browser.ImageData(rgba, width, height);
}
