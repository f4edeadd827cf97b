import { App, Stack } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { defaultStorage, ephemeralStorageOf } from '../../../lib/infra/model-function.ts';
import { type ModelOverrides, withOverrides } from '../../../lib/infra/model-overrides.ts';
import { resolveCatalogue } from '../../../lib/infra/package-files.ts';
import { largestInAssetBytes } from '../../../lib/service/catalogue/limits.ts';
import { readCatalogue } from '../../../lib/service/catalogue/load.ts';
import type { Catalogue } from '../../../lib/service/catalogue/schema.ts';

const shapes = readCatalogue(resolveCatalogue('shapes'));

/** The catalogue with one model, of this size. */
function withSize(bytes: number): Catalogue {
  return {
    ...shapes,
    models: shapes.models.slice(0, 1).map((model) => ({ ...model, name: 'big', bytes })),
  };
}

const checked = (bytes: number, big: ModelOverrides = {}) =>
  withOverrides(new Stack(new App(), 'Test'), withSize(bytes), { big });

describe('where a model’s file lies', () => {
  it('is beside the code as long as it fits', () => {
    expect(defaultStorage({ bytes: largestInAssetBytes })).toBe('asset');
    expect(defaultStorage({ bytes: largestInAssetBytes + 1 })).toBe('s3');
  });

  it('needs room in /tmp: Lambda’s 512 MB, or the file and some more', () => {
    expect(ephemeralStorageOf({ bytes: 200e6 }).toMebibytes()).toBe(512);
    expect(ephemeralStorageOf({ bytes: 2 ** 30 }).toMebibytes()).toBe(1024 + 64);
  });
});

describe('a catalogue of too many models', () => {
  const withModels = (count: number) => {
    const [model] = withSize(1).models;
    const models = Array.from({ length: count }, (_, i) => ({ ...model, name: `m${i}` }));
    return withOverrides(new Stack(new App(), 'Test'), { ...shapes, models } as Catalogue, {});
  };

  it('is one with more than get their baselines in one transaction', () => {
    expect(withModels(100).models).toHaveLength(100);
    expect(() => withModels(101)).toThrow(
      /^Test: catalogue has 101 models, each size counted: a deployment can have 100$/,
    );
  });
});

describe('a model that does not fit', () => {
  it('is refused beside the code when it is too large for that', () => {
    expect(() => checked(250e6, { storage: 'asset' })).toThrow(
      "Test: models.big.storage is 'asset', but this is a model of 250.0 MB: above 190 MB it has to be 's3'",
    );
    expect(checked(250e6, { storage: 's3' }).models).toHaveLength(1);
  });

  it('is refused with too little memory', () => {
    expect(() => checked(600e6, { memoryMb: 1769 })).toThrow(
      'Test: models.big.memoryMb is 1769, but a model of 600.0 MB needs at least 2000',
    );
  });

  it('is refused when no .onnx file can be that large', () => {
    expect(() => checked(3e9, { memoryMb: 10_240 })).toThrow(
      'Test: models.big is a model of 3000.0 MB, but an .onnx file cannot be larger than 2147 MB',
    );
  });
});
