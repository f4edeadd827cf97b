import type { DeclaredTensor } from '../../lib/protocol/interface.ts';
import type { Catalogue } from '../../lib/service/catalogue/schema.ts';

/** The tensors that a catalogue's models take and give. */
export interface CatalogueInterface {
  readonly inputs: readonly DeclaredTensor[];
  readonly outputs: readonly DeclaredTensor[];
}

/** What a classifier of images takes: its raw input, or a picture as one element of BYTES. */
export const imageInput = 'image';
/** The probability of every label. */
export const scoresOutput = 'scores';
/** The label with the best score. */
export const labelOutput = 'label';

/** The tensors of a catalogue as the protocol's metadata has them. */
export function interfaceOf({
  input,
  labels,
}: Pick<Catalogue, 'input' | 'labels'>): CatalogueInterface {
  const datatype = input.dtype === 'uint8' ? 'UINT8' : 'FP32';
  return {
    inputs: [{ name: imageInput, datatype, shape: input.shape }],
    outputs: [
      { name: scoresOutput, datatype: 'FP32', shape: [1, labels.length] },
      { name: labelOutput, datatype: 'BYTES', shape: [1, 1] },
    ],
  };
}
