import { extent } from 'd3-array';
import type { InferenceSession } from 'onnxruntime-common';
import type { Preprocessing } from '../../../core/preprocessing/preprocessing.ts';
import { numbersOf } from '../../../core/preprocessing/runtime-tensor.ts';
import { imageTensor, type TensorData } from '../../../core/preprocessing/tensor.ts';
import { runSession } from '../../../service/inference/session.ts';
import { brightest } from './pictures.ts';
import type { Probed } from './probe.ts';

/**
 * By how much of its range an answer may change in a batch: a dynamically quantised model has one scale for
 * all pictures of it.
 */
const mayChange = 0.25;

/**
 * What a batch of two pictures shows: that the answer to one depends on the other.
 *
 * @param name - the output that holds the scores
 * @returns undefined when it does not, or no batch can be run, which the service does not need
 */
export async function batchFault(
  session: InferenceSession,
  preprocessing: Preprocessing,
  name: string,
  { pictures, answers }: Probed,
): Promise<string | undefined> {
  const [a, b] = [pictures[0], pictures.find(({ name }) => name === brightest)];
  const [alone = []] = answers;
  if (!a || !b) return undefined;
  const pair = pairOf(imageTensor(a, preprocessing), imageTensor(b, preprocessing));
  const outputs = await runSession(session, pair, [name]).catch(() => undefined);
  const together = Array.from(numbersOf(outputs?.[name]?.data ?? []));
  if (together.length !== 2 * alone.length) return undefined;
  const [least = 0, most = 0] = extent(answers.flat());
  const isSame = alone.every((value, i) => {
    return Math.abs(value - (together[i] ?? 0)) <= mayChange * (most - least);
  });
  return isSame
    ? undefined
    : 'its answer to a picture depends on the others of its batch: batch normalisation in training mode (model.eval() before the export), or a softmax over the batch';
}

function pairOf(a: TensorData, b: TensorData): TensorData {
  const typedArray = a.data.constructor as Float32ArrayConstructor;
  const data = new typedArray(2 * a.data.length);
  data.set(a.data);
  data.set(b.data, a.data.length);
  return { ...a, data, shape: [2, ...a.shape.slice(1)] } as TensorData;
}
