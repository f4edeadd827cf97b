/**
 * Images by an app's own means, where there is no browser: React Native, Node.
 *
 * @module @mdinference/client/app-images
 */
import type { CropSize } from '../core/preprocessing/crop.ts';
import type { Pixels } from '../core/preprocessing/tensor.ts';
import type { UploadEncoding } from '../core/upload/rung.ts';
import type { EncodedImage, EncodeSettings } from './api/codec.ts';
import type { DeviceInput } from './api/image.ts';
import { ImageReadError } from './api/image-errors.ts';
import type { ImagePipeline } from './api/pipeline.ts';
import { subsamples } from './uploads/ladder.ts';
import { pipelineOf } from './uploads/pipeline.ts';

export { type CropSize, type Region, regionOf } from '../core/preprocessing/crop.ts';
export type { Size } from '../core/preprocessing/preprocessing.ts';
export type { Pixels } from '../core/preprocessing/tensor.ts';
export type { UploadEncoding } from '../core/upload/rung.ts';
export type { EncodedImage, EncodeSettings } from './api/codec.ts';
export type { DeviceInput } from './api/image.ts';
export type { ImagePipeline } from './api/pipeline.ts';

/** An app's means to read and write images; what is missing cannot be done. */
export interface AppMeans {
  /** Decodes an image to `width` x `height` RGB pixels: scaled and cropped as the service does it. */
  readonly pixels?: ((input: DeviceInput, size: CropSize) => Promise<Pixels>) | undefined;
  /** Makes a smaller file of an image, upright. */
  readonly encode?:
    | ((input: DeviceInput, settings: EncodeSettings) => Promise<EncodedImage>)
    | undefined;
  /**
   * Makes a file of what the service's models see of an image, upright: the part that `regionOf` tells,
   * scaled to `width` x `height`. With it uploads can be chosen to suit the network (`upload: 'adaptive'`).
   * It may give another content type than the encoding's: then that one is not asked for again.
   */
  readonly view?:
    | ((input: DeviceInput, view: CropSize, encoding: UploadEncoding) => Promise<EncodedImage>)
    | undefined;
  /**
   * Whether `view` can encode so.
   *
   * @default - JPEG and WebP, with chroma subsampling
   */
  readonly writes?: ((encoding: UploadEncoding) => boolean) | undefined;
}

/**
 * Images by an app's own means, such as Skia's in React Native or sharp's in Node.
 *
 * @example
 * ```ts
 * import { createClient } from '@mdinference/client';
 * import { appImages, type Region, regionOf, type Size } from '@mdinference/client/app-images';
 *
 * // The app's own means: see examples/react-native.
 * declare function sizeOf(photo: unknown): Size;
 * declare function jpegOf(photo: unknown, part: Region, to: Size, quality: number): Uint8Array;
 *
 * export const client = createClient({
 *   endpoint: 'https://abc123.execute-api.eu-central-1.amazonaws.com',
 *   slaMs: 250,
 *   images: appImages({
 *     view: async ({ image }, view, { quality }) => ({
 *       image: jpegOf(image, regionOf(sizeOf(image), view), view, quality),
 *       contentType: 'image/jpeg',
 *     }),
 *   }),
 * });
 * ```
 */
export function appImages({ pixels, encode, view, writes = subsamples }: AppMeans): ImagePipeline {
  return pipelineOf({
    ...(view && { writes }),
    open: (input) => ({
      pixels: async (size) => {
        if (!pixels) throw new ImageReadError('appImages was given no pixels()');
        return await pixels(input, size);
      },
      encode: async (settings) => {
        if (!encode) throw new ImageReadError('appImages was given no encode()');
        return await encode(input, settings);
      },
      view: async (size, encoding) => {
        if (!view) throw new ImageReadError('appImages was given no view()');
        return await view(input, size, encoding);
      },
      close: () => undefined,
    }),
  });
}
