import { regionOf } from '../../core/preprocessing/crop.ts';
import type { Decode } from '../api/codec.ts';

/**
 * Decodes an image with the browser's decoder and an `OffscreenCanvas`: rotated as its EXIF data
 * says, transparency over black, cropped as the service crops.
 */
export const decodeByCanvas: Decode = async ({ image, contentType }, size) => {
  const { width, height } = size;
  const blob =
    image instanceof Blob ? image : new Blob([image as ArrayBuffer], { type: contentType });
  const bitmap = await createImageBitmap(blob);
  try {
    const context = new OffscreenCanvas(width, height).getContext('2d', {
      alpha: false,
      willReadFrequently: true,
    });
    if (!context) throw new Error('this browser has no 2D canvas outside of a page');
    const region = regionOf(bitmap, size);
    context.imageSmoothingQuality = 'high';
    context.drawImage(
      bitmap,
      ...([region.x, region.y, region.width, region.height] as const),
      ...([0, 0, width, height] as const),
    );
    const { data: rgba } = context.getImageData(0, 0, width, height);
    return { data: withoutAlpha(rgba), width, height };
  } finally {
    bitmap.close();
  }
};

function withoutAlpha(rgba: Uint8ClampedArray): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
    rgb[to] = rgba[from] ?? 0;
    rgb[to + 1] = rgba[from + 1] ?? 0;
    rgb[to + 2] = rgba[from + 2] ?? 0;
  }
  return rgb;
}
