/**
 * Images in Node, by the app's own sharp.
 *
 * @module @mdinference/client/sharp-images
 */
import { wholeImage } from '../core/images/whole.ts';
import { boxOf, type CropSize, scaledRegionOf } from '../core/preprocessing/crop.ts';
import type { Size } from '../core/preprocessing/preprocessing.ts';
import type { EncodedImage } from './api/codec.ts';
import type { DeviceInput } from './api/image.ts';
import { ImageReadError } from './api/image-errors.ts';
import type { ImagePipeline } from './api/pipeline.ts';
import { appImages } from './app-images.ts';

export { ImageReadError } from './api/image-errors.ts';
export type { ImagePipeline } from './api/pipeline.ts';

/** What is used of sharp (0.34 or later): so that the client depends on no version of it. */
export type Sharp = (
  input: Uint8Array,
  options?: {
    readonly raw?: { readonly width: number; readonly height: number; readonly channels: 3 | 4 };
  },
) => SharpImage;

/** An image of sharp's. */
export interface SharpImage {
  metadata(): Promise<{ readonly autoOrient: Size }>;
  autoOrient(): SharpImage;
  resize(options: {
    readonly width: number;
    readonly height: number;
    readonly fit: 'outside' | 'inside';
    readonly withoutEnlargement?: boolean;
  }): SharpImage;
  extract(region: Size & { readonly left: number; readonly top: number }): SharpImage;
  flatten(): SharpImage;
  raw(): SharpImage;
  png(): SharpImage;
  jpeg(options: {
    readonly quality: number;
    readonly chromaSubsampling: '4:2:0' | '4:4:4';
  }): SharpImage;
  webp(options: { readonly quality: number }): SharpImage;
  toBuffer(): Promise<Uint8Array>;
}

/**
 * Decodes and encodes images by sharp, exactly as the service does it: for clients in Node, of all that
 * sharp reads.
 *
 * @param sharp - the app's own: `npm i sharp`
 *
 * @example
 * ```ts
 * import { createClient } from '@mdinference/client';
 * import { sharpImages } from '@mdinference/client/sharp-images';
 * import sharp from 'sharp';
 *
 * export const client = createClient({
 *   endpoint: 'https://abc123.execute-api.eu-central-1.amazonaws.com',
 *   slaMs: 250,
 *   images: sharpImages(sharp),
 * });
 * ```
 */
export function sharpImages(sharp: Sharp): ImagePipeline {
  const cut = async (input: DeviceInput, crop: CropSize): Promise<SharpImage> => {
    const image = await opened(sharp, input);
    // Its header alone is read.
    const { autoOrient } = await image.metadata();
    const { x: left, y: top, width, height } = scaledRegionOf(autoOrient, crop);
    return image
      .autoOrient()
      .resize({ ...boxOf(crop), fit: 'outside' })
      .extract({ left, top, width, height })
      .flatten();
  };
  return appImages({
    pixels: async (input, crop) => {
      const data = await (await cut(input, crop)).raw().toBuffer();
      return { data, width: crop.width, height: crop.height };
    },
    encode: async (input, { maxSide, quality, type }) => {
      const side = Math.max(1, Math.round(maxSide));
      const image = (await opened(sharp, input))
        .autoOrient()
        .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true })
        .flatten();
      return await encoded(image, { type, quality: 100 * quality });
    },
    view: async (input, view, encoding) => await encoded(await cut(input, view), encoding),
    writes: () => true,
  });
}

async function opened(sharp: Sharp, { image }: DeviceInput): Promise<SharpImage> {
  if (image instanceof Blob) return openFile(sharp, new Uint8Array(await image.arrayBuffer()));
  if (image instanceof ArrayBuffer) return openFile(sharp, new Uint8Array(image));
  if (ArrayBuffer.isView(image)) {
    return openFile(sharp, new Uint8Array(image.buffer, image.byteOffset, image.byteLength));
  }
  if (!('data' in image))
    throw new ImageReadError('sharp reads files and pixels, and nothing drawn');
  const { data, width, height } = image;
  const channels = data.length === 4 * width * height ? 4 : 3;
  return sharp(new Uint8Array(data), { raw: { width, height, channels } });
}

/** What lacks only its end, sharp would refuse; what it says of another file, it says itself. */
function openFile(sharp: Sharp, file: Uint8Array): SharpImage {
  return sharp(wholeImage(file) ?? file);
}

async function encoded(
  image: SharpImage,
  how: {
    readonly type: string;
    readonly quality: number;
    readonly chroma?: '4:2:0' | '4:4:4' | undefined;
  },
): Promise<EncodedImage> {
  const { type, chroma = '4:2:0' } = how;
  const quality = Math.min(100, Math.max(1, Math.round(how.quality)));
  const writers: Readonly<Record<string, () => SharpImage>> = {
    'image/webp': () => image.webp({ quality }),
    'image/png': () => image.png(),
  };
  const write = writers[type] ?? (() => image.jpeg({ quality, chromaSubsampling: chroma }));
  return { image: await write().toBuffer(), contentType: type };
}
