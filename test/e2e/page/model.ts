/** Runs in a page: a model on the device, as an app loads it. */
import type { LoadProgress } from '../../../lib/client/api/types.ts';
import {
  type CatalogueJson,
  describeModel,
  onnxruntimeWeb,
} from '../../../lib/client/onnxruntime-web.ts';

/** What became of loading the catalogue's model, and of one classification. */
export async function classify(settings: { model?: string; wasm?: string; image: string }) {
  const catalogue: CatalogueJson = await (await fetch('/catalogue.json')).json();
  const device = onnxruntimeWeb({
    ...describeModel(catalogue),
    model: settings.model ?? '/model.onnx',
    wasmPaths: { wasm: settings.wasm ?? '/ort.wasm' },
    worker: () => new Worker('/onnxruntime-web-worker.js', { type: 'module' }),
  });
  const progress: LoadProgress[] = [];
  try {
    await device.prepare?.((it) => progress.push(it));
    const image = await (await fetch(settings.image)).blob();
    const { signal } = new AbortController();
    const { predictions } = await device.classify(image, { signal, contentType: 'image/jpeg' });
    return { label: predictions[0]?.label, progress };
  } catch (error) {
    const { name, message } = error as Error;
    return { error: { name, message }, progress };
  } finally {
    device.close?.();
  }
}

/** The names and hashes of the models that are kept. */
export async function kept(): Promise<string[]> {
  const cache = await caches.open('mdinference-models');
  return (await cache.keys()).map(({ url }) => url);
}

/** Damages what is kept. */
export async function damage(): Promise<void> {
  const cache = await caches.open('mdinference-models');
  for (const request of await cache.keys()) await cache.put(request, new Response('damaged'));
}
