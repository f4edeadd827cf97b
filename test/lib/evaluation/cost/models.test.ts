import { describe, expect, it } from 'vitest';
import {
  MissingReferenceError,
  modelsOfCatalogue,
  modelsOfProfiles,
} from '../../../../lib/evaluation/cost/models.ts';
import { type Catalogue, catalogueSchema } from '../../../../lib/service/catalogue/schema.ts';

const model = {
  name: 'good',
  version: '1',
  file: 'good.onnx',
  sha256: '0'.repeat(64),
  bytes: 1,
  accuracyPct: 90,
  accuracySource: 'made up',
  licence: 'Apache-2.0',
  memoryMb: 1024,
};

function catalogueOf(reference?: object): Catalogue {
  return catalogueSchema.parse({
    name: 'two',
    task: 'image-classification',
    labels: ['yes', 'no'],
    input: { dtype: 'uint8', shape: [1, 8, 8, 3], layout: 'NHWC' },
    models: [{ ...model, ...(reference && { reference }) }],
  });
}

const priced = { name: 'good', accuracyPct: 90, memoryMb: 1024, stdMs: 2 };

describe('modelsOfCatalogue', () => {
  it('adds what invoking and decoding take to the reference', () => {
    const catalogue = catalogueOf({ meanMs: 50, stdMs: 2, what: 'made up' });
    expect(modelsOfCatalogue(catalogue, 10)).toEqual([{ ...priced, meanMs: 60 }]);
  });

  it('names a model that has none', () => {
    expect(() => modelsOfCatalogue(catalogueOf(), 10)).toThrow(MissingReferenceError);
    expect(() => modelsOfCatalogue(catalogueOf(), 10)).toThrow(/"good"/);
  });
});

describe('modelsOfProfiles', () => {
  it('takes service times as they were measured', () => {
    const profile = { meanMs: 60, stdMs: 2, meanErrorMs: 0.2, p50Ms: 60, p95Ms: 64, p99Ms: 66 };
    const counts = { samples: 100, coldShare: 0.01, failures: 0, basis: 'live' };
    const models = [
      {
        ...model,
        catalogueAccuracyPct: 90,
        feedback: { labels: 0, correct: 0 },
        profile: { ...profile, ...counts },
      },
    ];
    expect(modelsOfProfiles({ models })).toEqual([{ ...priced, meanMs: 60, meanErrorMs: 0.2 }]);
  });
});
