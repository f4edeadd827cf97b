import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { problemSchema } from '../../lib/core/contract/schemas.ts';
import {
  animatedWebp,
  bandBomb,
  flatJpeg,
  flatPng,
  flatWebp,
  profileBomb,
  scanBomb,
  textBomb,
  withProfile,
} from '../fixtures/costly-images.ts';
import { RunningService } from './running-service.ts';

let service: RunningService;
let processes: readonly number[];
beforeAll(async () => {
  service = await RunningService.start();
  await service.infer({ slaMs: 1 });
  processes = service.pids;
}, 120_000);
afterAll(() => service.stop());

// No process has died, and an honest request is answered.
afterEach(async () => {
  expect(service.pids).toEqual(expect.arrayContaining([...processes]));
  expect((await service.infer({ slaMs: 1 })).predictions).toHaveLength(5);
});

const large = { width: 7_070, height: 7_070 };
const largest = { width: 16_383, height: 16_383 };
const deep = { bits: 16, colourType: 6, isInterlaced: true };

/** Four of them at once, as one is enough for each of four processes. */
function postFour(picture: Buffer): Promise<Response[]> {
  const post = () => service.post(new Uint8Array(picture), { 'content-type': '' });
  return Promise.all(Array.from({ length: 4 }, post));
}

describe('four pictures at once that would take a minute or a gigabyte', () => {
  it.each([
    ['JPEGs of 2,000 scans', () => scanBomb(2_000)],
    ['JPEGs whose scans go through all coefficients', () => bandBomb(14, large)],
    ['interlaced PNGs of 16 bits', () => flatPng({ ...large, ...deep })],
    [
      'PNGs of compressed texts',
      () => flatPng({ ...large, before: Array(400).fill(textBomb(7_900_000)) }),
    ],
    ['lossless WebPs', () => flatWebp(largest)],
    ['animations', () => animatedWebp(largest, 100)],
  ])('are refused before a model is asked: %s', async (_, make) => {
    for (const response of await postFour(make())) {
      expect(response.status).toBe(422);
      const { type, detail } = problemSchema.parse(await response.json());
      expect(type).toBe('/problems/undecodable-image');
      expect(detail).toContain('; at most ');
    }
  });

  it('are decoded where their colour profile is what would: it is not run', async () => {
    const picture = sharp({ create: { width: 64, height: 64, channels: 3, background: 'red' } });
    const bomb = withProfile(await picture.jpeg().toBuffer(), profileBomb(50_000));
    const responses = await postFour(bomb);
    expect(responses.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  });
});

describe('a photo of many pixels', () => {
  it.each([
    ['50', 8_160, 6_120],
    ['108', 12_000, 9_000],
  ])('is answered: %s megapixels', async (_, width, height) => {
    const photo = flatJpeg({ width, height }, { samplings: [0x22, 0x11, 0x11] });
    expect((await service.post(new Uint8Array(photo))).status).toBe(200);
  });
});
