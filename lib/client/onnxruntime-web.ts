/**
 * A model on the device for web pages.
 *
 * @module @mdinference/client/onnxruntime-web
 */
import type { CropSize } from '../core/preprocessing/crop.ts';
import type { Pixels } from '../core/preprocessing/tensor.ts';
import { DeviceModelError } from './api/errors.ts';
import type { ImageFile } from './api/image.ts';
import type { ImagePipeline } from './api/pipeline.ts';
import type { LoadProgress, OnDeviceModel } from './api/types.ts';
import { factsOf, type ModelDescription } from './device/model-description.ts';
import type { ClassifyMessage, FromWorker, ToWorker, WasmPaths } from './device/worker-messages.ts';
import { webImages } from './web-images.ts';

export type { OutputKind } from '../core/preprocessing/predictions.ts';
export type {
  ElementType,
  Preprocessing,
  PreprocessingJson,
  RawInput,
} from '../core/preprocessing/preprocessing.ts';
export { chanceOfBeingRight, type Reliability } from '../core/statistics/reliability.ts';
export { DeviceModelError } from './api/errors.ts';
export {
  type CatalogueJson,
  describeModel,
  type ModelDescription,
} from './device/model-description.ts';
export type { WasmPaths } from './device/worker-messages.ts';

/** Settings of {@link onnxruntimeWeb}. */
export interface OnnxruntimeWebOptions extends ModelDescription {
  /**
   * The address of the .onnx file, relative to the page, or its bytes. What is downloaded is checked by
   * the description's `sha256` and kept in the Cache API, where the page has one (https).
   */
  readonly model: string | URL | Uint8Array;
  /**
   * Where `ort-wasm-simd-threaded.wasm` (and `.mjs`) of onnxruntime-web are served: a folder's address
   * with a slash at its end, or one address for each.
   *
   * @default - where the bundler has put them
   */
  readonly wasmPaths?: WasmPaths | undefined;
  /**
   * Threads of WebAssembly; more than one needs a page that is isolated across origins.
   *
   * @default 1
   */
  readonly threads?: number | undefined;
  /**
   * Makes the worker, for bundlers that do not know `new Worker(new URL(...))`.
   *
   * @default - `onnxruntime-web-worker.js` beside this file
   */
  readonly worker?: (() => Worker) | undefined;
  /**
   * Decodes and encodes images, for the whole client.
   *
   * @default - `webImages()`
   */
  readonly images?: ImagePipeline | undefined;
  /** See `OnDeviceModel`. */
  readonly measuredMs?: number | undefined;
}

/**
 * A model on the device that onnxruntime-web runs in WebAssembly, inside a Web Worker. Its errors are
 * {@link DeviceModelError}s.
 *
 * @example
 * ```ts
 * import { createClient } from '@mdinference/client';
 * import { describeModel, onnxruntimeWeb } from '@mdinference/client/onnxruntime-web';
 *
 * const catalogue = await (await fetch('/models/shapes/catalogue.json')).json();
 *
 * export const client = createClient({
 *   endpoint: 'https://abc123.execute-api.eu-central-1.amazonaws.com',
 *   slaMs: 250,
 *   onDevice: onnxruntimeWeb({
 *     ...describeModel(catalogue, 'nano-24'),
 *     model: '/models/shapes/nano-24.onnx',
 *   }),
 * });
 * ```
 */
export function onnxruntimeWeb(options: OnnxruntimeWebOptions): OnDeviceModel {
  const { name, measuredMs, images = webImages() } = options;
  const facts = factsOf(options);
  const model = new ModelInWorker(options);
  return {
    ...facts,
    ...{ measuredMs, images },
    prepare: (onProgress) => model.load(onProgress),
    classify: async (image, { signal, contentType, pixels }) => {
      if (!contentType.startsWith('image/')) {
        return { predictions: await model.classifyTensor(image as ImageFile, signal) };
      }
      if (pixels) return { predictions: await model.classify(pixels, signal) };
      const open = images.open({ image, contentType }, facts.shorterSide);
      try {
        return { predictions: await model.classify(open.pixels, signal) };
      } finally {
        open.close();
      }
    },
    close: () => {
      model.close(new DeviceModelError(`"${name}" has been closed`));
      images.close?.();
    },
  };
}

type Answer = Exclude<FromWorker, { progress: LoadProgress } | { error: string }>;
type Message = ToWorker extends infer M ? (M extends ToWorker ? Omit<M, 'id'> : never) : never;

class ModelInWorker {
  readonly #options: OnnxruntimeWebOptions;
  readonly #asked = new Map<number, (answer: FromWorker) => void>();
  readonly #listeners = new Set<(progress: LoadProgress) => void>();
  #worker: Worker | undefined;
  #loading: Promise<CropSize> | undefined;
  #nextId = 0;

  constructor(options: OnnxruntimeWebOptions) {
    this.#options = options;
  }

  /**
   * Starts the worker and loads the model; after a failure, anew.
   *
   * @returns the pixels that the model takes of an image
   */
  async load(onProgress?: (progress: LoadProgress) => void): Promise<CropSize> {
    if (onProgress) this.#listeners.add(onProgress);
    this.#loading ??= this.#load();
    try {
      return await this.#loading;
    } catch (error) {
      this.close(error);
      throw error;
    } finally {
      if (onProgress) this.#listeners.delete(onProgress);
    }
  }

  async classify(pixels: (size: CropSize) => Promise<Pixels>, signal: AbortSignal) {
    const size = await this.load();
    signal.throwIfAborted();
    return await this.#classify({ pixels: await pixels(size) }, signal);
  }

  async classifyTensor(tensor: ImageFile, signal: AbortSignal) {
    await this.load();
    return await this.#classify({ tensor }, signal);
  }

  /** Ends the worker, and with it what it was asked. */
  close(reason: unknown): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#loading = undefined;
    const error = reason instanceof Error ? reason.message : String(reason);
    for (const [id, settle] of [...this.#asked]) settle({ id, error });
  }

  async #load(): Promise<CropSize> {
    const { model, wasmPaths, threads = 1, worker = startWorker } = this.#options;
    const { name, version, accuracyPct, labels, input, preprocessing, output } = this.#options;
    const { outputName, backgroundClass, sha256, bytes } = this.#options;
    this.#worker = worker();
    this.#worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (!('progress' in data)) this.#asked.get(data.id)?.(data);
      else for (const listener of this.#listeners) listener(data.progress);
    };
    this.#worker.onerror = ({ message }) => this.close(new DeviceModelError(message || noWorker));
    const answer = await this.#ask({
      kind: 'load',
      description: {
        ...{ name, version, accuracyPct, labels, input, preprocessing, output },
        ...{ outputName, backgroundClass, sha256, bytes },
      },
      model: model instanceof Uint8Array ? model : new URL(model, location.href).href,
      wasmPaths,
      threads,
    });
    if (!('size' in answer)) throw new DeviceModelError('the worker is of another version');
    return answer.size;
  }

  async #classify(input: ClassifyMessage['input'], signal: AbortSignal) {
    const answer = await this.#ask({ kind: 'classify', input }, signal);
    return 'predictions' in answer ? answer.predictions : [];
  }

  #ask(message: Message, signal?: AbortSignal): Promise<Answer> {
    const worker = this.#worker;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      if (!worker) return reject(new DeviceModelError('the worker has ended'));
      const id = this.#nextId++;
      const done = () => {
        this.#asked.delete(id);
        signal?.removeEventListener('abort', onAbort);
      };
      const onAbort = () => {
        done();
        worker.postMessage({ kind: 'cancel', id } satisfies ToWorker);
        reject(signal?.reason);
      };
      this.#asked.set(id, (answer) => {
        done();
        if ('error' in answer) reject(new DeviceModelError(answer.error));
        else resolve(answer as Answer);
      });
      signal?.addEventListener('abort', onAbort);
      worker.postMessage({ ...message, id } as ToWorker);
    });
  }
}

const noWorker =
  'the worker of the model could not be started: its file is not served (status 404), or the content ' +
  'security policy does not allow it (worker-src)';

function startWorker(): Worker {
  // Bundlers look for exactly this expression.
  return new Worker(new URL('./onnxruntime-web-worker.js', import.meta.url), { type: 'module' });
}
