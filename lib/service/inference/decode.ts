import { readImageHeader } from '../../core/images/header.ts';
import { type DecodeLimits, decodeLimitsFor, whyNotDecoded } from '../../core/images/limits.ts';
import {
  boxOf,
  type CropSize,
  type Region,
  scaledRegionOf,
} from '../../core/preprocessing/crop.ts';
import type { Size } from '../../core/preprocessing/preprocessing.ts';
import type { Pixels } from '../../core/preprocessing/tensor.ts';
import { notTheView, regionInView } from '../../core/preprocessing/view.ts';
import { NotTheViewError, UndecodableImageError } from './errors.ts';
import { sharp } from './native.ts';
import { mbPerVcpu } from './threads.ts';

/** Those of a function of the default memory. */
const usualLimits = decodeLimitsFor(mbPerVcpu);

/**
 * Decodes a JPEG, PNG or WebP image to RGB pixels: rotated as its EXIF data says, transparency over
 * black, the shorter side scaled, the centre cut out. An image that already has the wanted size is
 * only decoded. Of an animation it is the first picture.
 *
 * @returns height * width * 3 bytes, row by row
 * @param limits - see {@link decodeLimitsFor}
 * @throws {@link UndecodableImageError} when it is none of the three, damaged, or too costly
 */
export function decodeImage(
  bytes: Uint8Array,
  crop: CropSize,
  limits = usualLimits,
): Promise<Uint8Array> {
  return decode(bytes, limits, (image) => ({
    scaled: { ...boxOf(crop), fit: 'outside' },
    region: scaledRegionOf(image, crop),
  }));
}

/**
 * Decodes an image that is its catalogue's view already, to the pixels that a model needs of it. Where the
 * model sees the view at its own scale, they are the image's pixels, untouched.
 *
 * @returns height * width * 3 bytes, row by row
 * @throws {@link NotTheViewError} when it has another size, which is seen before it is decoded
 * @throws {@link UndecodableImageError} when it is no JPEG, PNG or WebP, or damaged
 */
export function decodeView(
  bytes: Uint8Array,
  view: CropSize,
  crop: CropSize,
  limits = usualLimits,
): Promise<Uint8Array> {
  return decode(bytes, limits, (image) => {
    if (image.width !== view.width || image.height !== view.height) {
      throw new NotTheViewError(notTheView(view, image));
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

async function decode(
  bytes: Uint8Array,
  limits: DecodeLimits,
  cutOf: (image: Size) => Cut,
): Promise<Uint8Array> {
  const fault = whyNotDecoded(readImageHeader(bytes), limits);
  if (fault !== undefined) throw new UndecodableImageError(`the image cannot be decoded: ${fault}`);
  try {
    // Its pixels are within the limits.
    const options = { limitInputPixels: false, failOn: 'error' } as const;
    const image = sharp(bytes, options);
    const { autoOrient, icc } = await image.metadata();
    const { scaled, region } = cutOf(autoOrient);
    const { x: left, y: top, width, height } = region;
    const safe = icc?.includes(programmedProfile)
      ? sharp(bytes, { ...options, ignoreIcc: true })
      : image;
    return await safe
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

/**
 * A part of a colour profile that is a list of steps of any length, which Little CMS works through for tens
 * of thousands of colours: 160 kB of them take 18 s. No camera writes it; the colours are taken for sRGB then.
 */
const programmedProfile = 'mpet';

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
