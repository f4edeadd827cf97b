import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecayingHistogram } from '../../../../lib/core/statistics/decaying-histogram.ts';

const bounds = { least: 0.1, greatest: 10_000 };
const inside = fc.double({ min: 0.1, max: 10_000, noNaN: true });
const filled = (values: Iterable<number>, halfLife = Number.POSITIVE_INFINITY) => {
  const histogram = new DecayingHistogram({ ...bounds, halfLife });
  for (const value of values) histogram.add(value);
  return histogram;
};
const contents = (histogram: DecayingHistogram) => {
  const all: { value: number; share: number }[] = [];
  histogram.forEach((value, share) => {
    all.push({ value, share });
  });
  return all;
};
const meanOf = (histogram: DecayingHistogram) =>
  contents(histogram).reduce((sum, { value, share }) => sum + value * share, 0);

describe('DecayingHistogram', () => {
  it('is empty at first', () => {
    expect(contents(filled([]))).toEqual([]);
    expect(filled([]).count).toBe(0);
    expect(filled([1, 2]).count).toBe(2);
  });

  it('knows a constant exactly', () => {
    fc.assert(
      fc.property(inside, fc.integer({ min: 1, max: 50 }), (value, times) => {
        const [only, ...others] = contents(filled(Array(times).fill(value), 10));
        expect(only?.value).toBeCloseTo(value, 8);
        expect(only?.share).toBeCloseTo(1, 12);
        expect(others).toEqual([]);
      }),
    );
  });

  it('keeps the mean, and every value to 5 %', () => {
    fc.assert(
      fc.property(fc.array(inside, { minLength: 1, maxLength: 100 }), (values) => {
        const histogram = filled(values);
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        expect(meanOf(histogram) / mean).toBeCloseTo(1, 9);
        const kept = contents(histogram);
        expect(kept.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
        for (const value of values) {
          expect(Math.min(...kept.map((k) => Math.abs(Math.log(k.value / value))))).toBeLessThan(
            Math.log(1.1) + 1e-9,
          );
        }
      }),
    );
  });

  it('takes what lies outside for the nearest that it holds', () => {
    expect(contents(filled([0]))).toEqual([{ value: 0.1, share: 1 }]);
    expect(contents(filled([1e9, Number.POSITIVE_INFINITY]))).toEqual([
      { value: 10_000, share: 1 },
    ]);
  });

  it('lets a value count half after the half-life', () => {
    const [older, newer] = contents(filled([5, ...Array(10).fill(50)], 10));
    // 1 of 1 + 2^(1/10) + ... + 2^(10/10)
    const total = Array.from({ length: 11 }, (_, i) => 2 ** (i / 10)).reduce((a, b) => a + b);
    expect(older?.share).toBeCloseTo(1 / total, 9);
    expect(newer?.share).toBeCloseTo(1 - 1 / total, 9);
  });

  it('goes on without end: weights stay finite, and what has decayed to nothing makes room', () => {
    const histogram = filled([1_000], 1);
    // Weights double with each value: a number holds 1,023 doublings.
    for (let i = 0; i < 3_000; i++) {
      histogram.add(20);
      const kept = contents(histogram);
      expect(kept.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
      expect(kept.at(-1)?.value).toBeCloseTo(20, 9);
    }
    expect(contents(histogram)).toHaveLength(1);
    expect(histogram.count).toBe(3_001);
  });

  it('adds multiples of another one with a weight of their own', () => {
    const factor = fc.double({ min: 0.5, max: 2, noNaN: true });
    const middle = fc.array(fc.double({ min: 1, max: 1_000, noNaN: true }), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(middle, middle, factor, factor, (some, others, a, b) => {
        const mixture = new DecayingHistogram(bounds);
        mixture.addMultiples(filled(some), a, 3);
        mixture.addMultiples(filled(others, 5), b, 1);
        const mean = (3 * a * meanOf(filled(some)) + b * meanOf(filled(others, 5))) / 4;
        expect(meanOf(mixture) / mean).toBeCloseTo(1, 9);
        expect(contents(mixture).reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
      }),
    );
  });

  it('holds multiples that lie outside in its last bucket', () => {
    const mixture = new DecayingHistogram(bounds);
    mixture.addMultiples(filled([0.1, 10_000]), 1e6, 1);
    mixture.addMultiples(filled([0.1, 10_000]), 1e-6, 1);
    expect(contents(mixture).reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
  });
});

describe('likelihood', () => {
  it('is a half where all values were, a quarter beside them, next to nothing elsewhere', () => {
    const histogram = filled([100, 100]);
    expect(histogram.likelihood(100)).toBeCloseTo(0.495, 3);
    expect(histogram.likelihood(110)).toBeCloseTo(0.2475, 3);
    expect(histogram.likelihood(91)).toBeCloseTo(0.2475, 3);
    expect(histogram.likelihood(300)).toBeLessThan(0.001);
    expect(histogram.likelihood(300)).toBeGreaterThan(0);
    expect(histogram.likelihood(1e12)).toBe(histogram.likelihood(300));
  });

  it('adds up to 1 over the buckets', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 1, max: 1_000, noNaN: true }), { minLength: 1 }),
        (values) => {
          const histogram = filled(values, 20);
          let sum = 0;
          for (let bucket = -24; bucket <= 97; bucket++) sum += histogram.likelihood(1.1 ** bucket);
          expect(sum).toBeCloseTo(1, 9);
        },
      ),
    );
  });
});
