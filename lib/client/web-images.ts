/**
 * Decodes and encodes images in a Web Worker of its own, so that a photo of any size leaves the page
 * smooth.
 *
 * @module @mdinference/client/web-images
 */
import type { OpenImage } from './api/codec.ts';
import { ImageReadError } from './api/image-errors.ts';
import type { ImagePipeline } from './api/pipeline.ts';
import { fastImages } from './images/fast-images.ts';
import { ImagesInWorker } from './images/images-in-worker.ts';
import { pipelineOf } from './images/pipeline.ts';

export { CanvasBlockedError, ImageReadError } from './api/image-errors.ts';
export type { ImagePipeline, PipelineImage } from './api/pipeline.ts';

/** Settings of {@link webImages}. */
export interface WebImagesOptions {
  /**
   * Makes the worker, for bundlers that do not know `new Worker(new URL(...))`.
   *
   * @default - `image-worker.js` beside this file
   */
  readonly worker?: (() => Worker) | undefined;
}

/**
 * Decodes and encodes images in a Web Worker; while it has not started, and where it cannot, in the
 * thread that calls. `onnxruntimeWeb` brings one of these along.
 *
 * @example
 * ```ts
 * import type { OnDeviceModel } from '@mdinference/client';
 * import { webImages } from '@mdinference/client/web-images';
 *
 * declare const ownModel: OnDeviceModel;
 *
 * export const onDevice: OnDeviceModel = { ...ownModel, images: webImages() };
 * ```
 */
export function webImages({ worker = startWorker }: WebImagesOptions = {}): ImagePipeline {
  const here = fastImages();
  let there: ImagesInWorker | undefined;
  const start = () => {
    there ??= new ImagesInWorker(worker);
    return there;
  };
  return pipelineOf({
    prepare: async () => {
      await start().started;
    },
    open: (input, shorterSide) => {
      const images = start();
      return (images.isReady ? images : here)?.open(input, shorterSide) ?? unreadable;
    },
    close: () => {
      there?.close();
      there = undefined;
    },
  });
}

const refuse = () => Promise.reject(new ImageReadError('this browser has no OffscreenCanvas'));
const unreadable: OpenImage = { pixels: refuse, encode: refuse, close: () => undefined };

function startWorker(): Worker {
  // Bundlers look for exactly this expression.
  return new Worker(new URL('./image-worker.js', import.meta.url), { type: 'module' });
}
