import { type ImageHeader, readImageHeader } from '../../core/images/header.ts';
import { type DecodeLimits, decodeLimitsFor, whyNotDecoded } from '../../core/images/limits.ts';
import { wholeImage } from '../../core/images/whole.ts';
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

type Image = ReturnType<typeof sharp>;

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
  const header = readImageHeader(bytes);
  const fault = whyNotDecoded(bytes, header, limits);
  if (fault !== undefined) throw undecodable(fault);
  const file = wholeImage(bytes);
  if (!file) throw undecodable(cutShort);
  const complaintsBefore = complaints;
  try {
    // Its pixels are within the limits.
    const options = { limitInputPixels: false, failOn: 'error' } as const;
    const image = listened(sharp(file, options));
    const { autoOrient, icc } = await image.metadata();
    const { scaled, region } = cutOf(autoOrient);
    const { x: left, y: top, width, height } = region;
    const isProgrammed = icc?.includes(programmedProfile) === true;
    const safe = isProgrammed ? listened(sharp(file, { ...options, ignoreIcc: true })) : image;
    const isInInks = isOfInks(header) && (!icc || isProgrammed);
    if (isInInks) safe.pipelineColourspace('cmyk').toColourspace('cmyk');
    const cut = await safe
      .autoOrient()
      .resize(scaled)
      .extract({ left, top, width, height })
      .flatten()
      .raw()
      .toBuffer();
    if (complaints > complaintsBefore && !wholeImage(bytes, true)) throw undecodable(cutShort);
    return isInInks ? printed(cut) : cut;
  } catch (error) {
    if (error instanceof NotTheViewError || error instanceof UndecodableImageError) throw error;
    throw undecodable(reason(error), { cause: error });
  }
}

const cutShort = 'a part of it is missing, as if it had been cut short on the way';

function undecodable(fault: string, options?: ErrorOptions): UndecodableImageError {
  return new UndecodableImageError(`the image cannot be decoded: ${fault}`, options);
}

/**
 * How often libvips has complained of anything. It does so of a JPEG that has its end marker and lacks blocks
 * before it, and shows grey in their place. It does not say of which file: of two that are decoded at the same
 * time, both are looked at.
 */
let complaints = 0;

function listened(image: Image): Image {
  return image.on('warning', () => {
    complaints++;
  });
}

function isOfInks(header: ImageHeader | undefined): boolean {
  return header?.type === 'image/jpeg' && header.components === 4;
}

/** Pixels of cyan, magenta, yellow and black ink as RGB, as browsers and Pillow show them. */
function printed(inks: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((inks.length / 4) * 3);
  for (let pixel = 0; pixel < inks.length / 4; pixel++) {
    const white = 255 - (inks[4 * pixel + 3] as number);
    for (let i = 0; i < 3; i++) {
      const ink = inks[4 * pixel + i] as number;
      rgb[3 * pixel + i] = Math.round(((255 - ink) * white) / 255);
    }
  }
  return rgb;
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

/** What libvips says, of several lines, in one. */
function reason(error: unknown): string {
  const text = String(error instanceof Error ? error.message : error);
  return text
    .trim()
    .split(/\s*\n\s*/)
    .join('; ');
}
