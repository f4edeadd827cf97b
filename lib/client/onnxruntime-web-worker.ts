/**
 * Runs a model inside a Web Worker: decoding and inference block the worker, never the page.
 */
import { env, InferenceSession, Tensor } from 'onnxruntime-web/wasm';
import { OnnxModel } from './device/onnx-model.ts';
import type {
  ClassifyMessage,
  FromWorker,
  LoadMessage,
  ToWorker,
} from './device/worker-messages.ts';
import { decodeByCanvas } from './images/decode.ts';

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
    const predictions = message.kind === 'load' ? await load(message) : await classify(message);
    worker.postMessage({ id, predictions });
  } catch (error) {
    worker.postMessage({ id, error: error instanceof Error ? error.message : String(error) });
  }
}

async function load({ model: file, description, wasmPaths, threads }: LoadMessage) {
  env.wasm.numThreads = threads;
  if (wasmPaths !== undefined) env.wasm.wasmPaths = wasmPaths;
  model = await OnnxModel.load({ InferenceSession, Tensor }, file, description, {
    executionProviders: ['wasm'],
    graphOptimizationLevel: 'all',
  });
  return [];
}

async function classify({ image, contentType }: ClassifyMessage) {
  if (!model) throw new Error('the model is not loaded');
  return await model.classify({ image, contentType }, decodeByCanvas);
}
