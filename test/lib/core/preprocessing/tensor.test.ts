import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TensorLengthError, TensorValueError } from '../../../../lib/core/preprocessing/errors.ts';
import { toFloat16 } from '../../../../lib/core/preprocessing/float16.ts';
import type {
  ElementType,
  PreprocessingJson,
} from '../../../../lib/core/preprocessing/preprocessing.ts';
import { fullPreprocessing } from '../../../../lib/core/preprocessing/preprocessing.ts';
import {
  imageTensor,
  madeUpPixels,
  rawPixels,
  rawTensor,
} from '../../../../lib/core/preprocessing/tensor.ts';

const input = { dtype: 'uint8', shape: [1, 1, 2, 3], layout: 'NHWC' } as const;
/** Two pixels side by side: (10, 20, 30) and (40, 50, 60). */
const pixels = { data: Uint8Array.of(10, 20, 30, 40, 50, 60), width: 2, height: 1 };
const elementOf: Record<ElementType, (value: number) => number | undefined> = {
  float64: (value) => value,
  float32: Math.fround,
  float16: toFloat16,
  uint8: (value) => Uint8ClampedArray.of(value)[0],
  int8: (value) => Math.min(127, Math.max(-128, Uint8ClampedArray.of(value + 128)[0]! - 128)),
};
const dtypes = Object.keys(elementOf) as ElementType[];
const tensorOf = (preprocessing: PreprocessingJson) =>
  imageTensor(pixels, fullPreprocessing(preprocessing, input));

describe('imageTensor, computed by hand', () => {
  it('changes nothing by default', () => {
    const { type, shape, data } = tensorOf({});
    expect([type, shape, [...data]]).toEqual(['uint8', [1, 1, 2, 3], [10, 20, 30, 40, 50, 60]]);
  });

  it('lays channels out one after the other', () => {
    const { shape, data } = tensorOf({ layout: 'NCHW' });
    expect([shape, [...data]]).toEqual([
      [1, 3, 1, 2],
      [10, 40, 20, 50, 30, 60],
    ]);
  });

  it('puts blue first for BGR', () => {
    const { data } = tensorOf({ color: 'BGR' });
    expect([...data]).toEqual([30, 20, 10, 60, 50, 40]);
  });

  it('normalises: (pixel * scale - mean) / std, in the order of the colours', () => {
    const { type, data } = tensorOf({
      dtype: 'float32',
      layout: 'NCHW',
      color: 'BGR',
      scale: 0.1,
      mean: [1, 2, 3],
      std: [2, 4, 5],
    });
    expect(type).toBe('float32');
    const expected = [(3 - 1) / 2, (6 - 1) / 2, (2 - 2) / 4, (5 - 2) / 4, (1 - 3) / 5, (4 - 3) / 5];
    [...data].forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i] ?? Number.NaN, 6);
    });
  });

  it('rounds and clamps what stays uint8', () => {
    const { data } = tensorOf({ scale: 6, mean: [70, 0, 0] });
    expect([...data]).toEqual([0, 120, 180, 170, 255, 255]);
  });
});

describe('imageTensor of other element types, computed by hand', () => {
  it.each<[PreprocessingJson, string, number[]]>([
    [{ dtype: 'int8', mean: [20, 20, 20] }, 'int8', [-10, 0, 10, 20, 30, 40]],
    // Halves go to the even number, and what is out of range to its end.
    [{ dtype: 'int8', scale: 0.05, mean: [1, 0, 0] }, 'int8', [0, 1, 2, 1, 2, 3]],
    [{ dtype: 'int8', scale: 6, mean: [240, 0, 0] }, 'int8', [-128, 120, 127, 0, 127, 127]],
    [{ dtype: 'float64', scale: 0.1 }, 'float64', [1, 2, 3, 4, 5, 6]],
    [
      { dtype: 'float16', scale: 0.1, mean: [0, 2, 0] },
      'float16',
      [0x3c00, 0, 0x4200, 0x4400, 0x4200, 0x4600],
    ],
  ])('%j', (preprocessing, type, expected) => {
    const tensor = tensorOf(preprocessing);
    expect(tensor.type).toBe(type);
    [...tensor.data].forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i] ?? Number.NaN, 12);
    });
  });
});

describe('imageTensor', () => {
  it('does not copy pixels that nothing is done to', () => {
    expect(tensorOf({}).data).toBe(pixels.data);
  });

  it('makes floats of them for a model of floats that changes nothing else', () => {
    const tensor = tensorOf({ dtype: 'float32' });
    expect(tensor.type).toBe('float32');
    expect(tensor.data).toEqual(Float32Array.of(10, 20, 30, 40, 50, 60));
  });

  it.each<[string, PreprocessingJson]>([
    ['NCHW', { layout: 'NCHW' }],
    ['BGR', { color: 'BGR' }],
    ['scaled', { scale: 2 }],
    ['shifted', { mean: [0, 0, 1] }],
    ['divided', { std: [1, 1, 2] }],
  ])('makes a tensor of its own for a model that is %s', (_, preprocessing) => {
    expect([...tensorOf(preprocessing).data]).not.toEqual([...pixels.data]);
    expect([...pixels.data]).toEqual([10, 20, 30, 40, 50, 60]);
  });

  it('is the equation at every pixel and channel', () => {
    const number = fc.double({ min: -4, max: 4, noNaN: true });
    const three = fc.array(number, { minLength: 3, maxLength: 3 });
    const any = fc.record(
      {
        color: fc.constantFrom('RGB' as const, 'BGR' as const),
        layout: fc.constantFrom('NHWC' as const, 'NCHW' as const),
        dtype: fc.constantFrom(...dtypes),
        scale: number,
        mean: three,
        std: three.filter((values) => values.every((value) => Math.abs(value) > 0.01)),
      },
      { requiredKeys: [] },
    );
    const [width, height] = [5, 4];
    const bytes = fc.uint8Array({ minLength: 60, maxLength: 60 });
    fc.assert(
      fc.property(any, bytes, (given, data) => {
        const full = fullPreprocessing(given, input);
        const tensor = imageTensor({ data, width, height }, full);
        const nhwc = full.layout === 'NHWC';
        expect(tensor.type).toBe(full.dtype);
        expect(tensor.shape).toEqual(nhwc ? [1, height, width, 3] : [1, 3, height, width]);
        for (let pixel = 0; pixel < width * height; pixel++) {
          for (let channel = 0; channel < 3; channel++) {
            const byte = data[3 * pixel + (full.color === 'RGB' ? channel : 2 - channel)]!;
            const std = full.std[channel]!;
            const value = byte * (full.scale / std) - full.mean[channel]! / std;
            const at = nhwc ? 3 * pixel + channel : channel * width * height + pixel;
            expect(tensor.data[at]).toBe(elementOf[full.dtype](value));
          }
        }
      }),
    );
  });
});

describe('madeUpPixels', () => {
  it('has all colours', () => {
    const { data, width, height } = madeUpPixels({ width: 16, height: 9 });
    expect([width, height, data.length]).toEqual([16, 9, 432]);
    expect(new Set(data).size).toBe(256);
  });
});

describe('rawTensor', () => {
  it('reads little-endian float32', () => {
    const bytes = new Uint8Array(12);
    const view = new DataView(bytes.buffer);
    [1.5, -2, 3e7].forEach((value, i) => {
      view.setFloat32(4 * i, value, true);
    });
    const tensor = rawTensor(bytes, { dtype: 'float32', shape: [1, 1, 1, 3], layout: 'NHWC' });
    expect([...tensor.data]).toEqual([1.5, -2, 3e7]);
  });

  it('reads from anywhere in a buffer, and keeps the shape', () => {
    const bytes = new Uint8Array(13).subarray(1);
    new DataView(bytes.buffer, 1).setFloat32(8, 0.25, true);
    const shape = [1, 3, 1, 1];
    const tensor = rawTensor(bytes, { dtype: 'float32', shape, layout: 'NCHW' });
    expect(tensor).toEqual({ type: 'float32', data: Float32Array.of(0, 0, 0.25), shape });
  });

  it.each([0, 11, 13])('refuses %i bytes where 12 are due', (length) => {
    expect(() =>
      rawTensor(new Uint8Array(length), { dtype: 'float32', shape: [1, 1, 1, 3], layout: 'NHWC' }),
    ).toThrow(TensorLengthError);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses %d', (value) => {
    const bytes = new Uint8Array(Float32Array.of(1, value, 1).buffer);
    expect(() =>
      rawTensor(bytes, { dtype: 'float32', shape: [1, 3, 1, 1], layout: 'NCHW' }),
    ).toThrow(TensorValueError);
  });
});

describe('rawPixels', () => {
  it('takes pixels as they are', () => {
    const bytes = Uint8Array.of(1, 2, 3, 4, 5, 6);
    const read = rawPixels(bytes, { dtype: 'uint8', shape: [1, 1, 2, 3], layout: 'NHWC' });
    expect(read).toEqual({ data: bytes, width: 2, height: 1 });
  });

  it('puts the colours of a pixel together that come one after the other', () => {
    const bytes = Uint8Array.of(10, 40, 20, 50, 30, 60);
    const read = rawPixels(bytes, { dtype: 'uint8', shape: [1, 3, 1, 2], layout: 'NCHW' });
    expect(read).toEqual(pixels);
  });

  it('does so for more than one row', () => {
    const bytes = Uint8Array.from({ length: 18 }, (_, i) => i);
    const read = rawPixels(bytes, { dtype: 'uint8', shape: [1, 3, 3, 2], layout: 'NCHW' });
    expect([...read.data]).toEqual([0, 6, 12, 1, 7, 13, 2, 8, 14, 3, 9, 15, 4, 10, 16, 5, 11, 17]);
    expect([read.width, read.height]).toEqual([2, 3]);
  });

  it('says which length is right', () => {
    expect(() => rawPixels(new Uint8Array(5), input)).toThrow(
      'a raw tensor of uint8 [1, 1, 2, 3] has 6 bytes, not 5',
    );
  });

  it.each([0, 5, 7])('refuses %i bytes where 6 are due', (length) => {
    expect(() =>
      rawPixels(new Uint8Array(length), { dtype: 'uint8', shape: [1, 1, 2, 3], layout: 'NHWC' }),
    ).toThrow(TensorLengthError);
  });
});
