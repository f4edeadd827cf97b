/**
 * A model on the device for React Native.
 *
 * @module @mdinference/client/onnxruntime-react-native
 */
import { InferenceSession, Tensor } from 'onnxruntime-react-native';
import type { ModelDescription } from './model-description.ts';
import { type Decode, OnnxModel } from './onnx-model.ts';
import type { OnDeviceModel } from './types.ts';

export { type CropSize, type Pixels, type Region, regionOf } from '../core/preprocessing/pixels.ts';
export {
  type CatalogueJson,
  describeModel,
  type ModelDescription,
  type ModelPreprocessing,
  type RawInput,
} from './model-description.ts';

/** Settings of {@link onnxruntimeReactNative}. */
export interface OnnxruntimeReactNativeOptions extends ModelDescription {
  /** Path of the .onnx file on the device, or its bytes. */
  readonly model: string | Uint8Array;
  /**
   * Makes RGB pixels of an image, `width` x `height` of them: those of the part that `regionOf` names.
   * React Native has no decoder of its own.
   */
  readonly decode: Decode;
  /** See `OnDeviceModel`. */
  readonly measuredMs?: number;
}

/**
 * A model on the device that onnxruntime-react-native runs, in threads of its own.
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
export function onnxruntimeReactNative(options: OnnxruntimeReactNativeOptions): OnDeviceModel {
  const { model, decode, ...description } = options;
  const { name, version, accuracyPct, measuredMs } = description;
  let loading: Promise<OnnxModel> | undefined;
  const load = async () => {
    loading ??= OnnxModel.load({ InferenceSession, Tensor }, model, description);
    try {
      return await loading;
    } catch (error) {
      loading = undefined;
      throw error;
    }
  };
  return {
    name,
    accuracyPct,
    ...(version && { version }),
    ...(measuredMs !== undefined && { measuredMs }),
    prepare: load,
    classify: async (image, { contentType }) => {
      const loaded = await load();
      return { predictions: await loaded.classify({ image, contentType }, decode) };
    },
    close: () => {
      loading?.then((loaded) => loaded.release()).catch(() => undefined);
    },
  };
}
