import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GivenTensor, TypedTensor } from '../../../../lib/client/api/tensors.ts';
import {
  bytesOfData,
  dataOfBytes,
  swapped,
  typedTensors,
} from '../../../../lib/client/tensors/typed-data.ts';
import { type Datatype, datatypes } from '../../../../lib/core/contract/datatypes.ts';
import { fromFloat16 } from '../../../../lib/core/preprocessing/float16.ts';

const typed = (datatype: Datatype, data: unknown, shape: unknown = [(data as []).length]) =>
  typedTensors({ t: { datatype, shape, data } as GivenTensor }).t as TypedTensor;

const dataOf: Record<Datatype, fc.Arbitrary<ArrayLike<unknown>>> = {
  BOOL: fc.uint8Array({ max: 1 }),
  UINT8: fc.uint8Array(),
  UINT16: fc.uint16Array(),
  UINT32: fc.uint32Array(),
  UINT64: fc.bigUint64Array(),
  INT8: fc.int8Array(),
  INT16: fc.int16Array(),
  INT32: fc.int32Array(),
  INT64: fc.bigInt64Array(),
  FP16: fc.uint16Array(),
  FP32: fc.float32Array(),
  FP64: fc.float64Array(),
  BYTES: fc.array(fc.uint8Array()),
};

describe.each(datatypes)('%s', (datatype) => {
  it('is the same after its way as binary data, wherever its bytes begin', () => {
    fc.assert(
      fc.property(dataOf[datatype], fc.nat(7), (data, offset) => {
        const bytes = bytesOfData(typed(datatype, data));
        const shifted = new Uint8Array(offset + bytes.length);
        shifted.set(bytes, offset);
        expect(dataOfBytes(datatype, shifted.subarray(offset))).toEqual(data);
      }),
    );
  });

  it('may be given as a list', () => {
    fc.assert(
      fc.property(dataOf[datatype], (data) => {
        const isHalf = datatype === 'FP16';
        const values = Array.from(data, (bits) => (isHalf ? fromFloat16(bits as number) : bits));
        const { data: own } = typed(datatype, values);
        if (isHalf) expect(Array.from(own as Uint16Array, fromFloat16)).toEqual(values.map(plus0));
        else expect(own).toEqual(data);
      }),
    );
  });
});

/** A list cannot tell a half-precision number’s -0 from 0. */
const plus0 = (value: unknown) => (value === 0 ? 0 : value);

describe('typedTensors', () => {
  it('takes what has the same bytes, and texts', () => {
    expect(typed('UINT8', new Uint8ClampedArray([1, 2])).data).toEqual(new Uint8Array([1, 2]));
    const half = new Uint16Array([0x3c00]);
    Object.defineProperty(half, Symbol.toStringTag, { value: 'Float16Array' });
    expect(typed('FP16', half).data).toEqual(new Uint16Array([0x3c00]));
    expect(typed('BYTES', ['é']).data).toEqual([new Uint8Array([0xc3, 0xa9])]);
    expect(typed('BOOL', [true, 0]).data).toEqual(new Uint8Array([1, 0]));
    expect(typed('INT64', [-1, 2n]).data).toEqual(new BigInt64Array([-1n, 2n]));
  });

  it.each<[string, unknown, unknown, unknown, string]>([
    ['a datatype that is none', 'BF16', [1], [1], 'the datatype of "t" must be one of BOOL, UINT8'],
    ['a shape that is none', 'FP32', 3, [1], 'the shape of "t" must be a list of its sides'],
    ['an open side', 'FP32', [-1], [1], 'the shape of "t" must be a list of its sides'],
    ['too few elements', 'FP32', [2, 2], [1], '"t" of FP32 [2, 2] has 4 elements, not 1'],
    [
      'another array',
      'FP32',
      [1],
      new Float64Array(1),
      '"t" of FP32 [1] needs a Float32Array or a list, not Float64Array',
    ],
    ['no array', 'FP32', [1], 1, '"t" of FP32 [1] needs a Float32Array or a list, not number'],
    ['a text', 'FP32', [1], ['1'], '"t" of FP32 [1] cannot hold 1 at 0'],
    ['a fraction', 'INT8', [2], [1, 1.5], '"t" of INT8 [2] cannot hold 1.5 at 1'],
    ['too large a number', 'UINT8', [1], [256], '"t" of UINT8 [1] cannot hold 256 at 0'],
    ['a negative one', 'UINT64', [1], [-1], '"t" of UINT64 [1] cannot hold -1 at 0'],
    ['an inexact one', 'INT64', [1], [2 ** 60], 'cannot hold 1152921504606847000 at 0'],
    ['two as a truth', 'BOOL', [1], [2], '"t" of BOOL [1] cannot hold 2 at 0'],
    ['numbers as texts', 'BYTES', [1], [1], '"t" of BYTES [1] cannot hold 1 at 0'],
    ['no list of texts', 'BYTES', [1], 'a', '"t" of BYTES [1] needs a list'],
  ])('refuses %s', (_, datatype, shape, data, message) => {
    expect(() => typed(datatype as Datatype, data, shape)).toThrow(message);
  });

  it('refuses what is no tensor at all', () => {
    expect(() => typedTensors(undefined as never)).toThrow('there are no tensors');
    expect(() => typedTensors({ t: undefined as never })).toThrow('the datatype of "t"');
  });
});

describe('dataOfBytes', () => {
  it.each(datatypes.filter((datatype) => !/8$|BOOL/.test(datatype)))(
    'gives nothing of %s whose last element is cut off',
    (datatype) => {
      expect(dataOfBytes(datatype, new Uint8Array([1, 0, 0]))).toBeUndefined();
    },
  );
});

it('swapped turns the bytes of each element around', () => {
  expect(swapped(new Uint8Array([1, 2, 3, 4]), 1)).toEqual(new Uint8Array([1, 2, 3, 4]));
  expect(swapped(new Uint8Array([1, 2, 3, 4]), 2)).toEqual(new Uint8Array([2, 1, 4, 3]));
  expect(swapped(new Uint8Array([1, 2, 3, 4]), 4)).toEqual(new Uint8Array([4, 3, 2, 1]));
});
