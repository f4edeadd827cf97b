import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  coldMeanMs,
  deviationMs,
  emptyStatistics,
  InvalidObservationError,
  meanMs,
  merge,
  observe,
  scale,
  statisticsOf,
} from '../../../../lib/service/profiles/statistics.ts';
import { anyObservation, anyServiceUs, comparable, statisticsOfAll, warmMs } from './samples.ts';

const anyObservations = fc.array(anyObservation, { maxLength: 30 });

describe('observations', () => {
  it('keep warm, cold, failed calls and feedback apart', () => {
    const statistics = statisticsOfAll([
      { kind: 'warm', serviceUs: 2000 },
      { kind: 'warm', serviceUs: 4000 },
      { kind: 'cold', serviceUs: 900_000 },
      { kind: 'failure' },
    ]);
    expect(statistics).toMatchObject({
      n: 2n,
      sumUs: 6000n,
      sumSqUs: 20_000_000n,
      coldN: 1n,
      coldSumUs: 900_000n,
      coldSumSqUs: 810_000_000_000n,
      failN: 1n,
    });
    expect([...statistics.histogram.values()]).toEqual([1n, 1n]);
  });

  it('leave the statistics they are added to unchanged', () => {
    const before = warmMs(3);
    observe(before, { kind: 'warm', serviceUs: 5000 });
    expect(before).toEqual(warmMs(3));
    expect(emptyStatistics().histogram.size).toBe(0);
  });

  it('round to whole microseconds', () => {
    expect(statisticsOf({ kind: 'warm', serviceUs: 1234.56 }).sumUs).toBe(1235n);
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('cannot take %d us', (serviceUs) => {
    expect(() => statisticsOf({ kind: 'warm', serviceUs })).toThrow(InvalidObservationError);
    expect(() => statisticsOf({ kind: 'cold', serviceUs })).toThrow(InvalidObservationError);
  });
});

describe('merge', () => {
  it('commutes', () => {
    fc.assert(
      fc.property(anyObservations, anyObservations, (a, b) => {
        const [x, y] = [statisticsOfAll(a), statisticsOfAll(b)];
        expect(comparable(merge(x, y))).toEqual(comparable(merge(y, x)));
      }),
    );
  });

  it('associates, with nothing as its neutral element', () => {
    fc.assert(
      fc.property(anyObservations, anyObservations, anyObservations, (a, b, c) => {
        const [x, y, z] = [statisticsOfAll(a), statisticsOfAll(b), statisticsOfAll(c)];
        const expected = comparable(merge(merge(x, y), z));
        expect(comparable(merge(x, merge(y, z)))).toEqual(expected);
        expect(comparable(merge(x, emptyStatistics(), y, z))).toEqual(expected);
      }),
    );
  });

  it('gives the same as observing everything at one place', () => {
    fc.assert(
      fc.property(anyObservations, anyObservations, (a, b) => {
        expect(comparable(merge(statisticsOfAll(a), statisticsOfAll(b)))).toEqual(
          comparable(statisticsOfAll([...a, ...b])),
        );
      }),
    );
  });
});

describe('mean and deviation', () => {
  it('of a known series', () => {
    const statistics = warmMs(2, 4, 4, 4, 5, 5, 7, 9);
    expect(meanMs(statistics)).toBe(5);
    expect(deviationMs(statistics)).toBeCloseTo(Math.sqrt(32 / 7), 12);
  });

  it('keep 12 digits where times are long and close together', () => {
    const offset = fc.integer({ min: 0, max: 899_000_000 });
    const spread = fc.array(fc.nat(20), { minLength: 2, maxLength: 200 });
    fc.assert(
      fc.property(offset, spread, (offsetUs, deviations) => {
        const statistics = warmMs(...deviations.map((d) => (offsetUs + d) / 1000));
        const mean = deviations.reduce((a, b) => a + b) / deviations.length;
        const squares = deviations.reduce((sum, d) => sum + (d - mean) ** 2, 0);
        const exactMs = Math.sqrt(squares / (deviations.length - 1)) / 1000;
        expect(meanMs(statistics)).toBeCloseTo((offsetUs + mean) / 1000, 8);
        expect(Math.abs(deviationMs(statistics)! - exactMs)).toBeLessThanOrEqual(exactMs * 1e-12);
      }),
    );
  });

  it('stay exact after a billion calls', () => {
    const pair = warmMs(899_999.999, 900_000);
    let many = pair;
    for (let i = 0; i < 30; i++) many = merge(many, many);
    expect(many.n).toBe(2n ** 31n);
    expect(deviationMs(many)).toBeCloseTo(0.0005, 12);
  });

  it('agree with a two-pass computation on any data', () => {
    fc.assert(
      fc.property(fc.array(anyServiceUs, { minLength: 2, maxLength: 100 }), (times) => {
        const statistics = warmMs(...times.map((us) => us / 1000));
        const mean = times.reduce((a, b) => a + b, 0) / times.length;
        const variance = times.reduce((s, t) => s + (t - mean) ** 2, 0) / (times.length - 1);
        expect(meanMs(statistics)).toBeCloseTo(mean / 1000, 6);
        expect(deviationMs(statistics)).toBeCloseTo(Math.sqrt(variance) / 1000, 5);
      }),
    );
  });

  it('are unknown without enough calls', () => {
    expect(meanMs(emptyStatistics())).toBeUndefined();
    expect(deviationMs(warmMs(5))).toBeUndefined();
    expect(coldMeanMs(warmMs(5))).toBeUndefined();
  });
});

it('cold mean counts the cold calls', () => {
  const statistics = merge(warmMs(1, 2, 3), statisticsOf({ kind: 'cold', serviceUs: 800_000 }));
  expect(coldMeanMs(statistics)).toBe(800);
});

it('scaled statistics are those of everything observed several times', () => {
  fc.assert(
    fc.property(fc.array(anyObservation, { maxLength: 10 }), (observations) => {
      const once = statisticsOfAll(observations);
      expect(comparable(scale(once, 3n))).toEqual(comparable(merge(once, once, once)));
    }),
  );
});
