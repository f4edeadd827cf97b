import type { CropSize } from '../../core/preprocessing/crop.ts';
import type { Pixels } from '../../core/preprocessing/tensor.ts';
import type { ImageFile } from '../api/image.ts';
import type { LoadProgress, Prediction } from '../api/types.ts';
import type { ModelDescription } from './model-description.ts';

/** A folder's address with a slash at its end, or one address for each file of onnxruntime-web. */
export type WasmPaths =
  | string
  | { readonly wasm?: string | undefined; readonly mjs?: string | undefined };

/** Loads the worker's one model. */
export interface LoadMessage {
  readonly kind: 'load';
  readonly id: number;
  readonly description: ModelDescription;
  /** The address of the .onnx file, or its bytes. */
  readonly model: string | Uint8Array;
  readonly wasmPaths?: WasmPaths | undefined;
  readonly threads: number;
}

/** Classifies an image's pixels, in the size that the model takes, or a raw tensor. */
export interface ClassifyMessage {
  readonly kind: 'classify';
  readonly id: number;
  readonly input: { readonly pixels: Pixels } | { readonly tensor: ImageFile };
}

/** Cancels a request that has not begun. */
export interface CancelMessage {
  readonly kind: 'cancel';
  readonly id: number;
}

/** What the page tells the worker. */
export type ToWorker = LoadMessage | ClassifyMessage | CancelMessage;

/** What the worker answers to the message of the same id. */
export type FromWorker =
  | { readonly id: number; readonly progress: LoadProgress }
  /** Loaded: the pixels that the model takes of an image. */
  | { readonly id: number; readonly size: CropSize }
  | { readonly id: number; readonly predictions: readonly Prediction[] }
  | { readonly id: number; readonly error: string };
