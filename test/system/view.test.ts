import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  inferResponseSchema,
  modelsResponseSchema,
  problemSchema,
} from '../../lib/core/contract/schemas.ts';
import { mostAccurate } from '../../lib/core/selection/ranking.ts';
import { resolveCatalogue } from '../../lib/infra/package-files.ts';
import { decodeImage } from '../../lib/service/inference/decode.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { catalogue, chosenFor, RunningService, sample } from './running-service.ts';

const view = { width: 192, height: 192 };
const models = [catalogue.models[0], catalogue.models.at(-1)].flatMap((model) => model ?? []);
const best = mostAccurate(models.map((model) => ({ ...model, meanMs: 1, stdMs: 0 })));
/** What rungs cost the best model; the other one loses nothing by any. */
const losses = { original: 0, 'view-jpeg-95': 0.25, 'view-webp-1': 60 };

let service: RunningService;
beforeAll(async () => {
  const directory = temporaryFolder();
  for (const { file } of models) {
    copyFileSync(join(resolveCatalogue('shapes'), file), join(directory, file));
  }
  const rungs = Object.entries(losses).map(([name, loss]) => ({
    ...{ name, meanBytes: 5_000, stdBytes: 500 },
    accuracyLossPct: { [best.name]: loss },
  }));
  const own = { ...catalogue, models, onDevice: undefined, samples: [] };
  const ladder = { ...own, uploads: { source: 'made up', rungs } };
  writeFileSync(join(directory, 'catalogue.json'), JSON.stringify(ladder));
  service = await RunningService.start({ context: { catalogue: directory } });
}, 120_000);
afterAll(() => service.stop());

/** A photo that is larger than what models see of it, and its view's pixels. */
async function photo() {
  const bytes = await sharp(sample.bytes).resize(640, 480, { fit: 'cover' }).jpeg().toBuffer();
  const pixels = await decodeImage(bytes, view);
  return { bytes, pixels: sharp(pixels, { raw: { ...view, channels: 3 } }) };
}

async function post(image: Buffer, headers: Record<string, string>) {
  // Time enough for the best model.
  const patient = { 'content-type': 'application/octet-stream', 'mdi-sla-ms': '20000' };
  return service.post(new Uint8Array(image), { ...patient, ...headers });
}

/** The answer of the model that was chosen: a busy machine can make it so late that another one answers. */
async function infer(image: Buffer, headers: Record<string, string> = {}) {
  for (;;) {
    const answer = inferResponseSchema.parse(await (await post(image, headers)).json());
    if (answer.model.name === chosenFor(answer)) return answer;
  }
}

async function problem(image: Buffer, headers: Record<string, string>) {
  const { type, status, detail } = problemSchema.parse(await (await post(image, headers)).json());
  return { type, status, detail };
}

describe('the view', () => {
  it('is told with the ladder', async () => {
    const response = await service.fetch('/v1/models');
    const told = modelsResponseSchema.parse(await response.json());
    expect(told.view).toEqual(view);
    expect(told.uploads?.rungs.map(({ name }) => name)).toEqual(Object.keys(losses));
  });

  it('is classified as the photo is, and as the same pixels are in any format', async () => {
    const { bytes, pixels } = await photo();
    const whole = await infer(bytes);
    const png = await infer(await pixels.clone().png().toBuffer());
    const webp = await infer(await pixels.clone().webp({ lossless: true }).toBuffer(), {
      'mdi-view': '192x192',
    });
    expect([whole, png, webp].map(({ model }) => model.name)).toEqual(Array(3).fill(best.name));
    expect(png.predictions).toEqual(whole.predictions);
    expect(webp.predictions).toEqual(whole.predictions);
  });

  it('is refused when the picture has another size, which no model is blamed for', async () => {
    const { bytes } = await photo();
    for (let i = 0; i < 4; i++) {
      expect(await problem(bytes, { 'mdi-view': '192x192' })).toEqual({
        type: '/problems/not-the-view',
        status: 422,
        detail:
          'mdi-view says that the image is the view, which has 192x192 pixels, but it has 640x480',
      });
    }
    const response = await service.fetch('/v1/models');
    const told = modelsResponseSchema.parse(await response.json());
    expect(told.models.map(({ breaker }) => breaker)).toEqual(['closed', 'closed']);
    expect(told.models.map(({ profile }) => profile.failures)).toEqual([0, 0]);
  });

  it.each([
    ['mdi-view', '224x224', 'mdi-view must be 192x192, not 224x224'],
    ['mdi-view', 'yes', 'mdi-view must be WIDTHxHEIGHT, such as 192x192'],
    ['mdi-upload-rung', 'WebP', 'mdi-upload-rung must be 1 to 40 lower-case letters, digits, . -'],
  ])('is refused by the name of a bad header: %s: %s', async (name, value, detail) => {
    const type = '/problems/bad-header';
    expect(await problem(sample.bytes, { [name]: value })).toEqual({ type, status: 400, detail });
  });
});

describe('the rung', () => {
  it.each([
    ['original', 0],
    ['view-jpeg-95', 0.25],
    ['view-avif-60', 0],
  ])('%s costs the best model %f points', async (rung, loss) => {
    const { model } = await infer(sample.bytes, { 'mdi-upload-rung': rung });
    expect(model.name).toBe(best.name);
    expect(model.accuracyPct).toBeCloseTo(best.accuracyPct - loss, 9);
  });

  it('that costs the best model too much has another one answer', async () => {
    const { model } = await infer(sample.bytes, { 'mdi-upload-rung': 'view-webp-1' });
    expect(model.name).not.toBe(best.name);
  });
});
