import sharp from 'sharp';
import { expect, it } from 'vitest';
import { evaluateModel } from '../../../../../lib/evaluation/models/accuracy/evaluate.ts';
import { generatedImages } from '../../../../../lib/evaluation/models/accuracy/generated-images.ts';
import { listCatalogue } from '../../../../../lib/service/catalogue/load.ts';
import { Classifier } from '../../../../../lib/service/inference/classifier.ts';

const folder = new URL('../../../../../models/shapes/', import.meta.url).pathname;
const catalogue = listCatalogue(folder);

it('measures on held-out images what the catalogue says', async () => {
  const images = generatedImages(catalogue, { seed: 3000, count: 160 });
  const model = catalogue.models[0]!;
  const path = folder + model.file;
  const classifier = await Classifier.load({ path, catalogue, model });
  const { evaluation } = await evaluateModel(model.name, classifier, images);
  const [low, high] = evaluation.ci95Pct;
  expect(evaluation.n).toBe(160);
  expect(model.accuracyPct).toBeGreaterThan(low);
  expect(model.accuracyPct).toBeLessThan(high);
});

it('draws an image once for all models', async () => {
  const [image] = generatedImages(catalogue, { seed: 3000, count: 1 });
  expect(await image?.read()).toBe(await image?.read());
});

it('enlarges the drawing, if asked', async () => {
  const sizeOf = async (side?: number) => {
    const [image] = generatedImages(catalogue, { seed: 3000, count: 1, side });
    return sharp(await image!.read()).metadata();
  };
  expect(await sizeOf()).toMatchObject({ width: 192, height: 192 });
  expect(await sizeOf(768)).toMatchObject({ width: 768, height: 768 });
});

it('is for the labels of shapes only', () => {
  const other = { name: 'pets', labels: ['cat', 'dog'] };
  expect(() => generatedImages(other, { seed: 1, count: 1 })).toThrow(/not for those of "pets"/);
});
