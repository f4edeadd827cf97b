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
import {
  type OddOptions,
  oddLabels,
  oddModel,
  oddPreprocessing,
  scores,
  step,
} from '../../../fixtures/odd-models.ts';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';

const directory = temporaryFolder();

function catalogueOf(
  options: ColourOptions,
  change: object = {},
): [string, CatalogueListing, ListedModel] {
  return entryOf(
    colourModel(options),
    { preprocessing: { dtype: 'float32', layout: 'NCHW' } },
    change,
  );
}

function oddCatalogueOf(
  options: OddOptions,
  entry: object,
): [string, CatalogueListing, ListedModel] {
  const preprocessing = { dtype: 'float32', layout: 'NCHW', ...oddPreprocessing };
  return entryOf(oddModel(options), { preprocessing, ...entry }, { labels: oddLabels });
}

function entryOf(
  bytes: Uint8Array,
  entry: object,
  change: object,
): [string, CatalogueListing, ListedModel] {
  writeFileSync(join(directory, 'colour.onnx'), bytes);
  const model = {
    name: 'colour',
    version: '1',
    sha256: createHash('sha256').update(bytes).digest('hex'),
    bytes: bytes.length,
    accuracySource: '',
    licence: '',
    ...entry,
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

describe('verifyModel, of what the answers mean', () => {
  const softmax: OddOptions = { after: [step('Softmax', ['logits', 'y'])] };
  const sigmoid: OddOptions = { after: [step('Sigmoid', ['logits', 'y'])] };
  const twins: OddOptions = {
    after: [step('Tanh', ['logits', 'hidden'])],
    outputs: [scores('hidden'), scores('logits')],
  };

  it.each<[string, OddOptions, object]>([
    ['what was detected', {}, {}],
    ['what is said', softmax, { output: 'probabilities' }],
    ['a sigmoid, as is said', sigmoid, { output: 'sigmoid' }],
    ['the output that is said', twins, { outputName: 'logits' }],
    ['a background class', { classes: 6 }, { backgroundClass: 'last', output: 'logits' }],
    ['answers that mean nothing', { gain: 0 }, { latencyOnly: true }],
  ])('is content with %s', async (_, options, entry) => {
    await verifyModel(...oddCatalogueOf(options, entry));
  });

  it.each<[string, OddOptions, object, RegExp]>([
    ['probabilities', softmax, { output: 'logits' }, /said to be logits: they are probabilities/],
    ['logits', {}, { output: 'probabilities' }, /they are not all from 0 to 1/],
    ['a sigmoid', sigmoid, {}, /sums from .*taken for logits: say output in its entry/],
    ['one of several outputs', twins, {}, /outputs \("hidden", "logits"\): say outputName/],
    ['the same answer to all', { gain: 0, shift: 2 }, {}, /pictures .* alike/],
  ])('finds %s taken for something else', async (_, options, entry, message) => {
    await expect(verifyModel(...oddCatalogueOf(options, entry))).rejects.toThrow(message);
  });
});
