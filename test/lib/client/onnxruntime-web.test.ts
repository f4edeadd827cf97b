import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LoadProgress } from '../../../lib/client/api/types.ts';
import type { FromWorker, ToWorker } from '../../../lib/client/device/worker-messages.ts';
import { describeModel, onnxruntimeWeb } from '../../../lib/client/onnxruntime-web.ts';
import { type CropSize, cropSizeOf } from '../../../lib/core/preprocessing/crop.ts';
import { fullPreprocessing } from '../../../lib/core/preprocessing/preprocessing.ts';
import { resolveCatalogue } from '../../../lib/infra/package-files.ts';
import { readCatalogue } from '../../../lib/service/catalogue/load.ts';
import { Classifier } from '../../../lib/service/inference/classifier.ts';
import { decodeImage } from '../../../lib/service/inference/decode.ts';

const directory = resolveCatalogue('shapes');
const catalogue = readCatalogue(directory);
const [model] = catalogue.models;
if (!model) throw new Error('the catalogue has no model');
const description = describeModel(catalogue, model.name);
const bytes = new Uint8Array(readFileSync(join(directory, model.file)));
const image = new Blob([readFileSync(join(directory, catalogue.samples[0]?.file ?? ''))], {
  type: 'image/jpeg',
});
/** What the client has decoded already. */
const size = cropSizeOf(
  {},
  fullPreprocessing(model.preprocessing, catalogue.input),
  catalogue.input,
);
const data = await decodeImage(new Uint8Array(await image.arrayBuffer()), size);
const pixels = vi.fn(async ({ width, height }: CropSize) => ({ data, width, height }));
const options = () => {
  const { signal } = new AbortController();
  return { signal, contentType: 'image/jpeg', pixels };
};

/** A worker in this process, with the real WebAssembly: messages are copied and come later. */
class InProcessWorker {
  static all: InProcessWorker[] = [];
  readonly received: ToWorker[] = [];
  onmessage: (event: { data: FromWorker }) => void = () => undefined;
  onerror: (event: { message: string }) => void = () => undefined;
  readonly #coming: ToWorker[] = [];
  terminated = false;
  answered = 0;

  constructor() {
    InProcessWorker.all.push(this);
    vi.stubGlobal('postMessage', (message: FromWorker) => {
      const data = structuredClone(message);
      if (!('progress' in data)) this.answered++;
      setImmediate(() => !this.terminated && this.onmessage({ data }));
    });
  }

  postMessage(message: ToWorker) {
    this.received.push(message);
    // A worker that has been busy gets what has come meanwhile at once.
    if (this.#coming.push(structuredClone(message)) > 1) return;
    const scope = globalThis as unknown as { onmessage: (event: { data: ToWorker }) => void };
    setImmediate(() => {
      for (const data of this.#coming.splice(0)) scope.onmessage({ data });
    });
  }

  terminate() {
    this.terminated = true;
  }
}

const realFetch = fetch;

/** Lets what has been asked reach the worker. */
const turn = () => new Promise((resolve) => setImmediate(resolve));
const worker = () => new InProcessWorker() as unknown as Worker;
const web = (more: object = {}) =>
  onnxruntimeWeb({ ...description, model: bytes, worker, ...more });

beforeEach(async () => {
  InProcessWorker.all = [];
  pixels.mockClear();
  vi.resetModules();
  vi.stubGlobal('location', { href: 'https://page.example/app/' });
  await import('../../../lib/client/onnxruntime-web-worker.ts');
});
afterEach(() => vi.unstubAllGlobals());

describe('onnxruntimeWeb', () => {
  it('answers as the service does', async () => {
    const path = join(directory, model.file);
    const service = await Classifier.load({ path, catalogue, model, threads: 1 });
    const onDevice = web();
    await onDevice.prepare?.();
    const expected = await service.classifyImage(new Uint8Array(await image.arrayBuffer()));
    const { predictions } = await onDevice.classify(image, options());
    expect(predictions.map(({ label }) => label)).toEqual(
      expected.predictions.map(({ label }) => label),
    );
    predictions.forEach(({ score }, i) => {
      expect(score).toBeCloseTo(expected.predictions[i]?.score ?? Number.NaN, 3);
    });
    expect(InProcessWorker.all).toHaveLength(1);
  });

  it('loads the model once, at the latest with the first image', async () => {
    const onDevice = web();
    await Promise.all([onDevice.classify(image, options()), onDevice.classify(image, options())]);
    const kinds = InProcessWorker.all[0]?.received.map(({ kind }) => kind);
    expect(kinds).toEqual(['load', 'classify', 'classify']);
  });

  it('finds the model’s file relative to the page', async () => {
    const onDevice = web({ model: 'models/a.onnx', wasmPaths: '/wasm/', threads: 2 });
    await expect(onDevice.prepare?.()).rejects.toThrow();
    expect(InProcessWorker.all[0]?.received[0]).toMatchObject({
      model: 'https://page.example/app/models/a.onnx',
      wasmPaths: '/wasm/',
      threads: 2,
    });
  });

  it('starts anew after it could not be loaded', async () => {
    const onDevice = web({ model: new Uint8Array([1, 2, 3]) });
    await expect(onDevice.prepare?.()).rejects.toThrow();
    await expect(onDevice.classify(image, options())).rejects.toThrow();
    expect(InProcessWorker.all.map(({ terminated }) => terminated)).toEqual([true, true]);
  });

  it('rejects what was asked when the worker breaks, and starts anew', async () => {
    const onDevice = web();
    await onDevice.prepare?.();
    const asked = onDevice.classify(image, options());
    await turn();
    InProcessWorker.all[0]?.onerror({ message: 'out of memory' });
    await expect(asked).rejects.toThrow('out of memory');
    await expect(onDevice.classify(image, options())).resolves.toBeDefined();
    expect(InProcessWorker.all).toHaveLength(2);
  });

  it('takes a request back when its signal is aborted, and listens no longer', async () => {
    const onDevice = web();
    await onDevice.prepare?.();
    const controller = new AbortController();
    const removed = vi.spyOn(controller.signal, 'removeEventListener');
    const aborted = onDevice.classify(image, { ...options(), signal: controller.signal });
    await turn();
    controller.abort(new Error('not needed'));
    await expect(aborted).rejects.toThrow('not needed');
    expect(removed).toHaveBeenCalledOnce();
    expect(InProcessWorker.all[0]?.received.at(-1)).toMatchObject({ kind: 'cancel', id: 1 });
    await expect(onDevice.classify(image, options())).resolves.toBeDefined();
  });

  it('does not begin a request that was taken back while another ran', async () => {
    const onDevice = web();
    await onDevice.prepare?.();
    const controller = new AbortController();
    const first = onDevice.classify(image, options());
    const second = onDevice.classify(image, { ...options(), signal: controller.signal });
    while (InProcessWorker.all[0]?.received.length !== 3) await Promise.resolve();
    controller.abort();
    await expect(second).rejects.toMatchObject({ name: 'AbortError' });
    await first;
    await onDevice.classify(image, options());
    // Loaded, and two answers.
    expect(InProcessWorker.all[0]?.answered).toBe(3);
  });

  it('asks nothing when the signal is aborted already', async () => {
    const onDevice = web();
    await onDevice.prepare?.();
    const signal = AbortSignal.abort(new Error('too late'));
    await expect(onDevice.classify(image, { ...options(), signal })).rejects.toThrow('too late');
    expect(InProcessWorker.all[0]?.received).toHaveLength(1);
    expect(pixels).not.toHaveBeenCalled();
  });

  it('is closed with its worker', async () => {
    const onDevice = web();
    await onDevice.prepare?.();
    const asked = onDevice.classify(image, options());
    await turn();
    const tooLate = onDevice.classify(image, options());
    onDevice.close?.();
    await expect(asked).rejects.toThrow(`"${model.name}" has been closed`);
    await expect(tooLate).rejects.toThrow('the worker has ended');
    expect(InProcessWorker.all[0]?.terminated).toBe(true);
  });

  it('passes on what the decoder and the worker say of what they cannot take', async () => {
    const onDevice = web();
    const broken = { ...options(), pixels: () => Promise.reject(new Error('no image')) };
    await expect(onDevice.classify(image, broken)).rejects.toThrow('no image');
    const raw = { ...options(), contentType: 'application/octet-stream' };
    await expect(onDevice.classify(new Uint8Array(5), raw)).rejects.toThrow('bytes, not 5');
    await expect(onDevice.classify(image, options())).resolves.toBeDefined();
  });

  it('takes the raw tensor', async () => {
    const onDevice = web();
    const raw = { ...options(), contentType: 'application/octet-stream' };
    const { predictions } = await onDevice.classify(data, raw);
    expect(predictions).toEqual((await onDevice.classify(image, options())).predictions);
  });

  it('decodes by itself when the client does not', async () => {
    const open = { pixels, encode: vi.fn(), close: vi.fn() };
    const images = { open: vi.fn(() => open), close: vi.fn() };
    const onDevice = web({ images });
    expect(onDevice.images).toBe(images);
    await onDevice.classify(image, { ...options(), pixels: undefined });
    expect(images.open).toHaveBeenCalledWith({ image, contentType: 'image/jpeg' }, 192);
    expect(open.close).toHaveBeenCalledOnce();
    onDevice.close?.();
    expect(images.close).toHaveBeenCalledOnce();
  });

  it('tells what is known of it', () => {
    const { labels } = catalogue;
    expect(web()).toMatchObject({ name: model.name, labels, shorterSide: 192 });
  });

  it('downloads its file, and says how far it is', async () => {
    const chunks = [bytes.subarray(0, 1_000), bytes.subarray(1_000)];
    vi.stubGlobal('fetch', async (url: string) => {
      if (!url.startsWith('https:')) return await realFetch(url);
      const body = new ReadableStream({
        start: (controller) => {
          for (const chunk of chunks) controller.enqueue(chunk);
          controller.close();
        },
      });
      return new Response(body);
    });
    const onDevice = web({ model: '/a.onnx' });
    const progress: LoadProgress[] = [];
    await onDevice.prepare?.((it) => progress.push(it));
    const totalBytes = bytes.length;
    expect(progress).toEqual([
      { loadedBytes: 1_000, totalBytes },
      { loadedBytes: totalBytes, totalBytes },
    ]);
  });
});
