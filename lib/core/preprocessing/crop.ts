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

function scaleOf(image: Size, crop: CropSize): number {
  const box = boxOf(crop);
  return Math.max(box.width / image.width, box.height / image.height);
}

/**
 * The part of an image that a model gets to see, once the image is scaled so that its shorter side
 * fits and the centre is cut out: for those who scale and cut in one step, in the image's own pixels.
 */
export function regionOf(image: Size, crop: CropSize): Region {
  const scale = scaleOf(image, crop);
  const width = crop.width / scale;
  const height = crop.height / scale;
  return { x: (image.width - width) / 2, y: (image.height - height) / 2, width, height };
}

/** The same part for those who scale first: whole pixels of the scaled image, rounded down. */
export function scaledRegionOf(image: Size, crop: CropSize): Region {
  const scale = scaleOf(image, crop);
  const { width, height } = crop;
  const middle = (side: number, part: number) =>
    Math.max(0, Math.floor((Math.round(side * scale) - part) / 2));
  return { x: middle(image.width, width), y: middle(image.height, height), width, height };
}
