/** Runs in a page and in a worker: the ways that a browser has to make a small JPEG of a photo. */
import type { Destination, ImagePipeline } from '../../lib/client/api/pipeline.ts';
import { usualUpload } from '../../lib/client/api/upload-settings.ts';
import { webImages } from '../../lib/client/web-images.ts';
import type { UploadRung } from '../../lib/core/upload/rung.ts';
import { sentOf, serviceWith } from '../../test/e2e/page/sent.ts';
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

const view = { width: 224, height: 224, resizeShorterSide: 256 };
const model = { name: 'm', accuracyPct: 80, profile: { meanMs: 10, stdMs: 1, coldShare: 0 } };
/**
 * The first looks small before it is encoded, and the second is the only one that arrives in time over
 * the slow network below: both are encoded.
 */
const rungs = [
  { name: 'view-jpeg-95', meanBytes: 1_000, encoding: { type: 'image/jpeg', quality: 95 } },
  { name: 'view-webp-80', meanBytes: 100, encoding: { type: 'image/webp', quality: 80 } },
].map((rung) => ({ ...rung, stdBytes: 0, accuracyLossPct: {} })) as UploadRung[];
const slowBytesPerMs = 20;

/** What is sent, and the pixels that a model on the device sees. */
function byPipelines(where: string, worker: () => Worker) {
  const usual = webImages({ worker });
  const asView = webImages({ worker });
  const adaptive = webImages({ worker });
  const ways = {
    'JPEG of 640 pixels': (photo: Blob) => sentBy(usual, photo, serviceWith()),
    view: (photo: Blob) => sentBy(asView, photo, serviceWith({ models: [model], view })),
    'view, encoded twice': (photo: Blob) =>
      sentBy(
        adaptive,
        photo,
        serviceWith({ models: [model], view, uploads: { rungs } }),
        slowBytesPerMs,
      ),
  };
  return {
    ways: Object.entries(ways).map(([name, way]) => [`${where}: webImages, ${name}`, way] as const),
    prepare: () => Promise.all([usual, asView, adaptive].map((pipeline) => pipeline.prepare?.())),
  };
}

async function sentBy(
  pipeline: ImagePipeline,
  photo: Blob,
  service: Destination,
  bytesPerMs?: number,
): Promise<Blob> {
  const input = { image: photo, contentType: photo.type };
  const open = pipeline.open(input, 256, undefined, service);
  const [file] = await Promise.all([sentOf(open, bytesPerMs), open.pixels(view)]);
  open.close();
  return file.image as Blob;
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
};

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

/** Measures every way, in this page and in a worker: in turns, so that all meet the same noise. */
export async function measureAll(url: string, rounds: number): Promise<Measured[]> {
  const photo = new Blob([await (await fetch(url)).arrayBuffer()], { type: 'image/jpeg' });
  const inPage = byPipelines('page', noWorker);
  const inWorkers = byPipelines('worker', () => new Worker('/image-worker.js', { type: 'module' }));
  await Promise.all([inPage.prepare(), inWorkers.prepare()]);
  const worker = new Worker('/decoding.js', { type: 'module' });
  await new Promise((resolve) => {
    worker.onmessage = resolve;
  });
  const inWorker = (name: string) => () =>
    new Promise<Blob>((resolve) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.postMessage({ name, photo });
    });
  const all = new Map([
    ...Object.entries(ways).map(([name, way]) => [`page: ${name}`, way] as const),
    ...inPage.ways,
    ...Object.keys(ways).map((name) => [`worker: ${name}`, inWorker(name)] as const),
    ...inWorkers.ways,
  ]);
  const results = Array.from(all.keys(), (way) => ({
    ...{ way, ms: [] as number[], blockedMs: [] as number[], bytes: 0 },
  }));
  // The first round warms up.
  for (let round = 0; round <= rounds; round++) {
    for (const result of results) {
      const way = all.get(result.way);
      if (!way) continue;
      const startMs = performance.now();
      const blockedMs = await longestBlock(async () => {
        result.bytes = (await way(photo)).size;
      });
      if (round === 0) continue;
      result.ms.push(performance.now() - startMs);
      result.blockedMs.push(blockedMs);
    }
  }
  worker.terminate();
  return results;
}

const isWorker = !('document' in globalThis);
if (isWorker) {
  globalThis.onmessage = async ({ data }: MessageEvent<{ name: string; photo: Blob }>) => {
    postMessage(await ways[data.name]?.(data.photo));
  };
  postMessage('started');
}
