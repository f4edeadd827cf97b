import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import {
  boxOf,
  type CropSize,
  cropSizeOf,
  type Region,
  regionOf,
  scaledRegionOf,
} from '../../lib/core/preprocessing/crop.ts';
import {
  fullPreprocessing,
  type PreprocessingJson,
  type RawInput,
  type Size,
} from '../../lib/core/preprocessing/preprocessing.ts';
import { imageTensor } from '../../lib/core/preprocessing/tensor.ts';
import { decodeImage } from '../../lib/service/inference/decode.ts';
import { vectors } from './vectors.ts';

/** An image with its values row by row: three for each pixel, or one where it is grey. */
interface Values extends Size {
  readonly data: number[];
}

const { tensors, sizes, crops, orientations } = vectors<{
  tensors: {
    name: string;
    pixels: Values;
    preprocessing: PreprocessingJson;
    tensor: { dtype: 'uint8' | 'float32'; shape: number[]; data: number[] };
  }[];
  sizes: {
    name: string;
    input: RawInput;
    preprocessing: PreprocessingJson | null;
    model: Partial<Size>;
    size: CropSize;
  }[];
  crops: {
    name: string;
    image: Size;
    crop: CropSize;
    scaled: Size;
    scaledRegion: Region;
    region: Region;
  }[];
  orientations: { stored: Values; upright: (Values & { orientation: number })[] };
}>('preprocessing');

const anyInput: RawInput = { dtype: 'uint8', shape: [1, 1, 1, 3], layout: 'NHWC' };

describe('a tensor', () => {
  it.each(tensors)('$name', ({ pixels, preprocessing, tensor }) => {
    const { width, height, data } = pixels;
    const given = { width, height, data: Uint8Array.from(data) };
    const made = imageTensor(given, fullPreprocessing(preprocessing, anyInput));
    expect({ dtype: made.type, shape: made.shape }).toEqual({
      dtype: tensor.dtype,
      shape: tensor.shape,
    });
    const tolerance = tensor.dtype === 'uint8' ? 9 : 5;
    expect([...made.data]).toEqual(tensor.data.map((value) => expect.closeTo(value, tolerance)));
  });
});

describe('the size that a model takes', () => {
  it.each(sizes)('$name', ({ input, preprocessing, model, size }) => {
    const full = fullPreprocessing(preprocessing ?? undefined, input);
    expect(cropSizeOf(model, full, input)).toEqual(size);
  });
});

describe('the part that a model sees', () => {
  it.each(crops)('$name', async ({ image, crop, scaled, scaledRegion, region }) => {
    expect(scaledRegionOf(image, crop)).toEqual(scaledRegion);
    const { x, y, width, height } = regionOf(image, crop);
    expect([x, y, width, height]).toEqual(
      [region.x, region.y, region.width, region.height].map((value) => expect.closeTo(value, 6)),
    );
    // What the service's decoder makes of it.
    const raw = { ...image, channels: 3, background: 'grey' } as const;
    const { info } = await sharp({ create: raw })
      .resize({ ...boxOf(crop), fit: 'outside' })
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect({ width: info.width, height: info.height }).toEqual(scaled);
  });
});

describe('EXIF orientation', () => {
  const { stored, upright } = orientations;

  it('has eight values', () => {
    expect(upright.map(({ orientation }) => orientation)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it.each(upright)('$orientation', async ({ orientation, width, height, data }) => {
    const { width: w, height: h } = stored;
    const file = await sharp(Uint8Array.from(stored.data), {
      raw: { width: w, height: h, channels: 1 },
    })
      .png()
      .withMetadata({ orientation })
      .toBuffer();
    const pixels = await decodeImage(file, { width, height });
    expect([...pixels]).toEqual(data.flatMap((value) => [value, value, value]));
  });
});
