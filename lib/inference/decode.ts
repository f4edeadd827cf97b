import { UndecodableImageError } from './errors.ts';
import { sharp } from './native.ts';
import type { Pixels } from './tensor.ts';

/** An image of more pixels is refused before it is decoded: 50 megapixels, about 150 MB of RGB. */
export const maxPixels = 50_000_000;

/** The pixels that a model wants of an image. */
export interface CropSize {
  readonly width: number;
  readonly height: number;
  /** The shorter side is scaled to this before the crop, in pixels. */
  readonly resizeShorterSide?: number | undefined;
}

/**
 * Decodes a JPEG, PNG or WebP image to RGB pixels: rotated as its EXIF data says, transparency over
 * black, the shorter side scaled, the centre cut out. An image that already has the wanted size is
 * only decoded.
 *
 * @returns height * width * 3 bytes, row by row
 * @throws {@link UndecodableImageError} when it is none of the three, damaged, or over {@link maxPixels}
 */
export async function decodeImage(bytes: Uint8Array, crop: CropSize): Promise<Uint8Array> {
  const { width, height, resizeShorterSide: side = Math.min(width, height) } = crop;
  const covered = { width: Math.max(side, width), height: Math.max(side, height) };
  try {
    const image = sharp(bytes, { limitInputPixels: maxPixels, failOn: 'error' })
      .autoOrient()
      // Covering a square of the shorter side scales the image to it and cuts the longer side evenly.
      .resize({ ...covered, fit: 'cover' });
    if (covered.width > width || covered.height > height) {
      const left = Math.floor((covered.width - width) / 2);
      const top = Math.floor((covered.height - height) / 2);
      image.extract({ left, top, width, height });
    }
    return await image.toColourspace('srgb').flatten().raw().toBuffer();
  } catch (error) {
    throw new UndecodableImageError(`the image cannot be decoded: ${reason(error)}`, {
      cause: error,
    });
  }
}

/** Scales pixels to cover a size and cuts the centre out: for raw images of another size. */
export async function resizePixels(
  { data, width, height }: Pixels,
  size: { readonly width: number; readonly height: number },
): Promise<Uint8Array> {
  if (width === size.width && height === size.height) return data;
  return sharp(data, { raw: { width, height, channels: 3 } })
    .resize({ ...size, fit: 'cover' })
    .raw()
    .toBuffer();
}

function reason(error: unknown): string {
  return String(error instanceof Error ? error.message : error)
    .split('\n', 1)
    .join('');
}
