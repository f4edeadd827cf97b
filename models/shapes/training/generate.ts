import { once } from 'node:events';
import { createWriteStream, openSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { SingleBar } from 'cli-progress';
import sharp from 'sharp';
import { generateImage, imageSize } from '../../../lib/shapes/generate.ts';
import { encodeJpeg } from '../../../lib/shapes/jpeg.ts';
import { onceAMinute } from './progress.ts';
import { decodeJpeg } from './through-jpeg.ts';

/** One worker's share of the file: images [first, first + count). */
interface Share {
  readonly file: string;
  readonly seed: number;
  readonly first: number;
  readonly count: number;
}

const imageBytes = imageSize * imageSize * 3;

/**
 * Writes images as raw RGB, one after the other, each after a round trip through JPEG, so that
 * training sees what the service decodes. The label of image i is i modulo 16.
 */
async function writeAll(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string' },
      count: { type: 'string' },
      out: { type: 'string' },
      threads: { type: 'string', default: String(availableParallelism()) },
    },
  });
  const { seed, count, out } = values;
  if (!seed || !count || !out) {
    console.error('usage: generate.ts --seed NUMBER --count NUMBER --out FILE [--threads NUMBER]');
    process.exit(2);
  }

  const bar = new SingleBar({
    format: 'generating [{bar}] {value}/{total}, {eta_formatted} left',
    ...onceAMinute,
  });
  bar.start(Number(count), 0);
  openSync(out, 'w');
  const threads = Number(values.threads);
  const share = Math.ceil(Number(count) / threads);
  const workers = Array.from({ length: threads }, (_, i) => {
    const first = i * share;
    const worker = new Worker(new URL(import.meta.url), {
      workerData: {
        file: out,
        seed: Number(seed),
        first,
        count: Math.min(share, Number(count) - first),
      } satisfies Share,
    });
    worker.on('message', (done: number) => bar.increment(done));
    return once(worker, 'exit');
  });
  await Promise.all(workers);
  bar.stop();
}

async function writeShare({ file, seed, first, count }: Share): Promise<void> {
  sharp.concurrency(1);
  const stream = createWriteStream(file, { flags: 'r+', start: first * imageBytes });
  for (let index = first; index < first + count; index++) {
    const { pixels } = generateImage({ seed, index, easier: true });
    const decoded = await decodeJpeg(await encodeJpeg(pixels, imageSize));
    if (!stream.write(decoded)) await once(stream, 'drain');
    if (index % 100 === 99) parentPort?.postMessage(100);
  }
  stream.end();
  await once(stream, 'finish');
}

if (isMainThread) await writeAll();
else await writeShare(workerData as Share);
