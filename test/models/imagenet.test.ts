import { describe, expect, it } from 'vitest';
import { largestInAssetBytes, neededMemoryMb } from '../../lib/service/catalogue/limits.ts';
import { CatalogueError, listCatalogue, loadCatalogue } from '../../lib/service/catalogue/load.ts';

const folder = new URL('../../models/imagenet/', import.meta.url).pathname;
const { labels, input, models, ladder = [] } = listCatalogue(folder);
const steps = ladder.map((name) => models.find((model) => model.name === name)!);

describe('catalogue imagenet', () => {
  it('lists the pretrained classifiers of the zoo', () => {
    expect(models).toHaveLength(41);
    expect(labels).toHaveLength(1000);
    expect(labels[134]).toBe('crane');
    expect(input).toEqual({ dtype: 'uint8', shape: [1, 224, 224, 3], layout: 'NHWC' });
    expect(new Set(models.map(({ sha256 }) => sha256)).size).toBe(41);
  });

  it.each(models)('says of $name all that fetching and running it takes', (model) => {
    const { urls = [], preprocessing, output, bytes, memoryMb, file } = model;
    expect(urls.map((url) => new URL(url).host)).toEqual([
      'huggingface.co',
      'huggingface.co',
      'media.githubusercontent.com',
    ]);
    expect(urls.every((url) => url.startsWith('https://') && url.endsWith(`/${file}`))).toBe(true);
    expect(preprocessing).toMatchObject({ centerCrop: 224, dtype: 'float32' });
    expect(output).toBeDefined();
    expect(memoryMb).toBeGreaterThanOrEqual(neededMemoryMb(bytes));
  });

  it('has a ladder of models that can be relied on, deployed and given away', () => {
    expect(steps).toHaveLength(6);
    for (const { accuracyPct, licence, unverified, bytes } of steps) {
      expect(accuracyPct).toBeDefined();
      expect(unverified).toBeUndefined();
      expect(['Apache-2.0', 'BSD-3-Clause', 'MIT']).toContain(licence);
      expect(bytes).toBeLessThan(largestInAssetBytes);
    }
    const accuracies = steps.map(({ accuracyPct }) => accuracyPct ?? 0);
    for (const [i, accuracy] of accuracies.slice(1).entries()) {
      const rise = accuracy - (accuracies[i] ?? 0);
      expect(rise).toBeGreaterThan(2);
      expect(rise).toBeLessThan(11);
    }
  });
});

it('is served when models have been fetched', () => {
  // In a checkout where somebody has fetched them this is nothing to test.
  try {
    expect(loadCatalogue(folder).models.length).toBeGreaterThan(0);
  } catch (error) {
    expect(error).toBeInstanceOf(CatalogueError);
    expect((error as Error).message).toMatch(/none of its 41 models is here yet; .*fetch/);
  }
});
