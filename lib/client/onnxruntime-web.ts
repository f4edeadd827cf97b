/**
 * A model on the device for web pages.
 *
 * @module @mdinference/client/onnxruntime-web
 */
import { DeviceModelError } from './api/errors.ts';
import type { ImageInput } from './api/image.ts';
import type { OnDeviceModel, Prediction } from './api/types.ts';
import type { ModelDescription } from './device/model-description.ts';
import type { FromWorker, ToWorker, WasmPaths } from './device/worker-messages.ts';

export type { OutputKind } from '../core/preprocessing/predictions.ts';
export type {
  Preprocessing,
  PreprocessingJson,
  RawInput,
} from '../core/preprocessing/preprocessing.ts';
export { DeviceModelError } from './api/errors.ts';
export {
  type CatalogueJson,
  describeModel,
  type ModelDescription,
} from './device/model-description.ts';
export type { WasmPaths } from './device/worker-messages.ts';

/** Settings of {@link onnxruntimeWeb}. */
export interface OnnxruntimeWebOptions extends ModelDescription {
  /** The address of the .onnx file, relative to the page, or its bytes. */
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
  const { name, version, accuracyPct, measuredMs } = options;
  const model = new ModelInWorker(options);
  return {
    ...{ name, version, accuracyPct, measuredMs },
    prepare: () => model.load(),
    classify: (image, { signal, contentType }) => model.classify(image, contentType, signal),
    close: () => model.close(new DeviceModelError(`"${name}" has been closed`)),
  };
}

type Settle = (answer: FromWorker) => void;
type Message = ToWorker extends infer M ? (M extends ToWorker ? Omit<M, 'id'> : never) : never;

class ModelInWorker {
  readonly #options: OnnxruntimeWebOptions;
  readonly #asked = new Map<number, Settle>();
  #worker: Worker | undefined;
  #loading: Promise<unknown> | undefined;
  #nextId = 0;

  constructor(options: OnnxruntimeWebOptions) {
    this.#options = options;
  }

  /** Starts the worker and loads the model; after a failure, anew. */
  async load(): Promise<void> {
    this.#loading ??= this.#load();
    try {
      await this.#loading;
    } catch (error) {
      this.close(error);
      throw error;
    }
  }

  async classify(image: ImageInput, contentType: string, signal: AbortSignal) {
    await this.load();
    return { predictions: await this.#ask({ kind: 'classify', image, contentType }, signal) };
  }

  /** Ends the worker, and with it what it was asked. */
  close(reason: unknown): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#loading = undefined;
    const error = reason instanceof Error ? reason.message : String(reason);
    for (const [id, settle] of [...this.#asked]) settle({ id, error });
  }

  async #load(): Promise<void> {
    const { model, wasmPaths, threads = 1, worker = startWorker } = this.#options;
    const { name, version, accuracyPct, labels, input, preprocessing, output } = this.#options;
    this.#worker = worker();
    this.#worker.onmessage = ({ data }: MessageEvent<FromWorker>) =>
      this.#asked.get(data.id)?.(data);
    this.#worker.onerror = ({ message }) =>
      this.close(new DeviceModelError(message || 'the worker failed'));
    await this.#ask({
      kind: 'load',
      description: { name, version, accuracyPct, labels, input, preprocessing, output },
      model: model instanceof Uint8Array ? model : new URL(model, location.href).href,
      wasmPaths,
      threads,
    });
  }

  #ask(message: Message, signal?: AbortSignal): Promise<readonly Prediction[]> {
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
        else resolve(answer.predictions);
      });
      signal?.addEventListener('abort', onAbort);
      worker.postMessage({ ...message, id } as ToWorker);
    });
  }
}

function startWorker(): Worker {
  // Bundlers look for exactly this expression.
  return new Worker(new URL('./onnxruntime-web-worker.js', import.meta.url), { type: 'module' });
}
