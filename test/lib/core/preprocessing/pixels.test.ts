import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import {
  fullPreprocessing,
  rawFloats,
  rawPixels,
  regionOf,
  tensorOf,
} from '../../../../lib/core/preprocessing/pixels.ts';
import { preprocessingSchema } from '../../../../lib/service/catalogue/schema.ts';
import { decodeImage } from '../../../../lib/service/inference/decode.ts';
import { imageTensor } from '../../../../lib/service/inference/tensor.ts';

const input = { dtype: 'uint8', shape: [1, 4, 5, 3], layout: 'NHWC' } as const;
const number = fc.double({ min: -4, max: 4, noNaN: true });
const three = fc.tuple(number, number, number);
const preprocessing = fc.record(
  {
    color: fc.constantFrom('RGB' as const, 'BGR' as const),
    layout: fc.constantFrom('NHWC' as const, 'NCHW' as const),
    dtype: fc.constantFrom('uint8' as const, 'float32' as const),
    scale: number,
    mean: three,
    std: three.filter((values) => values.every((value) => Math.abs(value) > 0.01)),
  },
  { requiredKeys: [] },
);

describe('tensorOf', () => {
  it('makes of pixels what the service makes of them', () => {
    fc.assert(
      fc.property(preprocessing, fc.uint8Array({ minLength: 60, maxLength: 60 }), (given, data) => {
        const pixels = { data, width: 5, height: 4 };
        const tensor = tensorOf(pixels, fullPreprocessing(given, input));
        const expected = imageTensor(pixels, preprocessingSchema.parse(given));
        expect(tensor.type).toBe(expected.type);
        expect(tensor.shape).toEqual(expected.dims);
        expect([...tensor.data]).toEqual([...(expected.data as Uint8Array)]);
      }),
    );
  });

  it('takes the raw input’s type and layout for a model without preprocessing', () => {
    const floats = { dtype: 'float32', shape: [1, 3, 4, 5], layout: 'NCHW' } as const;
    const { type, shape } = tensorOf(
      { data: new Uint8Array(60), width: 5, height: 4 },
      fullPreprocessing(undefined, floats),
    );
    expect([type, shape]).toEqual(['float32', [1, 3, 4, 5]]);
  });
});

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
        expect(region.width / region.height).toBeCloseTo(wanted.width / wanted.height, 6);
      }),
    );
  });
});

describe('raw tensors', () => {
  it('are pixels when they are uint8, in either layout', () => {
    const nhwc = { dtype: 'uint8', shape: [1, 1, 2, 3], layout: 'NHWC' } as const;
    const nchw = { dtype: 'uint8', shape: [1, 3, 1, 2], layout: 'NCHW' } as const;
    const pixels = { data: Uint8Array.of(1, 2, 3, 4, 5, 6), width: 2, height: 1 };
    expect(rawPixels(Uint8Array.of(1, 2, 3, 4, 5, 6), nhwc)).toEqual(pixels);
    expect(rawPixels(Uint8Array.of(1, 4, 2, 5, 3, 6), nchw)).toEqual(pixels);
  });

  it('are read as little-endian floats from anywhere in a buffer', () => {
    const floats = { dtype: 'float32', shape: [1, 1, 1, 3], layout: 'NHWC' } as const;
    const buffer = new ArrayBuffer(13);
    const view = new DataView(buffer, 1);
    [1.5, -2, 0.25].forEach((value, i) => {
      view.setFloat32(4 * i, value, true);
    });
    expect([...rawFloats(new Uint8Array(buffer, 1), floats).data]).toEqual([1.5, -2, 0.25]);
  });

  it('must have their exact length', () => {
    expect(() => rawPixels(new Uint8Array(59), input)).toThrow('has 60 bytes here, not 59');
    expect(() => rawFloats(new Uint8Array(60), { ...input, dtype: 'float32' })).toThrow(TypeError);
  });
});
