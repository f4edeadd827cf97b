import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { faultOfPredictions, isBetween } from '../../../../lib/client/api/shape.ts';
import { inferResponseSchema } from '../../../../lib/core/contract/schemas.ts';

describe('isBetween', () => {
  it('takes numbers of the range and nothing else', () => {
    for (const right of [0, 0.5, 1]) expect(isBetween(right, 0, 1)).toBe(true);
    const wrong = [-0.1, 1.1, Number.NaN, Number.POSITIVE_INFINITY, '0.5', null, undefined, [0.5]];
    for (const value of wrong) expect(isBetween(value, 0, 1)).toBe(false);
  });
});

describe('faultOfPredictions', () => {
  const right = { index: 0, label: 'disc', score: 0.5 };

  it('names the first that is wrong', () => {
    expect(faultOfPredictions([right])).toBeUndefined();
    expect(faultOfPredictions([right, { ...right, more: 1 }])).toBeUndefined();
    expect(faultOfPredictions([right, { ...right, label: 1 }, null])).toBe('predictions[1]');
    expect(faultOfPredictions([null])).toBe('predictions[0]');
    expect(faultOfPredictions([undefined])).toBe('predictions[0]');
    expect(faultOfPredictions([{ ...right, index: -1 }])).toBe('predictions[0]');
    for (const none of [undefined, null, {}, [], 'disc']) {
      expect(faultOfPredictions(none)).toBe('predictions');
    }
  });

  it('takes what the service’s schema takes', () => {
    const prediction = fc.record({
      index: fc.nat(100_000),
      label: fc.string(),
      score: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    const { predictions: schema } = inferResponseSchema.shape;
    fc.assert(
      fc.property(fc.array(prediction, { minLength: 1, maxLength: 5 }), (predictions) => {
        expect(schema.safeParse(predictions).success).toBe(true);
        expect(faultOfPredictions(predictions)).toBeUndefined();
      }),
    );
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(['string', 'undefined']).toContain(typeof faultOfPredictions(value));
        expect(['string', 'undefined']).toContain(typeof faultOfPredictions([value]));
      }),
    );
  });
});
