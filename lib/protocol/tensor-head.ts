import type { Datatype } from '../core/contract/datatypes.ts';

/** What a tensor is called, and what it holds. */
export interface TensorHead {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
}

/** The number of a tensor's elements. */
export function elementsOf(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}

/** A tensor in words: `"image" of UINT8 [1, 192, 192, 3]`. */
export function describeTensor({ name, datatype, shape }: TensorHead): string {
  return `"${name}" of ${datatype} [${shape.join(', ')}]`;
}
