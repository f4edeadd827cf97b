import type { DeviceInput, ImageFile, ImageInput, RawPixels } from '../api/image.ts';
import { ImageReadError } from '../api/image-errors.ts';
import { type Bitmap, browser, type Frame } from './browser.ts';
import { nameError } from './read-errors.ts';

/** An image that stays as it is: a file, or what needs no decoding. */
export type Captured = Blob | Bitmap | Frame;

/** Pixels of the shorter side that are kept of any image. */
const capturedSide = 960;

/** An image element tells its own size as its natural one. */
interface Drawn {
  readonly width: number;
  readonly height: number;
  readonly naturalWidth?: number;
  readonly naturalHeight?: number;
}

/**
 * Takes hold of an image, before it returns.
 *
 * @param shorterSide - pixels that the shorter side will be needed with
 * @throws {@link ImageReadError} when the image shows nothing, or the browser is too old; TypeError when
 *   pixels are not as many as they should be
 */
export async function capture(
  { image, contentType }: DeviceInput,
  shorterSide: number,
): Promise<Captured> {
  if (!browser.OffscreenCanvas) throw new ImageReadError('this browser has no OffscreenCanvas');
  if (isFile(image)) return new Blob([image as ArrayBuffer], { type: contentType });
  try {
    if ('displayWidth' in image) return (image as Frame).clone();
    const options = smaller(image, Math.max(2 * shorterSide, capturedSide));
    return await browser.createImageBitmap('data' in image ? imageDataOf(image) : image, options);
  } catch (error) {
    throw nameError(error, image);
  }
}

/** Whether an image is a file, or has to be encoded before it is one. */
export function isFile(image: ImageInput): image is ImageFile {
  return image instanceof Blob || image instanceof ArrayBuffer || ArrayBuffer.isView(image);
}

/**
 * Large ones are scaled before they cross to a worker: what takes a copy blocks the page for longer. A
 * canvas or a video takes none.
 */
function smaller(image: Drawn, side: number): object {
  if ('getContext' in image || 'videoWidth' in image) return {};
  const { naturalWidth: width = image.width, naturalHeight: height = image.height } = image;
  const scale = side / Math.min(width, height);
  if (scale > 0.5) return {};
  return { resizeWidth: Math.round(width * scale), resizeQuality: 'medium' };
}

function imageDataOf({ data, width, height }: RawPixels): object {
  const count = width * height;
  if (data.length === 4 * count) {
    const rgba = new Uint8ClampedArray(data.buffer, data.byteOffset, data.length);
    return new browser.ImageData(rgba, width, height);
  }
  if (data.length !== 3 * count) {
    throw new TypeError(
      `pixels of ${width} x ${height} have ${3 * count} bytes, or ${4 * count} with alpha, not ${data.length}`,
    );
  }
  const rgba = new Uint8ClampedArray(4 * count).fill(255);
  for (let i = 0; i < data.length; i++) rgba[i + Math.floor(i / 3)] = data[i] as number;
  return new browser.ImageData(rgba, width, height);
}
