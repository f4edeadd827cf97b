/**
 * Decodes and encodes images in a Web Worker of its own, so that a photo of any size leaves the page
 * smooth.
 *
 * @module @mdinference/client/web-images
 */
import type { ImagePipeline } from './api/pipeline.ts';
import { capture } from './images/capture.ts';
import { ImagesInWorker } from './images/images-in-worker.ts';
import { openImage } from './images/open-image.ts';
import { subsamples } from './uploads/ladder.ts';
import { pipelineOf } from './uploads/pipeline.ts';

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
 * import { createClient } from '@mdinference/client';
 * import { webImages } from '@mdinference/client/web-images';
 *
 * // A page that asks the cloud alone.
 * export const client = createClient({
 *   endpoint: 'https://abc123.execute-api.eu-central-1.amazonaws.com',
 *   slaMs: 250,
 *   images: webImages(),
 * });
 * ```
 */
export function webImages({ worker = startWorker }: WebImagesOptions = {}): ImagePipeline {
  let there: ImagesInWorker | undefined;
  const start = () => {
    there ??= new ImagesInWorker(worker);
    return there;
  };
  return pipelineOf({
    writes: subsamples,
    prepare: async () => {
      await start().started;
    },
    open: (input, shorterSide) => {
      const inWorker = start();
      if (inWorker.isReady) return inWorker.open(input, shorterSide);
      return openImage(capture(input, shorterSide), shorterSide);
    },
    close: () => {
      there?.close();
      there = undefined;
    },
  });
}

function startWorker(): Worker {
  // Bundlers look for exactly this expression.
  return new Worker(new URL('./image-worker.js', import.meta.url), { type: 'module' });
}
