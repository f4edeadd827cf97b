import { ImageReadError } from '../../client/api/image-errors.ts';
import { asServed } from '../../client/images/as-served.ts';
import { formatBytes, itIs, otherFormatOf } from '../../core/contract/other-formats.ts';
import { shapeLabels } from '../../shapes/figures.ts';
import { generateImage } from '../../shapes/generate.ts';
import { addressOf, type PageCatalogue } from './catalogue.ts';

/** A picture to classify. */
export interface Picture {
  readonly image: Blob;
  /** What is on show; no larger than it need be. */
  readonly bitmap: ImageBitmap;
  /** What it is, for people. */
  readonly caption: string;
  /** Its label, where that is known. */
  readonly label?: string | undefined;
}

/** Whether fresh pictures can be made for a catalogue: only of the shapes that the project can draw. */
export function canGenerate({ labels }: PageCatalogue): boolean {
  return labels.join() === shapeLabels.join();
}

/** A picture that no model has seen, of a label that is known. */
export async function generatePicture(): Promise<Picture> {
  // Data sets of training and tests have small numbers.
  const seed = 2 ** 31 + Math.floor(Math.random() * 2 ** 31);
  const index = Math.floor(Math.random() * shapeLabels.length);
  const { pixels, width, height, difficulty } = generateImage({ seed, index });
  const rgba = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    for (let channel = 0; channel < 3; channel++) {
      rgba.data[4 * i + channel] = pixels[3 * i + channel] ?? 0;
    }
    rgba.data[4 * i + 3] = 255;
  }
  const bitmap = await createImageBitmap(rgba);
  const label = shapeLabels[index];
  const caption = `${label}, difficulty ${difficulty.toFixed(2)}`;
  return { image: await encode(bitmap), bitmap, caption, label };
}

/** One of the catalogue's samples. */
export async function samplePicture(sample: PageCatalogue['samples'][number]): Promise<Picture> {
  const response = await fetch(addressOf(sample.file));
  const image = await response.blob();
  const { label } = sample;
  return { image, bitmap: await createImageBitmap(image), caption: label, label };
}

/**
 * A picture of a file. The file itself is classified, as an app would hand it over: only the preview is
 * made smaller.
 *
 * @param side - of the preview, in pixels
 * @throws Error that says so when the browser cannot read it
 */
export async function readPicture(file: File, side: number): Promise<Picture> {
  const whole = await asServed(file)
    .then((picture) => createImageBitmap(picture))
    .catch(async (error: unknown) => {
      const format = otherFormatOf(new Uint8Array(await file.slice(0, formatBytes).arrayBuffer()));
      const isCut = error instanceof ImageReadError;
      const what = format ? `: ${itIs(format)}` : isCut ? ': a part of it is missing' : '';
      throw new Error(`${file.name} is not a picture that this browser can read${what}.`);
    });
  const { width, height } = whole;
  const scale = Math.min(1, side / Math.min(width, height));
  const bitmap = await createImageBitmap(whole, {
    resizeWidth: Math.max(1, Math.round(width * scale)),
    resizeHeight: Math.max(1, Math.round(height * scale)),
    resizeQuality: 'high',
  });
  whole.close();
  return {
    image: file,
    bitmap,
    caption: `${file.name}, ${width} × ${height}, ${sizeInWords(file.size)}`,
  };
}

/** What is on a canvas. */
export async function drawnPicture(canvas: HTMLCanvasElement): Promise<Picture> {
  const bitmap = await createImageBitmap(canvas);
  return { image: await encode(bitmap), bitmap, caption: 'your drawing' };
}

function sizeInWords(bytes: number): string {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} KB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** As JPEG of the quality that the models were evaluated with. */
function encode(bitmap: ImageBitmap): Promise<Blob> {
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0);
  return canvas.convertToBlob({ type: 'image/jpeg', quality: 0.9 });
}
