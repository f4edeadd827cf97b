/**
 * A model on the device for React Native.
 *
 * @module @mdinference/client/onnxruntime-react-native
 */
import { InferenceSession, Tensor } from 'onnxruntime-react-native';
import type { OnDeviceModel } from './api/types.ts';
import { type OnnxOnDeviceOptions, onnxOnDevice } from './device/onnx-model.ts';

export { type CropSize, type Region, regionOf } from '../core/preprocessing/crop.ts';
export type { OutputKind } from '../core/preprocessing/predictions.ts';
export type {
  ElementType,
  Preprocessing,
  PreprocessingJson,
  RawInput,
  Size,
} from '../core/preprocessing/preprocessing.ts';
export type { Pixels } from '../core/preprocessing/tensor.ts';
export { chanceOfBeingRight, type Reliability } from '../core/statistics/reliability.ts';
export type { Decode } from './api/codec.ts';
export { DeviceModelError } from './api/errors.ts';
export {
  type CatalogueJson,
  describeModel,
  type ModelDescription,
} from './device/model-description.ts';
export type { ModelStorage } from './device/model-file.ts';
export type { OnnxOnDeviceOptions } from './device/onnx-model.ts';

/**
 * A model on the device that onnxruntime-react-native runs, in threads of its own. It decodes no images:
 * `decode` has to.
 *
 * @example
 * ```ts
 * import { createClient } from '@mdinference/client';
 * import {
 *   type CatalogueJson,
 *   type CropSize,
 *   describeModel,
 *   onnxruntimeReactNative,
 *   type Pixels,
 * } from '@mdinference/client/onnxruntime-react-native';
 *
 * // The app's own decoder, such as Skia's: see docs/client.md.
 * declare function pixelsOf(image: unknown, size: CropSize): Promise<Pixels>;
 *
 * export function clientOf(catalogue: CatalogueJson, modelPath: string) {
 *   return createClient({
 *     endpoint: 'https://abc123.execute-api.eu-central-1.amazonaws.com',
 *     slaMs: 250,
 *     onDevice: onnxruntimeReactNative({
 *       ...describeModel(catalogue),
 *       model: modelPath,
 *       decode: ({ image }, size) => pixelsOf(image, size),
 *     }),
 *   });
 * }
 * ```
 */
export function onnxruntimeReactNative(options: OnnxOnDeviceOptions): OnDeviceModel {
  return onnxOnDevice({ InferenceSession, Tensor }, options);
}
