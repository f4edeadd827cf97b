import { describe, expect, it } from 'vitest';
import { preprocessingSchema } from '../../../../lib/service/catalogue/schema.ts';
import { TensorLengthError, TensorValueError } from '../../../../lib/service/inference/errors.ts';
import { imageTensor, rawPixels, rawTensor } from '../../../../lib/service/inference/tensor.ts';

/** Two pixels side by side: (10, 20, 30) and (40, 50, 60). */
const pixels = { data: Uint8Array.of(10, 20, 30, 40, 50, 60), width: 2, height: 1 };
const tensorOf = (preprocessing: object) =>
  imageTensor(pixels, preprocessingSchema.parse(preprocessing));

describe('imageTensor, computed by hand', () => {
  it('changes nothing by default', () => {
    const { type, dims, data } = tensorOf({});
    expect([type, [...dims], [...(data as Uint8Array)]]).toEqual([
      'uint8',
      [1, 1, 2, 3],
      [10, 20, 30, 40, 50, 60],
    ]);
  });

  it('lays channels out one after the other', () => {
    const { dims, data } = tensorOf({ layout: 'NCHW' });
    expect([[...dims], [...(data as Uint8Array)]]).toEqual([
      [1, 3, 1, 2],
      [10, 40, 20, 50, 30, 60],
    ]);
  });

  it('puts blue first for BGR', () => {
    const { data } = tensorOf({ color: 'BGR' });
    expect([...(data as Uint8Array)]).toEqual([30, 20, 10, 60, 50, 40]);
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
    [...(data as Float32Array)].forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i] ?? Number.NaN, 6);
    });
  });

  it('rounds and clamps what stays uint8', () => {
    const { data } = tensorOf({ scale: 6, mean: [70, 0, 0] });
    expect([...(data as Uint8Array)]).toEqual([0, 120, 180, 170, 255, 255]);
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
    expect([...(tensor.data as Float32Array)]).toEqual([1.5, -2, 3e7]);
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

  it.each([0, 5, 7])('refuses %i bytes where 6 are due', (length) => {
    expect(() =>
      rawPixels(new Uint8Array(length), { dtype: 'uint8', shape: [1, 1, 2, 3], layout: 'NHWC' }),
    ).toThrow(TensorLengthError);
  });
});
