import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { cropSizeOf, regionOf, scaledRegionOf } from '../../../../lib/core/preprocessing/crop.ts';
import { fullPreprocessing } from '../../../../lib/core/preprocessing/preprocessing.ts';
import { decodeImage } from '../../../../lib/service/inference/decode.ts';

/** A picture in which the colours say where one is: red is x, green is y, in shares of 250. */
async function picture(width: number, height: number): Promise<Uint8Array> {
  const data = new Uint8Array(3 * width * height);
  for (let i = 0; i < width * height; i++) {
    data[3 * i] = Math.round((250 * ((i % width) + 0.5)) / width);
    data[3 * i + 1] = Math.round((250 * (Math.floor(i / width) + 0.5)) / height);
  }
  return new Uint8Array(
    await sharp(data, { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer(),
  );
}

describe('regionOf', () => {
  it.each([
    { image: [300, 200], crop: { width: 64, height: 64 } },
    { image: [200, 300], crop: { width: 64, height: 64, resizeShorterSide: 80 } },
    { image: [641, 479], crop: { width: 96, height: 64, resizeShorterSide: 72 } },
    { image: [50, 40], crop: { width: 64, height: 64 } },
  ] as const)('is what the service cuts out: %o', async ({ image, crop }) => {
    const [width, height] = image;
    const pixels = await decodeImage(await picture(width, height), crop);
    const region = regionOf({ width, height }, crop);
    // The outermost pixels are where the kinds of interpolation differ.
    for (const x of [3, Math.floor(crop.width / 2), crop.width - 4]) {
      for (const y of [3, Math.floor(crop.height / 2), crop.height - 4]) {
        const at = 3 * (y * crop.width + x);
        const inImage = [
          (region.x + ((x + 0.5) * region.width) / crop.width) / width,
          (region.y + ((y + 0.5) * region.height) / crop.height) / height,
        ];
        const [red, green] = inImage.map((share) => 250 * share);
        expect(Math.abs((pixels[at] ?? 0) - (red ?? 0))).toBeLessThan(4);
        expect(Math.abs((pixels[at + 1] ?? 0) - (green ?? 0))).toBeLessThan(4);
      }
    }
  });

  it('lies within the image', () => {
    const side = fc.integer({ min: 1, max: 5_000 });
    const crop = fc.record(
      { width: side, height: side, resizeShorterSide: side },
      { requiredKeys: ['width', 'height'] },
    );
    fc.assert(
      fc.property(fc.record({ width: side, height: side }), crop, (image, wanted) => {
        const region = regionOf(image, wanted);
        expect(region.x).toBeGreaterThanOrEqual(-1e-6);
        expect(region.y).toBeGreaterThanOrEqual(-1e-6);
        expect(region.x + region.width).toBeLessThanOrEqual(image.width * (1 + 1e-9));
        expect(region.y + region.height).toBeLessThanOrEqual(image.height * (1 + 1e-9));
      }),
    );
  });
});

describe('scaledRegionOf', () => {
  it.each([
    [
      { width: 11, height: 4 },
      { x: 3, y: 0 },
    ],
    [
      { width: 4, height: 11 },
      { x: 0, y: 3 },
    ],
    [
      { width: 2, height: 4 },
      { x: 0, y: 2 },
    ],
  ])('is in the middle of %o, rounded down', (image, at) => {
    const size = { width: 4, height: 4 };
    expect(scaledRegionOf(image, size)).toEqual({ ...at, ...size });
  });

  it('is the region, but for the rounding', () => {
    const side = fc.integer({ min: 1, max: 2_000 });
    const size = fc.record({ width: side, height: side });
    fc.assert(
      fc.property(size, side, side, (image, shorter, part) => {
        const crop = { width: Math.min(part, shorter), height: part, resizeShorterSide: shorter };
        const region = regionOf(image, crop);
        const scaled = scaledRegionOf(image, crop);
        const scale = crop.width / region.width;
        expect(Math.abs(scaled.x - region.x * scale)).toBeLessThanOrEqual(1);
        expect(Math.abs(scaled.y - region.y * scale)).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe('cropSizeOf', () => {
  const input = { dtype: 'uint8', shape: [1, 6, 8, 3], layout: 'NHWC' } as const;
  const sizeOf = (model: { width?: number; height?: number }, centerCrop?: number) =>
    cropSizeOf(model, fullPreprocessing({ centerCrop, resizeShorterSide: 9 }, input), input);

  it('is what the model’s file fixes, else the catalogue’s crop, else its raw input', () => {
    expect(sizeOf({ width: 3, height: 4 }, 5)).toEqual({ ...size(3, 4), resizeShorterSide: 9 });
    expect(sizeOf({ width: 3 }, 5)).toMatchObject(size(3, 5));
    expect(sizeOf({}, 5)).toMatchObject(size(5, 5));
    expect(sizeOf({})).toMatchObject(size(8, 6));
  });

  const size = (width: number, height: number) => ({ width, height });
});
