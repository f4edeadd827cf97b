import { ProblemError } from '../core/contract/problem.ts';
import { joinByteStrings } from './byte-strings.ts';
import { dataOfBytes } from './json-data.ts';
import type { Tensor } from './tensor.ts';
import { describeTensor, elementsOf } from './tensor-head.ts';

interface Scored {
  readonly value: number;
  readonly index: number;
}

/**
 * The best scores of an output with their labels, as Triton's classification extension has them: for each row of
 * scores, `count` elements `value:index:label`, best first.
 *
 * @param labels - in the order of the scores; without them, elements end with the index
 * @throws {@link ProblemError} `bad-request` for an output without scores
 * @see https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_classification.md
 */
export function classify(output: Tensor, count: number, labels: readonly string[] = []): Tensor {
  const { name, shape, datatype } = output;
  const width = shape.at(-1);
  if (datatype === 'BYTES' || datatype === 'BOOL' || !width) {
    throw new ProblemError('bad-request', `${describeTensor(output)} has no scores to classify by`);
  }
  const values = JSON.parse(dataOfBytes(output)) as number[];
  const best = Math.min(count, width);
  const rows = Array.from({ length: elementsOf(shape) / width }, (_, row) =>
    bestOf(values.slice(row * width, (row + 1) * width)).slice(0, best),
  );
  // As Triton prints floats.
  const isFloat = datatype.startsWith('FP');
  const encoder = new TextEncoder();
  const elements = rows.flat().map(({ value, index }) => {
    const label = labels[index];
    const parts = [isFloat ? value.toFixed(6) : String(value), String(index)];
    return encoder.encode([...parts, ...(label === undefined ? [] : [label])].join(':'));
  });
  return {
    name,
    datatype: 'BYTES',
    shape: [...shape.slice(0, -1), best],
    bytes: joinByteStrings(elements),
  };
}

/** Ties go to the lower index. */
function bestOf(values: readonly number[]): Scored[] {
  return values
    .map((value, index) => ({ value, index }))
    .sort((a, b) => b.value - a.value || a.index - b.index);
}
