import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FromWorker, ToWorker } from '../../../lib/client/device/worker-messages.ts';
import { describeModel, onnxruntimeWeb } from '../../../lib/client/onnxruntime-web.ts';
import { resolveCatalogue } from '../../../lib/infra/package-files.ts';
import { readCatalogue } from '../../../lib/service/catalogue/load.ts';
import { Classifier } from '../../../lib/service/inference/classifier.ts';

const directory = resolveCatalogue('shapes');
const catalogue = readCatalogue(directory);
const [model] = catalogue.models;
if (!model) throw new Error('the catalogue has no model');
const description = describeModel(catalogue, model.name);
const bytes = new Uint8Array(readFileSync(join(directory, model.file)));
const image = new Blob([readFileSync(join(directory, catalogue.samples[0]?.file ?? ''))], {
  type: 'image/jpeg',
});
const options = () => ({ signal: new AbortController().signal, contentType: 'image/jpeg' });

/** A browser's decoder: images of the size that the model takes, pixel by pixel. */
async function createImageBitmap(blob: Blob) {
  const { data, info } = await sharp(await blob.arrayBuffer())
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, close: () => undefined };
}
class OffscreenCanvas {
  getContext() {
    let drawn = new Uint8ClampedArray();
    return {
      drawImage: ({ data }: { data: Uint8Array }) => {
        drawn = new Uint8ClampedArray(data);
      },
      getImageData: () => ({ data: drawn }),
    };
  }
}

/** A worker in this process, with the real WebAssembly: messages are copied and come later. */
class InProcessWorker {
  static all: InProcessWorker[] = [];
  readonly received: ToWorker[] = [];
  onmessage: (event: { data: FromWorker }) => void = () => undefined;
  onerror: (event: { message: string }) => void = () => undefined;
  terminated = false;

  constructor() {
    InProcessWorker.all.push(this);
    vi.stubGlobal('postMessage', (message: FromWorker) => {
      const data = structuredClone(message);
      setImmediate(() => !this.terminated && this.onmessage({ data }));
    });
  }

  postMessage(message: ToWorker) {
    this.received.push(message);
    const data = structuredClone(message);
    const scope = globalThis as unknown as { onmessage: (event: { data: ToWorker }) => void };
    setImmediate(() => scope.onmessage({ data }));
  }

  terminate() {
    this.terminated = true;
  }
}

/** Lets what has been asked reach the worker. */
const turn = () => new Promise((resolve) => setImmediate(resolve));
const worker = () => new InProcessWorker() as unknown as Worker;
const web = (more: object = {}) =>
  onnxruntimeWeb({ ...description, model: bytes, worker, ...more });

beforeEach(async () => {
  InProcessWorker.all = [];
  vi.resetModules();
  vi.stubGlobal('createImageBitmap', createImageBitmap);
  vi.stubGlobal('OffscreenCanvas', OffscreenCanvas);
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
    for (const same of [image, await image.arrayBuffer()]) {
      const { predictions } = await onDevice.classify(same, options());
      expect(predictions.map(({ label }) => label)).toEqual(
        expected.predictions.map(({ label }) => label),
      );
      predictions.forEach(({ score }, i) => {
        expect(score).toBeCloseTo(expected.predictions[i]?.score ?? Number.NaN, 3);
      });
    }
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
    const decoded = vi.fn(createImageBitmap);
    vi.stubGlobal('createImageBitmap', decoded);
    const onDevice = web();
    await onDevice.prepare?.();
    const controller = new AbortController();
    const first = onDevice.classify(image, options());
    const second = onDevice.classify(image, { ...options(), signal: controller.signal });
    await Promise.resolve();
    controller.abort();
    await expect(second).rejects.toMatchObject({ name: 'AbortError' });
    await first;
    await onDevice.classify(image, options());
    expect(decoded).toHaveBeenCalledTimes(2);
  });

  it('asks nothing when the signal is aborted already', async () => {
    const onDevice = web();
    await onDevice.prepare?.();
    const signal = AbortSignal.abort(new Error('too late'));
    await expect(onDevice.classify(image, { ...options(), signal })).rejects.toThrow('too late');
    expect(InProcessWorker.all[0]?.received).toHaveLength(1);
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

  it('passes on what the worker says of an image that it cannot decode', async () => {
    const onDevice = web();
    await expect(onDevice.classify(new Blob(['no image']), options())).rejects.toThrow();
    await expect(onDevice.classify(image, options())).resolves.toBeDefined();
  });
});
