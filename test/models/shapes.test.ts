import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { InferenceSession } from 'onnxruntime-node';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeImage } from '../../lib/service/inference/decode.ts';
import { ort } from '../../lib/service/inference/native.ts';
import { shapeLabels } from '../../lib/shapes/figures.ts';
import { generateImage, imageSize } from '../../lib/shapes/generate.ts';

interface Model {
  readonly name: string;
  readonly file: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly accuracyPct: number;
  readonly reference: { readonly meanMs: number };
}

const folder = new URL('../../models/shapes/', import.meta.url);
const read = (file: string) => readFileSync(new URL(file, folder));
const catalogue: {
  labels: string[];
  input: { shape: number[] };
  models: Model[];
  samples: { file: string; label: string }[];
} = JSON.parse(read('catalogue.json').toString());

async function answer(session: InferenceSession, jpeg: Uint8Array): Promise<string | undefined> {
  const pixels = await decodeImage(jpeg, { width: imageSize, height: imageSize });
  const image = new ort.Tensor('uint8', pixels, [1, imageSize, imageSize, 3]);
  const logits = (await session.run({ image })).logits!;
  expect(logits.dims).toEqual([1, 16]);
  const scores = [...(logits.data as Float32Array)];
  return catalogue.labels[scores.indexOf(Math.max(...scores))];
}

describe('catalogue shapes', () => {
  it('has the labels and the input of the generator', () => {
    expect(catalogue.labels).toEqual(shapeLabels);
    expect(catalogue.input.shape).toEqual([1, imageSize, imageSize, 3]);
  });

  it.each(catalogue.models)('describes the file of $name', ({ file, sha256, bytes }) => {
    const content = read(file);
    expect(content).toHaveLength(bytes);
    expect(createHash('sha256').update(content).digest('hex')).toBe(sha256);
  });

  it('stays small enough for a repository', () => {
    const total = catalogue.models.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(total).toBeLessThan(15e6);
  });

  it('is a ladder: every slower model is more accurate', () => {
    for (const [i, model] of catalogue.models.slice(1).entries()) {
      const faster = catalogue.models[i]!;
      expect(model.reference.meanMs).toBeGreaterThan(faster.reference.meanMs);
      expect(model.accuracyPct).toBeGreaterThan(faster.accuracyPct);
    }
  });

  it('has a sample of each class', () => {
    expect(catalogue.samples.map(({ label }) => label).toSorted()).toEqual(shapeLabels.toSorted());
  });

  it.each(catalogue.models.slice(-4))('has samples that $name gets right', async ({ file }) => {
    const session = await ort.InferenceSession.create(read(file));
    for (const sample of catalogue.samples) {
      expect(await answer(session, read(sample.file))).toBe(sample.label);
    }
  });

  describe('states the accuracy of', () => {
    const count = 208;
    let images: readonly { readonly jpeg: Uint8Array; readonly label: string | undefined }[];
    beforeAll(async () => {
      images = await Promise.all(
        Array.from({ length: count }, async (_, index) => {
          // A seed of the tests' own: neither trained on nor part of the stated number.
          const { pixels, labelIndex } = generateImage({ seed: 3000, index });
          const raw = { width: imageSize, height: imageSize, channels: 3 } as const;
          const jpeg = await sharp(pixels, { raw }).jpeg({ quality: 90 }).toBuffer();
          return { jpeg, label: shapeLabels[labelIndex] };
        }),
      );
    });

    it.each(catalogue.models.slice(0, 4))('$name', async (model) => {
      const session = await ort.InferenceSession.create(read(model.file));
      let correct = 0;
      for (const { jpeg, label } of images) if ((await answer(session, jpeg)) === label) correct++;
      // The standard error of 208 images is at most 3.5 points; the images are always the same.
      expect(Math.abs((100 * correct) / count - model.accuracyPct)).toBeLessThan(10);
    });
  });
});
