import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  boxOf,
  type CropSize,
  cropSizeOf,
  scaledRegionOf,
} from '../../../../lib/core/preprocessing/crop.ts';
import {
  fullPreprocessing,
  type PreprocessingJson,
  type RawInput,
} from '../../../../lib/core/preprocessing/preprocessing.ts';
import { regionInView, sizeName, viewOf } from '../../../../lib/core/preprocessing/view.ts';
import { resolveCatalogue } from '../../../../lib/infra/package-files.ts';
import { listCatalogue } from '../../../../lib/service/catalogue/load.ts';

const square = (side: number): RawInput => ({
  dtype: 'uint8',
  shape: [1, side, side, 3],
  layout: 'NHWC',
});
const cropOf = (preprocessing: PreprocessingJson, input: RawInput) =>
  cropSizeOf({}, fullPreprocessing(preprocessing, input), input);
const viewFor = (preprocessings: readonly PreprocessingJson[], input: RawInput) =>
  viewOf(
    preprocessings.map((preprocessing) => ({ preprocessing })),
    input,
  );

const side = fc.integer({ min: 1, max: 400 });
const preprocessing = fc.record(
  { resizeShorterSide: side, centerCrop: side },
  { requiredKeys: [] },
);
/** Models that take squares, with the crops that they need and the view that they have in common. */
const models = fc
  .tuple(fc.array(preprocessing, { minLength: 1, maxLength: 4 }), side)
  .map(([preprocessings, raw]) => {
    const input = square(raw);
    const crops = preprocessings.map((each) => cropOf(each, input));
    return { crops, view: viewFor(preprocessings, input) as CropSize };
  });

/** Whether a model's pixels are all in a view, at no lower a resolution. */
function serves(view: CropSize, crop: CropSize): boolean {
  const scale = boxOf(crop).height / boxOf(view).height;
  const inView = 1e-9 + scale;
  return scale <= 1 && crop.width <= view.width * inView && crop.height <= view.height * inView;
}

describe('the view', () => {
  it.each([
    ['shapes', 192],
    ['table3', 331],
    // The shorter side is 256 for most, who see 224 of it; two see all of it, at 224.
    ['imagenet', 256],
  ])('of the catalogue %s is a square of %i', (name, width) => {
    const { models, input } = listCatalogue(resolveCatalogue(name));
    expect(viewOf(models, input)).toEqual({ width, height: width });
  });

  it('is what is left of the scaled picture where no model sees all of it', () => {
    const usual = { resizeShorterSide: 256, centerCrop: 224 };
    const view = { width: 224, height: 224, resizeShorterSide: 256 };
    expect(viewFor([usual], square(224))).toEqual(view);
    // Sees 7/8 of the picture, too, with half as many pixels.
    const small = { resizeShorterSide: 128, centerCrop: 112 };
    expect(viewFor([small, usual], square(224))).toEqual(view);
    const narrow = { resizeShorterSide: 256, centerCrop: 200 };
    expect(viewFor([narrow, usual], square(224))).toEqual(view);
  });

  it('has the shape of the models’ inputs', () => {
    const wide: RawInput = { dtype: 'uint8', shape: [1, 60, 80, 3], layout: 'NHWC' };
    expect(viewFor([{}, {}], wide)).toEqual({ width: 80, height: 60 });
    expect(viewFor([{}, { centerCrop: 60 }], wide)).toBeUndefined();
    expect(viewFor([], wide)).toBeUndefined();
  });

  it('serves every model, and a smaller one does not', () => {
    fc.assert(
      fc.property(models, ({ crops, view }) => {
        expect(crops.every((crop) => serves(view, crop))).toBe(true);
        const { resizeShorterSide } = view;
        const fewer = { ...view, width: view.width - 1, height: view.height - 1 };
        const coarser = resizeShorterSide && { resizeShorterSide: resizeShorterSide - 1 };
        for (const smaller of [fewer, ...(coarser ? [{ ...view, ...coarser }] : [])]) {
          expect(crops.every((crop) => serves(smaller, crop))).toBe(false);
        }
      }),
    );
  });

  it('is called by its size', () => {
    expect(sizeName({ width: 224, height: 192 })).toBe('224x192');
  });
});

describe('the region in a view', () => {
  it('is the whole view where the model sees as much', () => {
    const view = { width: 192, height: 192 };
    const all = { scaled: view, region: { x: 0, y: 0, ...view } };
    expect(regionInView(view, view)).toEqual(all);
    const half = { width: 96, height: 96 };
    expect(regionInView(view, half)).toEqual({ scaled: half, region: { x: 0, y: 0, ...half } });
  });

  it('is the middle of the view where the model sees less', () => {
    const view = { width: 256, height: 256 };
    expect(regionInView(view, { width: 224, height: 224, resizeShorterSide: 256 })).toEqual({
      scaled: view,
      region: { x: 16, y: 16, width: 224, height: 224 },
    });
  });

  it('scales a view up that does not serve the model', () => {
    const { scaled } = regionInView({ width: 100, height: 50 }, { width: 100, height: 100 });
    expect(scaled).toEqual({ width: 200, height: 100 });
  });

  it('lies in the view, whatever the models', () => {
    fc.assert(
      fc.property(models, ({ crops, view }) => {
        for (const crop of crops) {
          const { scaled, region } = regionInView(view, crop);
          expect(region).toMatchObject({ width: crop.width, height: crop.height });
          expect(Math.min(region.x, region.y)).toBeGreaterThanOrEqual(0);
          expect(region.x + region.width).toBeLessThanOrEqual(scaled.width);
          expect(region.y + region.height).toBeLessThanOrEqual(scaled.height);
          expect(scaled.width).toBeLessThanOrEqual(view.width);
        }
      }),
    );
  });

  it('is where the model looks in the picture, to the pixel at the view’s own scale', () => {
    const picture = fc.record({
      width: fc.integer({ min: 1, max: 4000 }),
      height: fc.integer({ min: 1, max: 4000 }),
    });
    fc.assert(
      fc.property(models, picture, ({ crops, view }, image) => {
        const cut = scaledRegionOf(image, view);
        for (const crop of crops) {
          if (boxOf(crop).height !== boxOf(view).height) continue;
          const { scaled, region } = regionInView(view, crop);
          expect(scaled).toMatchObject({ width: view.width, height: view.height });
          const wanted = scaledRegionOf(image, crop);
          // Half a pixel has to go to one side: of the view's centre, and of the picture's.
          const most = (view.width - crop.width) % 2;
          expect(wanted.x - (cut.x + region.x)).toBeGreaterThanOrEqual(0);
          expect(wanted.x - (cut.x + region.x)).toBeLessThanOrEqual(most);
          expect(wanted.y - (cut.y + region.y)).toBeGreaterThanOrEqual(0);
          expect(wanted.y - (cut.y + region.y)).toBeLessThanOrEqual(most);
        }
      }),
    );
  });
});
