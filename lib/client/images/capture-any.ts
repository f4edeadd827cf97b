import type { DeviceInput, RawPixels } from '../api/image.ts';
import { browser } from './browser.ts';
import { type Captured, capture } from './capture.ts';
import { nameError } from './read-errors.ts';

/**
 * Takes hold of an image as {@link capture} does, or of pixels.
 *
 * @throws {@link ImageReadError} when the image shows nothing; TypeError when the pixels are not as many
 *   as they should be
 */
export async function captureAny(input: DeviceInput): Promise<Captured> {
  const { image } = input;
  try {
    if ('data' in image) return await browser.createImageBitmap(imageDataOf(image));
    return await capture(input);
  } catch (error) {
    throw nameError(error, image);
  }
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
