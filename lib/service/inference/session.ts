import type { InferenceSession, Tensor } from 'onnxruntime-common';
import { ModelShapeError } from '../../core/preprocessing/errors.ts';
import { runtimeTensor } from '../../core/preprocessing/runtime-tensor.ts';
import type { TensorData } from '../../core/preprocessing/tensor.ts';
import { ort } from './native.ts';
import { runtimeReason } from './runtime-reason.ts';

/**
 * Opens a model as the service does.
 *
 * @param file - the model's path, or its bytes
 * @throws {@link ModelShapeError} when onnxruntime cannot load it
 */
export async function openSession(
  file: string | Uint8Array,
  threads: number,
): Promise<InferenceSession> {
  const options: InferenceSession.SessionOptions = {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    // onnxruntime warns of each initializer it removes while it optimises; errors are thrown anyway.
    logSeverityLevel: 4,
  };
  try {
    return await (typeof file === 'string'
      ? ort.InferenceSession.create(file, options)
      : ort.InferenceSession.create(file, options));
  } catch (error) {
    const reason = runtimeReason(error as Error);
    throw new ModelShapeError(`onnxruntime cannot load it: ${reason}`, { cause: error });
  }
}

/**
 * Runs a model once.
 *
 * @param outputNames - the outputs that are asked for
 */
export async function runSession(
  session: InferenceSession,
  tensor: TensorData,
  outputNames: readonly string[],
): Promise<Readonly<Record<string, Tensor>>> {
  const [inputName = ''] = session.inputNames;
  return await session.run({ [inputName]: runtimeTensor(ort.Tensor, tensor) }, outputNames);
}
