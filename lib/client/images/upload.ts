import type { EncodedImage } from '../api/codec.ts';
import type { DeviceInput, ImageFile } from '../api/image.ts';
import type { Resize, UploadSettings } from '../api/upload-settings.ts';

/**
 * Scales an image down for the upload. A raw tensor, and an image that cannot be made smaller, stay
 * as they are.
 */
export async function shrink(
  original: DeviceInput,
  settings: UploadSettings,
): Promise<EncodedImage> {
  const input = original as EncodedImage;
  const { maxSide, quality = 0.85, type = 'image/jpeg', resize = resizeByCanvas } = settings;
  if (!input.contentType.startsWith('image/')) return input;
  try {
    const smaller = await resize(input, { maxSide, quality, type });
    return smaller && sizeOf(smaller.image) < sizeOf(input.image) ? smaller : input;
  } catch {
    // Then the service decides whether it can read the image.
    return input;
  }
}

/** The number of bytes. */
export function sizeOf(image: ImageFile): number {
  return 'byteLength' in image ? image.byteLength : image.size;
}

// The part of the DOM that the client uses, declared by hand: it also runs, and compiles, where
// there is none.
interface Bitmap {
  readonly width: number;
  readonly height: number;
  close(): void;
}
interface Canvas {
  getContext(kind: '2d'): {
    imageSmoothingQuality: string;
    drawImage(image: Bitmap, x: number, y: number, width: number, height: number): void;
  };
  convertToBlob(options: { type: string; quality: number }): Promise<Blob>;
}
interface Browser {
  createImageBitmap?: (image: Blob) => Promise<Bitmap>;
  OffscreenCanvas?: new (width: number, height: number) => Canvas;
}

const resizeByCanvas: Resize = async ({ image, contentType }, { maxSide, quality, type }) => {
  const { createImageBitmap, OffscreenCanvas } = globalThis as unknown as Browser;
  if (!createImageBitmap || !OffscreenCanvas) return undefined;
  const blob =
    image instanceof Blob ? image : new Blob([image as ArrayBuffer], { type: contentType });
  const bitmap = await createImageBitmap(blob);
  try {
    const scale = maxSide / Math.max(bitmap.width, bitmap.height);
    if (scale >= 1) return undefined;
    const width = Math.max(1, Math.round(bitmap.width * scale));
    const height = Math.max(1, Math.round(bitmap.height * scale));
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext('2d');
    context.imageSmoothingQuality = 'high';
    context.drawImage(bitmap, 0, 0, width, height);
    return { image: await canvas.convertToBlob({ type, quality }), contentType: type };
  } finally {
    bitmap.close();
  }
};
