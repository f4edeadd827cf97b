import { describe, expect, it } from 'vitest';
import {
  fullPreprocessing,
  inputBytes,
  inputSize,
} from '../../../../lib/core/preprocessing/preprocessing.ts';
import { preprocessingSchema } from '../../../../lib/service/catalogue/schema.ts';

const pixels = { dtype: 'uint8', shape: [1, 4, 5, 3], layout: 'NHWC' } as const;
const floats = { dtype: 'float32', shape: [1, 3, 4, 5], layout: 'NCHW' } as const;

describe('fullPreprocessing', () => {
  it.each([
    {},
    { resizeShorterSide: 256, centerCrop: 224 },
    { color: 'BGR' },
    { layout: 'NCHW', dtype: 'float32', scale: 0.5, mean: [1, 2, 3], std: [4, 5, 6] },
  ] as const)('fills in what the catalogue’s schema fills in: %j', (given) => {
    expect(fullPreprocessing(given, floats)).toEqual(preprocessingSchema.parse(given));
  });

  it('takes the raw input as it is where nothing is said', () => {
    const nothing = preprocessingSchema.parse({});
    expect(fullPreprocessing(undefined, pixels)).toEqual(nothing);
    expect(fullPreprocessing(undefined, floats)).toEqual({
      ...nothing,
      dtype: 'float32',
      layout: 'NCHW',
    });
  });
});

describe('the raw input', () => {
  it('has a size in pixels and in bytes', () => {
    expect(inputSize(pixels)).toEqual({ width: 5, height: 4 });
    expect(inputSize(floats)).toEqual({ width: 5, height: 4 });
    expect(inputBytes(pixels)).toBe(60);
    expect(inputBytes(floats)).toBe(240);
  });
});
