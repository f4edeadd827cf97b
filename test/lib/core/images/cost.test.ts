import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeCost, predictedDecodeMs } from '../../../../lib/core/images/cost.ts';
import { readImageHeader } from '../../../../lib/core/images/header.ts';
import {
  animatedWebp,
  bandBomb,
  codesBomb,
  flatJpeg,
  flatPng,
  flatWebp,
  profileBomb,
  textBomb,
  withProfile,
} from '../../../fixtures/costly-images.ts';

const size = { width: 1_000, height: 1_000 };

function costOf(file: Buffer) {
  const header = readImageHeader(file);
  if (!header) throw new Error('no image');
  return { ...decodeCost(header), predictedMs: predictedDecodeMs(header) };
}

/** Each of the files costs more time than the one before. */
function expectRising(files: readonly Buffer[]): void {
  const costs = files.map((file) => costOf(file).mostMs);
  expect(costs).toEqual(costs.toSorted((a, b) => a - b));
  expect(new Set(costs).size).toBe(costs.length);
}

describe('what decoding takes', () => {
  it('is a fixed part and one for pixels and bytes', () => {
    const small = costOf(flatPng({ width: 1, height: 1 }));
    expect(small.predictedMs).toBe(small.ms);
    expect(small.ms).toBeGreaterThan(0.4);
    expect(small.ms).toBeLessThan(0.5);
    const noisy = costOf(flatPng({ ...size, level: 0 }));
    expect(noisy.ms).toBeGreaterThan(costOf(flatPng(size)).ms);
  });

  it('is less for a JPEG that is decoded at a part of its size', () => {
    const { ms } = costOf(flatJpeg({ width: 4_000, height: 1_000 }));
    expect(ms).toBeLessThan(costOf(flatJpeg({ width: 16_000, height: 250 })).ms);
    expectRising([
      flatJpeg({ width: 2_048, height: 2_048 }),
      // One pixel less, and it is decoded at a quarter, not at an eighth.
      flatJpeg({ width: 2_047, height: 2_047 }),
      flatJpeg({ width: 1_023, height: 4_100 }),
      flatJpeg({ width: 511, height: 8_200 }),
    ]);
  });

  it('is more for colours with a profile, and even more for inks', () => {
    const inks = flatJpeg(size, { samplings: [0x11, 0x11, 0x11, 0x11] });
    expectRising([flatJpeg(size), withProfile(flatJpeg(size), profileBomb(1)), inks]);
  });

  it('is more with every scan, and all coefficients are held', () => {
    const held = flatJpeg(size, { separate: true });
    expectRising([flatJpeg(size), held, ...[2, 3, 14].map((rounds) => bandBomb(rounds, size))]);
    const samples = 3 * size.width * size.height;
    expect(costOf(held).mostBytes - costOf(flatJpeg(size)).mostBytes).toBe(2 * samples);
  });

  it('is more for PNGs of more bits, with alpha, or interlaced', async () => {
    expectRising([
      flatPng({ ...size, colourType: 0 }),
      flatPng(size),
      flatPng({ ...size, bits: 16 }),
      flatPng({ ...size, bits: 16, colourType: 6 }),
      flatPng({ ...size, bits: 16, colourType: 6, isInterlaced: true }),
    ]);
    const picture = sharp({ create: { ...size, channels: 3, background: 'red' } });
    const [plain, converted] = await Promise.all([
      picture.clone().png().toBuffer(),
      picture.clone().withIccProfile('p3').png().toBuffer(),
    ]);
    expectRising([plain, converted]);
  });

  it('holds an interlaced PNG as a whole', () => {
    const tall = { width: 10, height: 100_000 };
    const { mostBytes } = costOf(flatPng({ ...tall, isInterlaced: true }));
    expect(mostBytes).toBeGreaterThan(costOf(flatPng(tall)).mostBytes);
  });

  it('is likely little for what may be long: texts, and tables of codes', () => {
    const texts = costOf(flatPng({ ...size, before: [textBomb(7_900_000)] }));
    expect(texts.mostMs).toBeGreaterThan(texts.ms + 50);
    expect(texts.mostBytes).toBeGreaterThan(50e6);
    const codes = costOf(codesBomb({ width: 1_024, height: 1_024 }));
    expect(codes.mostMs).toBeGreaterThan(codes.ms + 400);
    expect(codes.mostBytes).toBeGreaterThan(370e6);
  });

  it('is for the first picture of an animation', () => {
    expect(costOf(animatedWebp(size, 2)).ms).toBeCloseTo(costOf(flatWebp(size)).ms, 1);
    expect(costOf(animatedWebp(size, 2)).mostBytes).toBeGreaterThan(4e6);
  });

  it('is more for a lossy WebP with alpha, or with a profile', async () => {
    const picture = (background: string) =>
      sharp({ create: { ...size, channels: 4, background } }).webp({ quality: 80 });
    expectRising([
      await picture('#c08040ff').toBuffer(),
      await picture('#c0804080').toBuffer(),
      await picture('#c0804080').withIccProfile('p3').toBuffer(),
    ]);
  });
});
