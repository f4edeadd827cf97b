import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { verifyModel } from '../../../../lib/evaluation/models/verify.ts';
import {
  type CatalogueListing,
  catalogueListingSchema,
  type ListedModel,
} from '../../../../lib/service/catalogue/schema.ts';
import {
  type ColourOptions,
  colourCatalogue,
  colourImage,
  colourModel,
} from '../../../fixtures/colours.ts';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';

const directory = temporaryFolder();

function catalogueOf(
  options: ColourOptions,
  change: object = {},
): [string, CatalogueListing, ListedModel] {
  const bytes = colourModel(options);
  writeFileSync(join(directory, 'colour.onnx'), bytes);
  const model = {
    name: 'colour',
    version: '1',
    sha256: createHash('sha256').update(bytes).digest('hex'),
    bytes: bytes.length,
    accuracySource: '',
    licence: '',
    preprocessing: { dtype: 'float32', layout: 'NCHW' },
  };
  const catalogue = catalogueListingSchema.parse({
    ...colourCatalogue,
    models: [model],
    ...change,
  });
  return [directory, catalogue, catalogue.models[0]!];
}

describe('verifyModel', () => {
  it('finds nothing wrong with a good model, with and without a sample', async () => {
    await verifyModel(...catalogueOf({}));
    writeFileSync(join(directory, 'red.png'), await colourImage(0));
    await verifyModel(...catalogueOf({}, { samples: [{ file: 'red.png', label: 'red' }] }));
  });

  it.each([
    ['another file', { gain: 2 }, /SHA-256 is/],
    ['a file of another length', { dtype: 'uint8' }, /bytes, but model "colour" says/],
  ] as const)('finds %s', async (_, options, message) => {
    const args = catalogueOf({});
    writeFileSync(join(directory, 'colour.onnx'), colourModel(options));
    await expect(verifyModel(...args)).rejects.toThrow(message);
  });

  it.each([
    ['a model of other labels', { classes: 4 }, {}, /4 scores/],
    ['a model of other input', { dtype: 'uint8' }, {}, /is uint8, but/],
    ['a model that answers NaN', { gain: Number.POSITIVE_INFINITY }, {}, /NaN/],
    ['a missing sample', {}, { samples: [{ file: 'no.png', label: 'red' }] }, /no\.png: cannot/],
  ] as const)('finds %s', async (_, options, change, message) => {
    await expect(verifyModel(...catalogueOf(options, change))).rejects.toThrow(message);
  });
});
