import type { CropSize } from '../../core/preprocessing/crop.ts';
import type { Pixels } from '../../core/preprocessing/tensor.ts';
import { DeviceModelError } from '../api/errors.ts';
import type { DeviceInput } from '../api/image.ts';
import { faultOfPredictions } from '../api/shape.ts';
import type { OnDeviceModel, Prediction } from '../api/types.ts';

/** How an image gets to a model on the device. */
export interface DeviceCall extends DeviceInput {
  /** Absent where nothing can decode. */
  readonly pixels?: ((size: CropSize) => Promise<Pixels>) | undefined;
}

/**
 * Has a model classify an image.
 *
 * @throws {@link DeviceModelError} when its answer is malformed, or what the model throws
 */
export async function classifyOnDevice(
  model: OnDeviceModel,
  { image, ...how }: DeviceCall,
  signal: AbortSignal,
): Promise<{ predictions: readonly Prediction[]; chance: number | undefined }> {
  const answer = await model.classify(image, { ...how, signal });
  const fault = faultOfPredictions(answer?.predictions);
  if (fault) throw new DeviceModelError(`the answer of "${model.name}" lacks ${fault}`);
  const { predictions } = answer;
  const [best] = predictions;
  return { predictions, chance: best && model.chanceOf?.(best.score) };
}
