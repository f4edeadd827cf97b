import { DeviceModelError } from '../api/errors.ts';
import type { TensorModel, TensorRequest, TypedTensors } from '../api/tensors.ts';
import { typedTensors } from './typed-data.ts';

/**
 * Has a model on the device answer to tensors.
 *
 * @throws {@link DeviceModelError} when its outputs are malformed, or what the model throws
 */
export async function inferOnDevice(
  { name, infer, chanceOf }: TensorModel,
  { tensors, outputs: wanted }: TensorRequest,
  signal: AbortSignal,
): Promise<{ outputs: TypedTensors; chance: number | undefined }> {
  const given = await infer(tensors, { signal, outputs: wanted });
  const outputs = checked(name, () => typedTensors(given));
  const missing = wanted?.find((output) => !Object.hasOwn(outputs, output));
  if (missing !== undefined) {
    throw new DeviceModelError(`the answer of "${name}" lacks the output "${missing}"`);
  }
  return { outputs, chance: chanceOf?.(outputs) };
}

function checked<T>(model: string, check: () => T): T {
  try {
    return check();
  } catch (cause) {
    const { message } = cause as Error;
    throw new DeviceModelError(`the answer of "${model}" is malformed: ${message}`, { cause });
  }
}
