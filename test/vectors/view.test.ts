import { describe, expect, it } from 'vitest';
import { type CropSize, type Region, regionOf } from '../../lib/core/preprocessing/crop.ts';
import type {
  PreprocessingJson,
  RawInput,
  Size,
} from '../../lib/core/preprocessing/preprocessing.ts';
import { regionInView, viewOf } from '../../lib/core/preprocessing/view.ts';
import { vectors } from './vectors.ts';

const { views, regions, pixels } = vectors<{
  views: {
    name: string;
    input: RawInput;
    models: (PreprocessingJson | null)[];
    view: CropSize | null;
  }[];
  regions: { name: string; picture: Size; view: CropSize; region: Region }[];
  pixels: { name: string; view: CropSize; crop: CropSize; scaled: Size; region: Region }[];
}>('view');

describe('the view of models', () => {
  it.each(views)('$name', ({ input, models, view }) => {
    const given = models.map((preprocessing) => ({ preprocessing: preprocessing ?? undefined }));
    expect(viewOf(given, input) ?? null).toEqual(view);
  });
});

describe('the part of a picture that the view is', () => {
  it.each(regions)('$name', ({ picture, view, region }) => {
    const { x, y, width, height } = regionOf(picture, view);
    expect([x, y, width, height]).toEqual(
      [region.x, region.y, region.width, region.height].map((value) => expect.closeTo(value, 6)),
    );
  });
});

describe('what a model sees of a view', () => {
  it.each(pixels)('$name', ({ view, crop, scaled, region }) => {
    expect(regionInView(view, crop)).toEqual({ scaled, region });
  });
});
