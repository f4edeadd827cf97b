/** Runs in a page: classifies the same photo again and again, as an app would. */
import { createClient } from '../../lib/client/index.ts';
import {
  type CatalogueJson,
  describeModel,
  onnxruntimeWeb,
} from '../../lib/client/onnxruntime-web.ts';
import { webImages } from '../../lib/client/web-images.ts';
import type { Answered } from '../photos.ts';

/** Between two photos, in ms: what a request leaves behind does not slow the next one down. */
const pauseMs = 300;

/** Classifies the server's photo so many times; the first time warms up. */
export async function classifyAll(settings: {
  endpoint: string;
  slaMs: number;
  requests: number;
}): Promise<Answered[]> {
  const { endpoint, slaMs, requests } = settings;
  const catalogue: CatalogueJson = await (await fetch('/catalogue.json')).json();
  const client = createClient({
    ...{ endpoint, slaMs },
    onDevice: onnxruntimeWeb({
      ...describeModel(catalogue),
      model: '/model.onnx',
      wasmPaths: { wasm: '/ort.wasm' },
      worker: () => new Worker('/onnxruntime-web-worker.js', { type: 'module' }),
      images: webImages({ worker: () => new Worker('/image-worker.js', { type: 'module' }) }),
    }),
  });
  await client.prepare();
  const photo = await (await fetch('/photo.jpg')).blob();
  const answers: Answered[] = [];
  for (let i = 0; i <= requests; i++) {
    const block = watchBlocks();
    const startMs = performance.now();
    const answer = await client.classify(photo).catch(() => undefined);
    const ms = performance.now() - startMs;
    const blockedMs = block();
    if (i > 0) {
      const { source = 'nobody', inTime = false } = answer ?? {};
      answers.push({ source, ms, saysInTime: inTime, blockedMs });
    }
    await answer?.settled;
    await new Promise((resolve) => {
      setTimeout(resolve, pauseMs);
    });
  }
  client.close();
  return answers;
}

/** Watches for how long the page can do nothing else; ends with the longest such time in ms. */
function watchBlocks(): () => number {
  let last = performance.now();
  let longest = 0;
  const timer = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  }, 1);
  return () => {
    clearInterval(timer);
    return Math.max(longest, performance.now() - last);
  };
}
