import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '../../../../lib/service/inference/decode.ts';
import { colouredImages } from '../../../fixtures/coloured-images.ts';
import { profileBomb, withProfile } from '../../../fixtures/costly-images.ts';

const size = { width: 64, height: 48 };
/** The colours in the middle of the quarters. */
const coloursOf = (pixels: Uint8Array) =>
  [12, 36].flatMap((y) =>
    [16, 48].map((x) => [...pixels.subarray(3 * (64 * y + x), 3 * (64 * y + x) + 3)]),
  );

function expectNear(pixels: Uint8Array, colours: readonly (readonly number[])[], levels = 2) {
  coloursOf(pixels).forEach((colour, i) => {
    colour.forEach((value, channel) => {
      expect(Math.abs(value - (colours[i]?.[channel] ?? -99))).toBeLessThanOrEqual(levels);
    });
  });
}

describe('colours', () => {
  it('are those that Pillow shows, of every kind of JPEG and PNG', async () => {
    for (const [name, { file, colours }] of Object.entries(await colouredImages())) {
      const pixels = await decodeImage(file, size);
      expect(pixels.length, name).toBe(3 * 64 * 48);
      expectNear(pixels, colours);
    }
  });

  it('are the same when they are scaled and turned', async () => {
    const { 'CMYK, by Adobe': inks } = await colouredImages();
    if (!inks) throw new Error('there is no such picture');
    const pixels = await decodeImage(inks.file, { width: 32, height: 24 });
    expect([...pixels.subarray(3 * (32 * 6 + 8), 3 * (32 * 6 + 8) + 3)]).toEqual(inks.colours[0]);
  });

  it('of inks are understood by their profile, unless it is a program', async () => {
    const { 'CMYK, by Adobe': inks } = await colouredImages();
    if (!inks) throw new Error('there is no such picture');
    const cmyk = await sharp({ create: { ...size, channels: 3, background: 'red' } })
      .withIccProfile('cmyk')
      .jpeg()
      .toBuffer();
    const { icc = Buffer.alloc(0) } = await sharp(cmyk).metadata();
    const [, orange = []] = coloursOf(await decodeImage(withProfile(inks.file, icc), size));
    const [, naive = []] = inks.colours;
    expect(
      Math.max(...orange.map((value, i) => Math.abs(value - (naive[i] ?? 0)))),
    ).toBeGreaterThan(20);
    expectNear(await decodeImage(withProfile(inks.file, profileBomb(2)), size), inks.colours);
  });

  it('under transparency are those over black', async () => {
    const half = { r: 200, g: 100, b: 50, alpha: 0.5 };
    const file = await sharp({ create: { ...size, channels: 4, background: half } })
      .png()
      .toBuffer();
    expectNear(await decodeImage(file, size), Array(4).fill([100, 50, 25]), 1);
  });
});
