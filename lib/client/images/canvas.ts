import { type CropSize, type Region, regionOf } from '../../core/preprocessing/crop.ts';
import type { Size } from '../../core/preprocessing/preprocessing.ts';
import type { Pixels } from '../../core/preprocessing/tensor.ts';
import type { UploadEncoding } from '../../core/upload/rung.ts';
import type { EncodedImage, EncodeSettings } from '../api/codec.ts';
import { CanvasBlockedError } from '../api/image-errors.ts';
import { type Bitmap, browser, type Context, type Frame } from './browser.ts';

/** A decoded image with its size in pixels. */
export interface Picture extends Size {
  readonly image: Bitmap | Frame;
}

/** A canvas of this side is tried: extensions let the smallest ones pass. */
const trialSide = 32;
const trialColour = [0x12, 0x90, 0xf0, 0xff];
/** Some browsers change the lowest bits, which disturbs no model. */
const tolerance = 4;

let isTrue: boolean | undefined;

/** A decoded image as a picture. */
export function pictureOf(image: Bitmap | Frame): Picture {
  if ('width' in image) return { image, width: image.width, height: image.height };
  return { image, width: image.displayWidth, height: image.displayHeight };
}

/**
 * The part of a picture that a model sees, over black, scaled and cropped as the service does it.
 *
 * @throws {@link CanvasBlockedError}
 */
export function pixelsOf(picture: Picture, size: CropSize): Pixels {
  const { width, height } = size;
  const rgba = draw(picture, regionOf(picture, size), size).getImageData(0, 0, width, height).data;
  const data = new Uint8Array(3 * width * height);
  for (let i = 0; i < data.length; i++) data[i] = rgba[i + Math.floor(i / 3)] as number;
  return { data, width, height };
}

/**
 * A picture as a file, upright, over black.
 *
 * @throws {@link CanvasBlockedError}
 */
export async function encodePicture(
  picture: Picture,
  { maxSide, quality, type }: EncodeSettings,
): Promise<EncodedImage> {
  const { width, height } = picture;
  const scale = Math.min(1, maxSide / Math.max(width, height));
  const scaled = (side: number) => Math.round(side * scale) || 1;
  const to = { width: scaled(width), height: scaled(height) };
  const { canvas } = draw(picture, { x: 0, y: 0, width, height }, to);
  const image = await canvas.convertToBlob({ type, quality });
  // Not every browser writes WebP.
  return { image, contentType: image.type };
}

/**
 * The part of a picture that a model sees as a file, upright, over black, in sRGB.
 *
 * @throws {@link CanvasBlockedError}
 */
export async function encodeView(
  picture: Picture,
  view: CropSize,
  { type, quality }: UploadEncoding,
): Promise<EncodedImage> {
  const { canvas } = draw(picture, regionOf(picture, view), view);
  const image = await canvas.convertToBlob({ type, quality: quality / 100 });
  return { image, contentType: image.type };
}

/** Draws a region of a picture as large as the canvas. */
function draw({ image }: Picture, { x, y, width, height }: Region, to: Size): Context {
  isTrue ??= tellsTheTruth();
  if (!isTrue) throw new CanvasBlockedError();
  const context = contextOf(to.width, to.height);
  context.imageSmoothingQuality = 'high';
  context.drawImage(image, x, y, width, height, 0, 0, to.width, to.height);
  return context;
}

function contextOf(width: number, height: number): Context {
  const canvas = new browser.OffscreenCanvas(width, height);
  return canvas.getContext('2d', { alpha: false, willReadFrequently: true });
}

/** Writes known pixels and reads them back. */
function tellsTheTruth(): boolean {
  const context = contextOf(trialSide, trialSide);
  context.fillStyle = `rgb(${trialColour.slice(0, 3)})`;
  context.fillRect(0, 0, trialSide, trialSide);
  return context
    .getImageData(0, 0, trialSide, trialSide)
    .data.every((value, i) => Math.abs(value - (trialColour[i % 4] as number)) <= tolerance);
}
