/**
 * Runs a model inside a Web Worker: inference blocks the worker, never the page.
 */
import { env, InferenceSession, Tensor } from 'onnxruntime-web/wasm';
import { cacheStorage } from './device/cache-storage.ts';
import { loadModelFile } from './device/model-file.ts';
import { OnnxModel } from './device/onnx-model.ts';
import { explainLoadFailure, requireWebAssembly } from './device/wasm-failure.ts';
import type {
  ClassifyMessage,
  FromWorker,
  LoadMessage,
  ToWorker,
} from './device/worker-messages.ts';

const worker = globalThis as unknown as {
  onmessage: (event: { data: ToWorker }) => void;
  postMessage(message: FromWorker): void;
};

let model: OnnxModel | undefined;
/** Messages are processed in order. */
let last: Promise<void> = Promise.resolve();
const waiting = new Set<number>();

worker.onmessage = ({ data: message }) => {
  if (message.kind === 'cancel') {
    waiting.delete(message.id);
    return;
  }
  waiting.add(message.id);
  last = last.then(() => answer(message));
};

async function answer(message: LoadMessage | ClassifyMessage): Promise<void> {
  const { id } = message;
  if (!waiting.delete(id)) return;
  try {
    if (message.kind === 'load') worker.postMessage({ id, size: await load(message) });
    else worker.postMessage({ id, predictions: await classify(message) });
  } catch (error) {
    worker.postMessage({ id, error: error instanceof Error ? error.message : String(error) });
  }
}

async function load({ id, model: file, description, wasmPaths, threads }: LoadMessage) {
  requireWebAssembly();
  env.wasm.numThreads = threads;
  if (wasmPaths !== undefined) env.wasm.wasmPaths = wasmPaths;
  const bytes =
    typeof file === 'string'
      ? await loadModelFile({ ...description, url: file }, cacheStorage(), (progress) =>
          worker.postMessage({ id, progress }),
        )
      : file;
  try {
    model = await OnnxModel.load({ InferenceSession, Tensor }, bytes, description, {
      executionProviders: ['wasm'],
      graphOptimizationLevel: 'all',
    });
  } catch (error) {
    throw explainLoadFailure(error, description.name);
  }
  return model.size;
}

async function classify({ input }: ClassifyMessage) {
  if (!model) throw new Error('the model is not loaded');
  if ('pixels' in input) return await model.classifyPixels(input.pixels);
  return await model.classifyTensor(input.tensor);
}
