import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { shapeLabels } from '../../../lib/shapes/figures.ts';
import { generateImage, imageSize } from '../../../lib/shapes/generate.ts';

describe('generateImage', () => {
  it.each([
    ['test', false, '2b141d3b7bccd45f7e67a10829c7f063055b1d2fd86364ef49b9d5c20a600142'],
    ['training', true, '103f0af85c709995a5d5ad49ffae4ef497a5ade56429722a7a3b86998e539065'],
  ])("draws the very images of the models' %s", (_, easier, expected) => {
    const hash = createHash('sha256');
    for (let index = 0; index < 32; index++) {
      hash.update(generateImage({ seed: 1, index, easier }).pixels);
    }
    expect(hash.digest('hex')).toBe(expected);
  });

  it('draws an image the same whatever was drawn before', () => {
    const first = generateImage({ seed: 7, index: 5 });
    generateImage({ seed: 7, index: 6 });
    expect(generateImage({ seed: 7, index: 5 })).toEqual(first);
  });

  it('draws other images for another seed and another index', () => {
    const { pixels } = generateImage({ seed: 7, index: 5 });
    expect(generateImage({ seed: 8, index: 5 }).pixels).not.toEqual(pixels);
    expect(generateImage({ seed: 7, index: 21 }).pixels).not.toEqual(pixels);
  });

  it('fills height x width x 3 bytes at any size', () => {
    for (const size of [48, 97, undefined]) {
      const image = generateImage({ seed: 3, index: 0, size });
      expect(image.width).toBe(size ?? imageSize);
      expect(image.height).toBe(size ?? imageSize);
      expect(image.pixels).toHaveLength(image.width * image.height * 3);
    }
  });

  it('draws each class once in every 16 images', () => {
    const seen = new Set<number>();
    for (let index = 160; index < 176; index++) {
      seen.add(generateImage({ seed: 2, index, size: 24 }).labelIndex);
    }
    expect(seen.size).toBe(shapeLabels.length);
  });

  it.each([
    ['mostly hard', false, [50, 150, 250, 350]],
    ['uniform', true, [200, 200, 200, 200]],
  ])('draws difficulties that are %s', (_, easier, expected) => {
    const counts = [0, 0, 0, 0];
    for (let index = 0; index < 800; index++) {
      const { difficulty } = generateImage({ seed: 4, index, size: 8, easier });
      expect(difficulty).toBeGreaterThanOrEqual(0);
      expect(difficulty).toBeLessThan(1);
      const quarter = Math.floor(difficulty * 4);
      counts[quarter] = (counts[quarter] ?? 0) + 1;
    }
    // The largest standard deviation of a count is 14.
    for (const [i, count] of counts.entries())
      expect(Math.abs(count - expected[i]!)).toBeLessThan(60);
  });
});
