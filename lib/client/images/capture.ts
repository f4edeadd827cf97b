import type { DeviceInput, ImageFile, ImageInput } from '../api/image.ts';
import { type Bitmap, browser, type Frame } from './browser.ts';

/** An image that stays as it is: a file, or what needs no decoding. */
export type Captured = Blob | Bitmap | Frame;

/**
 * Takes hold of an image, before it returns.
 *
 * @throws what the browser throws of an image that shows nothing
 */
export async function capture({ image, contentType }: DeviceInput): Promise<Captured> {
  if (isFile(image)) return new Blob([image as ArrayBuffer], { type: contentType });
  if ('displayWidth' in image) return (image as Frame).clone();
  return await browser.createImageBitmap(image);
}

/** Whether an image is a file, or has to be encoded before it is one. */
export function isFile(image: ImageInput): image is ImageFile {
  return image instanceof Blob || image instanceof ArrayBuffer || ArrayBuffer.isView(image);
}
