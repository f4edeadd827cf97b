import { fromFloat16 } from './float16.ts';
import type { TensorData } from './tensor.ts';

/** The tensors of any onnxruntime: in its own words, so that none has to be installed for the types. */
export interface TensorConstructor<Tensor extends object = object> {
  new (type: 'uint8', data: Uint8Array, dims: readonly number[]): Tensor;
  new (type: 'uint16', data: Uint16Array, dims: readonly number[]): Tensor;
  new (type: 'float32', data: Float32Array, dims: readonly number[]): Tensor;
}

/** A tensor as onnxruntime takes it. */
export function runtimeTensor<Tensor extends object>(
  Constructor: TensorConstructor<Tensor>,
  { type, data, shape }: TensorData,
): Tensor {
  if (type === 'float16') {
    // Its runtimes differ in the arrays that they take for float16; all of them take the bits.
    return Object.assign(new Constructor('uint16', data, shape), { type });
  }
  // The constructor has an overload for each of the types.
  return new Constructor(type as 'float32', data as Float32Array, shape);
}

/** The numbers of a tensor of floats that onnxruntime has answered with. */
export function numbersOf(data: unknown): ArrayLike<number> {
  // Float16 without Float16Array.
  if (data instanceof Uint16Array) return Float64Array.from(data, fromFloat16);
  return data as ArrayLike<number>;
}
