import { inputSize, type Preprocessing, type RawInput, type Size } from './preprocessing.ts';

/** The pixels that a model needs of an image. */
export interface CropSize extends Size {
  /** The shorter side is scaled to this before the crop, in pixels; by default to that of the crop. */
  readonly resizeShorterSide?: number | undefined;
}

/** A part of an image, in its own pixels. */
export interface Region extends Size {
  readonly x: number;
  readonly y: number;
}

/**
 * What a model needs of an image.
 *
 * @param model - the sides that its file fixes; one that takes any size is given what the catalogue says
 */
export function cropSizeOf(
  model: { readonly width?: number | undefined; readonly height?: number | undefined },
  { resizeShorterSide, centerCrop }: Preprocessing,
  input: RawInput,
): CropSize {
  const raw = inputSize(input);
  return {
    width: model.width ?? centerCrop ?? raw.width,
    height: model.height ?? centerCrop ?? raw.height,
    resizeShorterSide,
  };
}

/** What the scaled image covers, touching it on two sides. */
export function boxOf({ width, height, resizeShorterSide = 0 }: CropSize): Size {
  return { width: Math.max(width, resizeShorterSide), height: Math.max(height, resizeShorterSide) };
}

/** An image once its shorter side fits, in whole pixels. */
function scaledSizeOf(image: Size, crop: CropSize): Size {
  const box = boxOf(crop);
  const scale = Math.max(box.width / image.width, box.height / image.height);
  return { width: Math.round(image.width * scale), height: Math.round(image.height * scale) };
}

/**
 * The part of an image that a model gets to see, once the image is scaled so that its shorter side
 * fits and the centre is cut out: for those who scale and cut in one step, in the image's own pixels. It is
 * the same part to a fraction of a pixel, since models notice less.
 */
export function regionOf(image: Size, crop: CropSize): Region {
  const scaled = scaledSizeOf(image, crop);
  const { x, y, width, height } = scaledRegionOf(image, crop);
  const [across, down] = [image.width / scaled.width, image.height / scaled.height];
  return { x: x * across, y: y * down, width: width * across, height: height * down };
}

/** That part for those who scale first: whole pixels of the scaled image, rounded down. */
export function scaledRegionOf(image: Size, crop: CropSize): Region {
  const scaled = scaledSizeOf(image, crop);
  const { width, height } = crop;
  const middle = (side: number, part: number) => Math.max(0, Math.floor((side - part) / 2));
  return { x: middle(scaled.width, width), y: middle(scaled.height, height), width, height };
}
