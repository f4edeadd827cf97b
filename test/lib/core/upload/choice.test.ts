import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseUpload } from '../../../../lib/core/upload/choice.ts';
import { Uplink } from '../../../../lib/core/upload/uplink.ts';

const models = [
  { name: 'small', accuracyPct: 60, meanMs: 5, stdMs: 1 },
  { name: 'big', accuracyPct: 80, meanMs: 40, stdMs: 4 },
];
const outputMs = [{ ms: 30, weight: 1 }];
const large = { rung: { name: 'view-jpeg-95', accuracyLossPct: {} }, bytes: 25_000 };
const small = {
  rung: { name: 'view-webp-80', accuracyLossPct: { big: 3, small: 2 } },
  bytes: 11_000,
};

/** An uplink of so many bytes a ms, with 20 ms of delay. */
function uplinkOf(rate: number): Uplink {
  const uplink = new Uplink(20);
  for (let i = 0; i < 30; i++) {
    uplink.observe({ startMs: 600 * i, bytes: 20_000, inputMs: 20 + 20_000 / rate });
  }
  return uplink;
}

const situation = {
  models,
  uplink: uplinkOf(120),
  startMs: 18_000,
  outputMs,
  deviceAccuracyPct: 50,
};

describe('the choice of an upload', () => {
  it('is the one that loses nothing where there is time', () => {
    const { option, expectedAccuracyPct } = chooseUpload([large, small], {
      ...situation,
      slaMs: 600,
    });
    expect(option).toBe(large);
    expect(expectedAccuracyPct).toBeCloseTo(80);
  });

  it('is a smaller one where that lets a better model run', () => {
    const { option, expectedAccuracyPct } = chooseUpload([large, small], {
      ...situation,
      slaMs: 200,
    });
    expect(option).toBe(small);
    expect(expectedAccuracyPct).toBeCloseTo(77);
  });

  it('takes into account that the service chooses once it knows how long the upload took', () => {
    // In half of the cases the upload takes 100 ms, and the big model fits; else only the small one does.
    const uplink = { inputTimes: () => [100, 160].map((ms) => ({ ms, weight: 0.5 })) };
    const { expectedAccuracyPct } = chooseUpload([large], { ...situation, uplink, slaMs: 200 });
    expect(expectedAccuracyPct).toBeCloseTo(50 + 0.5 * 30 + 0.5 * 10, 0);
  });

  it('is the smallest where none can help', () => {
    expect(chooseUpload([large, small], { ...situation, slaMs: 40 })).toEqual({
      option: small,
      expectedAccuracyPct: 50,
    });
    const deviceAccuracyPct = 99;
    const { option } = chooseUpload([large, small], {
      ...situation,
      deviceAccuracyPct,
      slaMs: 900,
    });
    expect(option).toBe(small);
  });

  it('needs a way to send the picture', () => {
    expect(() => chooseUpload([], { ...situation, slaMs: 100 })).toThrow(RangeError);
  });

  it('expects no less of more time, a better uplink, or more to choose from', () => {
    const value = (
      options: readonly (typeof large | typeof small)[],
      slaMs: number,
      rate: number,
    ) => chooseUpload(options, { ...situation, uplink: uplinkOf(rate), slaMs }).expectedAccuracyPct;
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000 }),
        fc.integer({ min: 0, max: 500 }),
        fc.double({ min: 5, max: 2_000, noNaN: true }),
        (slaMs, moreMs, rate) => {
          const one = value([large], slaMs, rate);
          expect(value([large], slaMs + moreMs, rate)).toBeGreaterThanOrEqual(one - 1e-3);
          expect(value([large, small], slaMs, rate)).toBeGreaterThanOrEqual(one - 1e-9);
          expect(one).toBeGreaterThanOrEqual(50);
          expect(one).toBeLessThanOrEqual(80 + 1e-9);
        },
      ),
    );
  });
});
