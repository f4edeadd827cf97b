import { describe, expect, it } from 'vitest';
import type { PreprocessingJson } from '../../../../../lib/core/preprocessing/preprocessing.ts';
import {
  provenGainPct,
  usualPreprocessings,
} from '../../../../../lib/evaluation/models/accuracy/usual-preprocessings.ts';
import { preprocessingSchema } from '../../../../../lib/service/catalogue/schema.ts';

const pytorch: PreprocessingJson = {
  ...{ dtype: 'float32', layout: 'NCHW', scale: 1 / 255, resizeShorterSide: 256 },
  ...{ mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
};
const usual = (given: PreprocessingJson) =>
  usualPreprocessings(preprocessingSchema.parse(given), 224);

describe('usualPreprocessings', () => {
  it('are those that a model does not have', () => {
    const of = (given: PreprocessingJson) => usual(given).map(({ what }) => what);
    expect(of(pytorch)).toEqual([
      'the colours in the other order',
      'pixels from 0 to 255',
      'pixels from 0 to 1',
      'pixels from -1 to 1',
      'BGR and the mean of Caffe',
      'no margin around the crop',
    ]);
    expect(of({ dtype: 'float32', resizeShorterSide: 512 })).toContain(
      'the usual margin around the crop',
    );
    expect(of({ dtype: 'uint8' })).toEqual([
      'the colours in the other order',
      'the usual margin around the crop',
    ]);
  });

  it('keep what the model’s file decides', () => {
    for (const { preprocessing } of usual(pytorch)) {
      expect(preprocessing).toMatchObject({ dtype: 'float32', layout: 'NCHW' });
    }
  });
});

describe('provenGainPct', () => {
  const run = (...right: readonly (boolean | undefined)[]) => ({
    answers: right.map((isRight) => (isRight === undefined ? undefined : { score: 1, isRight })),
  });
  const many = (isRight: boolean, count: number) => Array.from({ length: count }, () => isRight);

  it('is what the same images prove', () => {
    const better = run(...many(true, 40), ...many(false, 10));
    const worse = run(...many(true, 30), ...many(false, 20));
    const [low = 0, high = 0] = provenGainPct(better, worse) ?? [];
    expect(low).toBeGreaterThan(5);
    expect(high).toBeLessThan(35);
    expect(provenGainPct(worse, better)).toBeUndefined();
  });

  it('is nothing where one image more may be chance, or none can be decoded', () => {
    expect(provenGainPct(run(true, true, false), run(true, false, false))).toBeUndefined();
    expect(provenGainPct(run(undefined), run(undefined))).toBeUndefined();
  });
});
