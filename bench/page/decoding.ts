/** Runs in a page and in a worker: the ways that a browser has to make a small JPEG of a photo. */
import type { ImagePipeline } from '../../lib/client/api/pipeline.ts';
import { usualUpload } from '../../lib/client/api/upload-settings.ts';
import { webImages } from '../../lib/client/web-images.ts';
import type { Measured } from '../decoding.ts';

const { maxSide, quality, type } = usualUpload;

async function jpegOf(image: ImageBitmap | VideoFrame, width: number, height: number) {
  const scale = Math.min(1, maxSide / Math.max(width, height));
  const canvas = new OffscreenCanvas(Math.round(width * scale), Math.round(height * scale));
  const context = canvas.getContext('2d', { alpha: false });
  if (!context) throw new Error('this browser has no 2D canvas');
  context.imageSmoothingQuality = 'high';
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  image.close();
  return await canvas.convertToBlob({ type, quality });
}

async function byDecoder(photo: Blob, desired: object) {
  const decoder = new ImageDecoder({
    ...{ data: await photo.arrayBuffer(), type: photo.type },
    ...desired,
  });
  const { image } = await decoder.decode();
  decoder.close();
  return await jpegOf(image, image.displayWidth, image.displayHeight);
}

async function byBitmap(photo: Blob, options: ImageBitmapOptions) {
  const bitmap = await createImageBitmap(photo, options);
  return await jpegOf(bitmap, bitmap.width, bitmap.height);
}

/** The upload, and the pixels that a model sees. */
function byPipeline(pipeline: ImagePipeline) {
  return async (photo: Blob) => {
    const open = pipeline.open({ image: photo, contentType: photo.type }, 256);
    const [file] = await Promise.all([
      open.upload(usualUpload),
      open.pixels({ width: 224, height: 224, resizeShorterSide: 256 }),
    ]);
    open.close();
    return file.image as Blob;
  };
}

const noWorker = () => {
  throw new Error('in the page');
};
const ways: Readonly<Record<string, (photo: Blob) => Promise<Blob>>> = {
  'ImageDecoder, scaled': (photo) =>
    byDecoder(photo, { desiredWidth: 1_280, desiredHeight: 1_280 }),
  'ImageDecoder, whole': (photo) => byDecoder(photo, {}),
  createImageBitmap: (photo) => byBitmap(photo, {}),
  'createImageBitmap, resized': (photo) =>
    byBitmap(photo, { resizeWidth: maxSide, resizeQuality: 'high' }),
  'webImages, pixels as well': byPipeline(webImages({ worker: noWorker })),
};
/** In a page alone: this one has a worker of its own. */
const inOwnWorker = webImages({
  worker: () => new Worker('/image-worker.js', { type: 'module' }),
});

async function time(way: (photo: Blob) => Promise<Blob>, photo: Blob) {
  const startMs = performance.now();
  const { size } = await way(photo);
  return { ms: performance.now() - startMs, bytes: size };
}

/** The longest gap between two turns of the event loop while something runs. */
async function longestBlock(work: () => Promise<unknown>): Promise<number> {
  let last = performance.now();
  let longest = 0;
  let isOver = false;
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (isOver) port1.close();
    else setTimeout(() => port2.postMessage(undefined), 1);
  };
  port2.postMessage(undefined);
  await work();
  isOver = true;
  return Math.max(longest, performance.now() - last);
}

async function measure(
  name: string,
  rounds: number,
  work: () => Promise<{ ms: number; bytes: number }>,
): Promise<Measured> {
  await work();
  const ms: number[] = [];
  const blockedMs: number[] = [];
  let bytes = 0;
  for (let round = 0; round < rounds; round++) {
    const block = await longestBlock(async () => {
      const result = await work();
      ms.push(result.ms);
      bytes = result.bytes;
    });
    blockedMs.push(block);
  }
  return { way: name, ms, blockedMs, bytes };
}

/** Measures every way, in this page and in a worker. */
export async function measureAll(url: string, rounds: number): Promise<Measured[]> {
  const photo = new Blob([await (await fetch(url)).arrayBuffer()], { type: 'image/jpeg' });
  await inOwnWorker.prepare?.();
  const results: Measured[] = [];
  for (const [name, way] of Object.entries(ways)) {
    results.push(await measure(`page: ${name}`, rounds, () => time(way, photo)));
  }
  const worker = new Worker('/decoding.js', { type: 'module' });
  await new Promise((resolve) => {
    worker.onmessage = resolve;
  });
  for (const name of Object.keys(ways).filter((it) => !it.includes('pixels as well'))) {
    const ask = () =>
      new Promise<{ ms: number; bytes: number }>((resolve) => {
        const startMs = performance.now();
        worker.onmessage = ({ data }) => resolve({ ms: performance.now() - startMs, bytes: data });
        worker.postMessage({ name, photo });
      });
    results.push(await measure(`worker: ${name}`, rounds, ask));
  }
  worker.terminate();
  const ours = byPipeline(inOwnWorker);
  results.push(await measure('worker: webImages, pixels as well', rounds, () => time(ours, photo)));
  return results;
}

const isWorker = !('document' in globalThis);
if (isWorker) {
  globalThis.onmessage = async ({ data }: MessageEvent<{ name: string; photo: Blob }>) => {
    const blob = await ways[data.name]?.(data.photo);
    postMessage(blob?.size);
  };
  postMessage('started');
}
