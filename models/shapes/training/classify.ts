import { fileURLToPath } from 'node:url';
import type { InferenceSession } from 'onnxruntime-node';
import { topPredictions } from '../../../lib/core/preprocessing/predictions.ts';
import { ort } from '../../../lib/service/inference/native.ts';
import { shapeLabels } from '../../../lib/shapes/figures.ts';
import { imageSize } from '../../../lib/shapes/generate.ts';

/** Opens a model as the service does on so many vCPUs. */
export function openModel(file: URL, threads = 1): Promise<InferenceSession> {
  return ort.InferenceSession.create(fileURLToPath(file), {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionProviders: ['cpu'],
  });
}

/** The class that a model gives to RGB bytes of 192 x 192 pixels, and how sure it is. */
export async function classify(
  session: InferenceSession,
  pixels: Uint8Array,
): Promise<{ index: number; score: number }> {
  const image = new ort.Tensor('uint8', pixels, [1, imageSize, imageSize, 3]);
  const { logits } = await session.run({ image });
  const [best] = topPredictions(logits?.data as Float32Array, shapeLabels, 'logits', 1);
  return { index: best?.index ?? -1, score: best?.score ?? 0 };
}
