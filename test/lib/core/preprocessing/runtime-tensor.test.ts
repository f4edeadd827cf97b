import { describe, expect, it } from 'vitest';
import { numbersOf, runtimeTensor } from '../../../../lib/core/preprocessing/runtime-tensor.ts';

class Tensor {
  readonly type: string;
  readonly data: unknown;
  readonly dims: readonly number[];
  constructor(type: string, data: unknown, dims: readonly number[]) {
    this.type = type;
    this.data = data;
    this.dims = dims;
  }
}

describe('runtimeTensor', () => {
  it('is a tensor of its type', () => {
    const data = Int8Array.of(-1, 2);
    const tensor = runtimeTensor(Tensor, { type: 'int8', data, shape: [1, 2] });
    expect(tensor).toEqual(new Tensor('int8', data, [1, 2]));
  });

  it('hands over float16 as bits', () => {
    const data = Uint16Array.of(0x3c00);
    const tensor = runtimeTensor(Tensor, { type: 'float16', data, shape: [1] });
    expect(tensor).toEqual(new Tensor('float16', data, [1]));
  });
});

describe('numbersOf', () => {
  it('reads bits of float16, and leaves all others as they are', () => {
    expect(Array.from(numbersOf(Uint16Array.of(0x3c00, 0xc000)))).toEqual([1, -2]);
    const numbers = Float32Array.of(1, 2);
    expect(numbersOf(numbers)).toBe(numbers);
  });
});
