import type { Pixels } from '../../../core/preprocessing/tensor.ts';
import type { Picture } from './pictures.ts';

/** What one output of a model holds for each of several pictures. */
export interface Probed {
  readonly pictures: readonly Picture[];
  /** For each of the pictures. */
  readonly answers: readonly (readonly number[])[];
  /** For the first of the pictures once more. */
  readonly repeats: readonly (readonly number[])[];
}

/** Runs a model on pixels of its size: what its outputs hold, by name. */
export type Run = (pixels: Pixels) => Promise<Readonly<Record<string, ArrayLike<number>>>>;

/** How many pictures a model is given twice. */
const repeated = 3;

/** Runs a model on pictures that differ, and on some of them twice. */
export async function probe(
  run: Run,
  pictures: readonly Picture[],
): Promise<Readonly<Record<string, Probed>>> {
  const outputs: Record<string, { answers: number[][]; repeats: number[][] }> = {};
  const ask = async (of: 'answers' | 'repeats', picture: Picture) => {
    for (const [name, values] of Object.entries(await run(picture))) {
      outputs[name] ??= { answers: [], repeats: [] };
      outputs[name][of].push(Array.from(values));
    }
  };
  for (const picture of pictures) await ask('answers', picture);
  for (const picture of pictures.slice(0, repeated)) await ask('repeats', picture);
  return Object.fromEntries(
    Object.entries(outputs).map(([name, output]) => [name, { pictures, ...output }]),
  );
}
