import { type CropSize, type Region, regionOf } from '../../core/preprocessing/crop.ts';
import type { Size } from '../../core/preprocessing/preprocessing.ts';
import type { Pixels } from '../../core/preprocessing/tensor.ts';
import type { EncodedImage, EncodeSettings } from '../api/codec.ts';
import { CanvasBlockedError } from '../api/image-errors.ts';
import { type Bitmap, browser, type Context, type Frame } from './browser.ts';

/** A decoded image. */
export interface Picture {
  readonly image: Bitmap | Frame;
  /** Of its EXIF data, where the browser has not seen to it; 1 is upright. */
  readonly orientation: number;
}

type Matrix = [number, number, number, number, number, number];

/** Sides of the canvas on which known pixels are tried: extensions let the smallest ones pass. */
const trialSide = 32;
/** Some browsers change the lowest bits, which disturbs no model. */
const toleratedDifference = 4;

let isTrue: boolean | undefined;

/** The size of an image in pixels as it is stored. */
export function sizeOf(image: Bitmap | Frame): Size {
  if ('width' in image) return image;
  return { width: image.displayWidth, height: image.displayHeight };
}

/** The size of a picture in pixels, upright. */
export function uprightSize({ image, orientation }: Picture): Size {
  const { width, height } = sizeOf(image);
  return orientation > 4 ? { width: height, height: width } : { width, height };
}

/**
 * The part of a picture that a model sees, over black, scaled and cropped as the service does it.
 *
 * @throws {@link CanvasBlockedError}
 */
export function pixelsOf(picture: Picture, size: CropSize): Pixels {
  const { width, height } = size;
  const context = draw(picture, regionOf(uprightSize(picture), size), size);
  return { data: withoutAlpha(context.getImageData(0, 0, width, height).data), width, height };
}

/**
 * A picture as a file, upright, over black.
 *
 * @throws {@link CanvasBlockedError}
 */
export async function encodeByCanvas(
  picture: Picture,
  { maxSide, quality, type }: EncodeSettings,
): Promise<EncodedImage> {
  const { width, height } = uprightSize(picture);
  const scale = Math.min(1, maxSide / Math.max(width, height));
  const scaled = (side: number) => Math.max(1, Math.round(side * scale));
  const to = { width: scaled(width), height: scaled(height) };
  const { canvas } = draw(picture, { x: 0, y: 0, width, height }, to);
  const image = await canvas.convertToBlob({ type, quality });
  // Not every browser writes WebP.
  return { image, contentType: image.type };
}

/** Draws a region of a picture, upright, as large as the canvas. */
function draw({ image, orientation }: Picture, region: Region, to: Size): Context {
  isTrue ??= tellsTheTruth();
  if (!isTrue) throw new CanvasBlockedError();
  const context = contextOf(to);
  const across = to.width / region.width;
  const down = to.height / region.height;
  context.imageSmoothingQuality = 'high';
  context.setTransform(across, 0, 0, down, -region.x * across, -region.y * down);
  context.transform(...upright(orientation, sizeOf(image)));
  context.drawImage(image, 0, 0);
  return context;
}

/** The matrix that turns what is stored with an EXIF orientation upright. */
function upright(orientation: number, { width, height }: Size): Matrix {
  const isTurned = orientation > 4;
  const x = [2, 3, 6, 7].includes(orientation) ? -1 : 1;
  const y = [3, 4, 7, 8].includes(orientation) ? -1 : 1;
  const left = x < 0 ? (isTurned ? height : width) : 0;
  const top = y < 0 ? (isTurned ? width : height) : 0;
  return isTurned ? [0, y, x, 0, left, top] : [x, 0, 0, y, left, top];
}

function contextOf({ width, height }: Size): Context {
  const { OffscreenCanvas } = browser;
  const context =
    OffscreenCanvas &&
    new OffscreenCanvas(width, height).getContext('2d', { alpha: false, willReadFrequently: true });
  if (!context) throw new Error('this browser has no 2D canvas outside of a page');
  return context;
}

/** Writes known pixels and reads them back. */
function tellsTheTruth(): boolean {
  const context = contextOf({ width: trialSide, height: trialSide });
  const known = context.getImageData(0, 0, trialSide, trialSide);
  const { data } = known;
  for (let i = 0; i < data.length; i++) data[i] = i % 4 === 3 ? 255 : (i * 37) % 256;
  context.putImageData(known, 0, 0);
  const read = context.getImageData(0, 0, trialSide, trialSide).data;
  return data.every((value, i) => Math.abs(value - (read[i] ?? 0)) <= toleratedDifference);
}

function withoutAlpha(rgba: Uint8ClampedArray): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
    rgb[to] = rgba[from] ?? 0;
    rgb[to + 1] = rgba[from + 1] ?? 0;
    rgb[to + 2] = rgba[from + 2] ?? 0;
  }
  return rgb;
}
