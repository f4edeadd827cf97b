import {
  boxOf,
  type CropSize,
  type Region,
  scaledRegionOf,
} from '../../core/preprocessing/crop.ts';
import type { Size } from '../../core/preprocessing/preprocessing.ts';
import type { Pixels } from '../../core/preprocessing/tensor.ts';
import { regionInView, sizeName } from '../../core/preprocessing/view.ts';
import { NotTheViewError, UndecodableImageError } from './errors.ts';
import { sharp } from './native.ts';

/** An image of more pixels is refused before it is decoded, whatever the memory. */
const mostPixels = 50_000_000;

/** A progressive JPEG without chroma subsampling takes the most: two bytes for each coefficient. */
const mostBytesPerPixel = 6;

/**
 * The most pixels of an image that a function of some memory decodes: a third of its memory is for the
 * image, so that no image, however small its file is, ends the process.
 */
export function maxPixelsFor(memoryMb: number): number {
  return Math.min(mostPixels, Math.floor((memoryMb * 1e6) / 3 / mostBytesPerPixel));
}

/**
 * Decodes a JPEG, PNG or WebP image to RGB pixels: rotated as its EXIF data says, transparency over
 * black, the shorter side scaled, the centre cut out. An image that already has the wanted size is
 * only decoded.
 *
 * @returns height * width * 3 bytes, row by row
 * @param maxPixels - see {@link maxPixelsFor}
 * @throws {@link UndecodableImageError} when it is none of the three, damaged, or too large
 */
export function decodeImage(
  bytes: Uint8Array,
  crop: CropSize,
  maxPixels = mostPixels,
): Promise<Uint8Array> {
  return decode(bytes, (image) => {
    checkSize(image, maxPixels);
    return { scaled: { ...boxOf(crop), fit: 'outside' }, region: scaledRegionOf(image, crop) };
  });
}

/**
 * Decodes an image that is its catalogue's view already, to the pixels that a model needs of it. Where the
 * model sees the view at its own scale, they are the image's pixels, untouched.
 *
 * @returns height * width * 3 bytes, row by row
 * @throws {@link NotTheViewError} when it has another size, which is seen before it is decoded
 * @throws {@link UndecodableImageError} when it is no JPEG, PNG or WebP, or damaged
 */
export function decodeView(bytes: Uint8Array, view: CropSize, crop: CropSize): Promise<Uint8Array> {
  return decode(bytes, (image) => {
    if (image.width !== view.width || image.height !== view.height) {
      throw new NotTheViewError(
        `mdi-view says that the image is the view, which has ${sizeName(view)} pixels, but it has ${sizeName(image)}`,
      );
    }
    const { scaled, region } = regionInView(view, crop);
    return { scaled: { ...scaled, fit: 'fill' }, region };
  });
}

/** What becomes of an image: it is scaled, and a part of it cut out. */
interface Cut {
  readonly scaled: Size & { readonly fit: 'outside' | 'fill' };
  readonly region: Region;
}

async function decode(bytes: Uint8Array, cutOf: (image: Size) => Cut): Promise<Uint8Array> {
  try {
    // The header alone says how large the image is.
    const image = sharp(bytes, { limitInputPixels: false, failOn: 'error' });
    const { autoOrient } = await image.metadata();
    const { scaled, region } = cutOf(autoOrient);
    const { x: left, y: top, width, height } = region;
    return await image
      .autoOrient()
      .resize(scaled)
      .extract({ left, top, width, height })
      .flatten()
      .raw()
      .toBuffer();
  } catch (error) {
    if (error instanceof NotTheViewError) throw error;
    throw new UndecodableImageError(`the image cannot be decoded: ${reason(error)}`, {
      cause: error,
    });
  }
}

function checkSize({ width, height }: Size, maxPixels: number): void {
  if (width * height <= maxPixels) return;
  const limit =
    maxPixels < 1e6 ? maxPixels.toLocaleString('en') : `${(maxPixels / 1e6).toFixed(1)} million`;
  throw new Error(`${width} x ${height} pixels are more than ${limit}`);
}

/** Scales pixels to cover a size and cuts the centre out: for raw images of another size. */
export async function resizePixels(
  { data, width, height }: Pixels,
  size: Size,
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
