import { ProblemError } from '../core/contract/problem.ts';
import { lengthOfByteStrings } from './byte-strings.ts';
import { elementBytes } from './datatypes.ts';
import { describeTensor, elementsOf, type TensorHead } from './tensor-head.ts';

/**
 * A tensor of a request or an answer. Its bytes are those of the protocol's binary data: little-endian, row by row,
 * each element of BYTES behind its length in four bytes.
 *
 * @see https://github.com/kserve/open-inference-protocol/blob/main/specification/extension_binary_data.md
 */
export interface Tensor extends TensorHead {
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The most elements of one tensor: as many bytes as a request cannot have. */
const mostElements = 2 ** 31;

/**
 * Checks that there are as many bytes as a tensor has.
 *
 * @throws {@link ProblemError} `wrong-tensor-length`
 */
export function checkLength({ bytes, ...head }: Tensor): void {
  const elements = elementsOf(head.shape);
  if (elements >= mostElements) {
    throw new ProblemError('wrong-tensor-length', `${describeTensor(head)} is too large`);
  }
  if (head.datatype === 'BYTES') {
    const found = lengthOfByteStrings(bytes);
    if (found === elements) return;
    const has = found === undefined ? 'its lengths do not add up' : `its data holds ${found}`;
    throw new ProblemError(
      'wrong-tensor-length',
      `${describeTensor(head)} has ${elements} elements, each behind its length in 4 bytes, but ${has}`,
    );
  }
  const wanted = elements * elementBytes[head.datatype];
  if (bytes.length === wanted) return;
  throw new ProblemError(
    'wrong-tensor-length',
    `${describeTensor(head)} has ${wanted} bytes, not ${bytes.length}`,
  );
}
