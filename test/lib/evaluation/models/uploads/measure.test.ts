import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { viewOf } from '../../../../../lib/core/preprocessing/view.ts';
import { rungName } from '../../../../../lib/core/upload/rung.ts';
import { candidateEncodings } from '../../../../../lib/evaluation/models/uploads/candidates.ts';
import {
  type AskedModel,
  measureUploads,
} from '../../../../../lib/evaluation/models/uploads/measure.ts';
import { encodePicture } from '../../../../../lib/evaluation/models/uploads/pictures.ts';
import { modelSchema } from '../../../../../lib/service/catalogue/schema.ts';
import { Classifier } from '../../../../../lib/service/inference/classifier.ts';
import { decodeImage, decodeView } from '../../../../../lib/service/inference/decode.ts';
import { colourCatalogue, colourImage, colourModel } from '../../../../fixtures/colours.ts';

const { input } = colourCatalogue;
const jpeg = { type: 'image/jpeg', quality: 50 } as const;
const webp = { type: 'image/webp', quality: 60 } as const;

/** A photo of 40 x 30 pixels in which every pixel is another. */
const photo = await sharp(Buffer.from(Array.from({ length: 3600 }, (_, i) => (i * 89) % 251)), {
  raw: { width: 40, height: 30, channels: 3 },
})
  .png()
  .toBuffer();
const imagesOf = (...pictures: Uint8Array[]) =>
  pictures.map((bytes, i) => ({ name: `${i}.png`, label: i % 3, read: async () => bytes }));

function listed(name: string, preprocessing: object) {
  return modelSchema.parse({
    ...{ name, version: '1', sha256: '0'.repeat(64), bytes: 1, licence: 'MIT' },
    ...{ accuracyPct: 50, accuracySource: 'made up', preprocessing },
  });
}

const whole = listed('whole', { dtype: 'float32', layout: 'NCHW' });
const middle = listed('middle', { dtype: 'float32', layout: 'NCHW', resizeShorterSide: 12 });

describe('encodePicture', () => {
  it('cuts out the view as the service does', async () => {
    const view = viewOf([middle], input)!;
    expect(view).toEqual({ width: 8, height: 8, resizeShorterSide: 12 });
    const [best] = await encodePicture(photo, [{ ...jpeg, quality: 100, chroma: '4:4:4' }], view);
    const [sent, expected] = [await decodeView(best!, view, view), await decodeImage(photo, view)];
    const furthest = Math.max(...sent.map((value, i) => Math.abs(value - (expected[i] ?? 0))));
    expect(furthest).toBeLessThan(6);
  });

  it('scales down to a side, never up', async () => {
    const sides = [
      { ...jpeg, maxSide: 20 },
      { ...jpeg, maxSide: 640 },
    ];
    const sizes = (await encodePicture(photo, sides, undefined)).map((bytes) =>
      sharp(bytes).metadata(),
    );
    expect(await Promise.all(sizes)).toMatchObject([
      { width: 20, height: 15, format: 'jpeg', chromaSubsampling: '4:2:0' },
      { width: 40, height: 30 },
    ]);
  });
});

describe('measureUploads', () => {
  const view = { width: 8, height: 8 };

  it('with a real model: bytes of each form, and no loss where colours stay', async () => {
    const models = await Promise.all(
      [whole, middle].map(async (model): Promise<AskedModel> => {
        const options = { path: colourModel(), catalogue: colourCatalogue };
        return { name: model.name, classifier: await Classifier.load({ ...options, model }) };
      }),
    );
    const pictures = await Promise.all([0, 1, 2].map((i) => colourImage(i, 30 + i)));
    const images = imagesOf(...pictures, Buffer.from('no picture'));
    let seen = 0;
    const { n, rungs, leftOut } = await measureUploads(
      models,
      images,
      { encodings: [jpeg, webp], view: viewOf([whole, middle], input) },
      () => {
        seen++;
      },
    );
    expect([n, seen]).toEqual([3, 4]);
    expect(leftOut).toEqual([{ name: '3.png', why: expect.stringContaining('cannot be decoded') }]);
    expect(rungs.map(({ name }) => name)).toEqual(['original', 'view-jpeg-50', 'view-webp-60']);
    const mean = pictures.reduce((sum, { length }) => sum + length, 0) / 3;
    expect(rungs[0]?.meanBytes).toBe(Math.round(mean));
    for (const { meanBytes, models: losses } of rungs) {
      expect(meanBytes).toBeGreaterThan(0);
      expect(losses).toMatchObject([
        { model: 'whole', top1Pct: 100, lossPct: 0 },
        { model: 'middle', top1Pct: 100, lossPct: 0 },
      ]);
    }
    expect(rungs[0]?.models[0]?.ci95Pct).toEqual([0, 0]);
    expect(rungs[1]?.models[0]?.ci95Pct[1]).toBeGreaterThan(10);
  });

  it('pairs each picture with its original', async () => {
    // Right about one picture as it is, and wrong about it in any other form.
    const classifyImage = async (bytes: Uint8Array) => {
      const index = bytes === photo ? 0 : 1;
      return { predictions: [{ index, label: '', score: 1 }], decodeMs: 0, runMs: 0 };
    };
    const models = [{ name: 'm', classifier: { classifyImage } }];
    const pictures = imagesOf(photo, await colourImage(1), await colourImage(2));
    const { rungs } = await measureUploads(models, pictures, { encodings: [jpeg], view });
    expect(rungs.map(({ models: [loss] }) => [loss?.top1Pct, loss?.lossPct])).toEqual([
      [66.67, 0],
      [33.33, 33.33],
    ]);
  });

  it('names the model and the picture to which it has no answer', async () => {
    const classifyImage = () => Promise.reject(new Error('NaN'));
    const models = [{ name: 'm', classifier: { classifyImage } }];
    await expect(
      measureUploads(models, imagesOf(photo), { encodings: [jpeg], view }),
    ).rejects.toThrow('model "m", 0.png: NaN');
  });
});

describe('candidateEncodings', () => {
  it('has what a canvas encodes, the view at quality 95 among it', () => {
    const names = candidateEncodings({ width: 8, height: 8 }).map(rungName);
    expect(names).toEqual(expect.arrayContaining(['view-jpeg-95', 'view-jpeg-75', 'view-webp-80']));
    expect(new Set(names).size).toBe(names.length);
  });

  it('is smaller pictures where there is no view', () => {
    expect(candidateEncodings(undefined).map(rungName)).toContain('640-jpeg-90');
  });
});
