import { InferenceSession, Tensor } from 'onnxruntime-react-native';
import { type OnnxOnDeviceOptions, onnxOnDevice } from './onnx-model.ts';
import type { OnDeviceModel } from './types.ts';

export { type CropSize, type Region, regionOf } from '../core/preprocessing/crop.ts';
export type { OutputKind } from '../core/preprocessing/predictions.ts';
export type { PreprocessingJson, RawInput } from '../core/preprocessing/preprocessing.ts';
export type { Pixels } from '../core/preprocessing/tensor.ts';
export { type CatalogueJson, describeModel, type ModelDescription } from './model-description.ts';
export type { Decode } from './onnx-model.ts';

/** Settings of {@link onnxruntimeReactNative}: React Native has no decoder of its own. */
export type OnnxruntimeReactNativeOptions = OnnxOnDeviceOptions;

/** A model on the device that onnxruntime-react-native runs, in threads of its own. */
export function onnxruntimeReactNative(options: OnnxruntimeReactNativeOptions): OnDeviceModel {
  return onnxOnDevice({ InferenceSession, Tensor }, options);
}
