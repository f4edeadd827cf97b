import type { InferenceSession } from 'onnxruntime-common';
import { ModelShapeError } from '../../core/preprocessing/errors.ts';
import { ort } from './native.ts';

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
    // onnxruntime warns of each initializer it removes while it optimises: errors are thrown anyway.
    logSeverityLevel: 3,
  };
  try {
    return await (typeof file === 'string'
      ? ort.InferenceSession.create(file, options)
      : ort.InferenceSession.create(file, options));
  } catch (error) {
    const [reason] = (error as Error).message.split('\n', 1);
    throw new ModelShapeError(`onnxruntime cannot load it: ${reason}`, { cause: error });
  }
}
