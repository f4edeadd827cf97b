/** Runs in a page: what a test asks of the client's images. */
import type { ImageInput } from '../../../lib/client/api/image.ts';
import type { ImagePipeline, ServedModels } from '../../../lib/client/api/pipeline.ts';
import type { Upload } from '../../../lib/client/api/upload-settings.ts';
import { webImages } from '../../../lib/client/web-images.ts';
import type { CropSize } from '../../../lib/core/preprocessing/crop.ts';
import { sentOf, serviceWith } from './sent.ts';

/** Ways to hold one and the same image. */
export const kinds = [
  ...['blob', 'bytes', 'view', 'bitmap', 'canvas', 'offscreen canvas', 'image element'],
  ...['video element', 'video frame', 'image data', 'raw RGB'],
] as const;

/** An image of the server's, held in one of the ways. */
export interface Source {
  readonly url: string;
  readonly type: string;
  readonly kind?: string;
}

const noWorker = () => {
  throw new Error('no worker here');
};
let hasStarted = false;
const worker = () => {
  const made = new Worker('/image-worker.js', { type: 'module' });
  made.addEventListener('message', () => {
    hasStarted = true;
  });
  return made;
};
const pipelines = { page: webImages({ worker: noWorker }), worker: webImages({ worker }) };
/** The page's thread, or a worker. */
export type Where = keyof typeof pipelines;
/** The pipeline that is asked for; that of the worker has started. */
async function pipelineIn(where: Where): Promise<ImagePipeline> {
  const pipeline = pipelines[where];
  await pipeline.prepare?.();
  if (where === 'worker' && !hasStarted) throw new Error('the worker has not started');
  return pipeline;
}

/** The pixels of an image, each once for every size. */
export async function pixels(where: Where, source: Source, sizes: CropSize[]) {
  const pipeline = await pipelineIn(where);
  const image = await hold(source);
  const open = pipeline.open({ image, contentType: contentTypeOf(source) }, 32);
  try {
    const results = await Promise.all(sizes.map((size) => open.pixels(size)));
    return results.map(({ data, width, height }) => ({ data: Array.from(data), width, height }));
  } finally {
    open.close();
  }
}

/** The pixels where the worker's file is missing. */
export async function pixelsWithoutWorker(source: Source, size: CropSize) {
  const pipeline = webImages({ worker: () => new Worker('/no-such-worker.js') });
  await pipeline.prepare?.();
  const open = pipeline.open({ image: await hold(source), contentType: source.type }, 32);
  const { data } = await open.pixels(size);
  return [{ data: Array.from(data) }];
}

/** What would be sent of an image to a service that tells this, and what the model would see of it. */
export async function upload(
  where: Where,
  source: Source,
  settings?: Upload,
  size?: CropSize,
  models?: ServedModels,
) {
  const pipeline = await pipelineIn(where);
  const image = await hold(source);
  const input = { image, contentType: contentTypeOf(source) };
  const open = pipeline.open(input, 32, settings, serviceWith(models));
  try {
    const [sent] = await Promise.all([sentOf(open), size && open.pixels(size)]);
    return {
      ...{ contentType: sent.contentType, rung: sent.rung, view: sent.view },
      isOriginal: sent.image === image,
      ...(await bytesOf(sent.image as Blob)),
    };
  } finally {
    open.close();
  }
}

/** The bytes for the test, unless they are many. */
async function bytesOf(file: Blob) {
  const bytes = new Uint8Array(await new Response(file).arrayBuffer());
  return { length: bytes.length, bytes: bytes.length < 500_000 ? Array.from(bytes) : [] };
}

/** The error that a function of this module throws. */
export async function errorOf(promise: Promise<unknown>) {
  try {
    await promise;
    return undefined;
  } catch (error) {
    const { name, message } = error as Error;
    return { name, message };
  }
}

/** An error of an image that cannot be read, in the page. */
export async function errorOfImage(where: Where, image: unknown) {
  const pipeline = await pipelineIn(where);
  const open = pipeline.open({ image: image as ImageInput, contentType: 'image/raw' }, 32);
  return await errorOf(open.pixels({ width: 32, height: 32 }));
}

/** A frame that nobody can use any more. */
export function closedFrame(): VideoFrame {
  const canvas = new OffscreenCanvas(9, 9);
  canvas.getContext('2d');
  const frame = new VideoFrame(canvas, { timestamp: 0 });
  frame.close();
  return frame;
}

function contentTypeOf({ kind = 'blob', type }: Source): string {
  return ['blob', 'bytes', 'view'].includes(kind) ? type : 'image/raw';
}

async function hold({ url, type, kind = 'blob' }: Source): Promise<ImageInput> {
  const bytes = await (await fetch(url)).arrayBuffer();
  const blob = new Blob([bytes], { type });
  if (kind === 'blob') return blob;
  if (kind === 'bytes') return bytes;
  if (kind === 'view') {
    const longer = new Uint8Array(bytes.byteLength + 9);
    longer.set(new Uint8Array(bytes), 5);
    return longer.subarray(5, 5 + bytes.byteLength);
  }
  const bitmap = await createImageBitmap(blob);
  const { width, height } = bitmap;
  if (kind === 'bitmap') return bitmap;
  if (kind === 'video frame') return new VideoFrame(bitmap, { timestamp: 0 });
  if (kind === 'image element') {
    const image = new Image();
    image.src = URL.createObjectURL(blob);
    await image.decode();
    return image;
  }
  const canvas =
    kind === 'offscreen canvas'
      ? new OffscreenCanvas(width, height)
      : Object.assign(document.createElement('canvas'), { width, height });
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  context.drawImage(bitmap, 0, 0);
  if (kind === 'canvas' || kind === 'offscreen canvas') return canvas;
  const { data } = context.getImageData(0, 0, width, height);
  if (kind === 'image data') return new ImageData(data, width, height);
  if (kind === 'raw RGB') return { data: data.filter((_, i) => i % 4 !== 3), width, height };
  const video = document.createElement('video');
  video.muted = true;
  video.srcObject = (canvas as HTMLCanvasElement).captureStream();
  const shown = new Promise((resolve) => {
    video.requestVideoFrameCallback(resolve);
  });
  await video.play();
  // A stream of a canvas has a frame whenever something is drawn.
  context.drawImage(bitmap, 0, 0);
  await shown;
  return video;
}
