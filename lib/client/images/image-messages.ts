import type { CropSize } from '../../core/preprocessing/crop.ts';
import type { Pixels } from '../../core/preprocessing/tensor.ts';
import type { UploadEncoding } from '../../core/upload/rung.ts';
import type { EncodedImage, EncodeSettings } from '../api/codec.ts';
import type { Captured } from './capture.ts';

/** What the page asks of the worker. */
export type ToImageWorker =
  | { readonly kind: 'open'; readonly image: number; readonly captured: Captured; side: number }
  | { readonly kind: 'close'; readonly image: number }
  | { readonly kind: 'pixels'; readonly image: number; readonly id: number; size: CropSize }
  | { readonly kind: 'encode'; readonly image: number; readonly id: number; how: EncodeSettings }
  | {
      readonly kind: 'view';
      readonly image: number;
      readonly id: number;
      readonly view: CropSize;
      readonly encoding: UploadEncoding;
    };

/** What the worker says: that it has started, or what came of the call of the same id. */
export type FromImageWorker =
  | { readonly kind: 'started' }
  | { readonly kind: 'done'; readonly id: number; readonly result: Pixels | EncodedImage }
  | { readonly kind: 'failed'; readonly id: number; readonly name: string; message: string };
