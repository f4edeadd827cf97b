import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  chanceOfBeingRight,
  measureReliability,
  type Reliability,
} from '../../../../lib/core/statistics/reliability.ts';

const score = fc.double({ min: 0, max: 1, noNaN: true });
const answers = fc.array(fc.record({ score, isRight: fc.boolean() }), { maxLength: 300 });
const bin = fc
  .integer({ min: 0, max: 5_000 })
  .chain((count) =>
    fc.record({ count: fc.constant(count), right: fc.integer({ min: 0, max: count }) }),
  );
/** Of any edges and counts, as another tool may have written it. */
const anyReliability: fc.Arbitrary<Reliability> = fc
  .uniqueArray(score, { minLength: 1, maxLength: 12 })
  .chain((edges) =>
    fc.tuple(...edges.toSorted((a, b) => a - b).map((from) => bin.map((b) => ({ from, ...b })))),
  )
  .map((bins) => ({ bins }));

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

describe('measureReliability', () => {
  it('counts no answer whose score is no probability', () => {
    const { bins } = measureReliability([
      { score: Number.NaN, isRight: true },
      { score: -0.1, isRight: true },
    ]);
    expect(bins.every(({ count }) => count === 0)).toBe(true);
  });

  it('counts each answer once, in the bin of its score', () => {
    const { bins } = measureReliability([
      { score: 0.95, isRight: true },
      { score: 0.96, isRight: false },
      { score: 0.97, isRight: true },
      { score: 1, isRight: true },
      { score: 0, isRight: false },
    ]);
    expect(bins.filter(({ count }) => count > 0)).toEqual([
      { from: 0, count: 1, right: 0 },
      { from: 0.95, count: 2, right: 1 },
      { from: 0.97, count: 1, right: 1 },
      { from: 0.999, count: 1, right: 1 },
    ]);
  });

  it('loses no answer and invents none', () => {
    fc.assert(
      fc.property(answers, (given) => {
        const { bins } = measureReliability(given);
        expect(sum(bins.map(({ count }) => count))).toBe(given.length);
        expect(sum(bins.map(({ right }) => right))).toBe(given.filter((a) => a.isRight).length);
        for (const { count, right } of bins) expect(right).toBeLessThanOrEqual(count);
      }),
    );
  });
});

describe('chanceOfBeingRight', () => {
  const reliability = {
    bins: [
      { from: 0, count: 99, right: 10 },
      { from: 0.5, count: 99, right: 80 },
      { from: 0.9, count: 49, right: 20 },
      { from: 0.99, count: 999, right: 999 },
    ],
  };

  it('is what was measured, with one more wrong answer', () => {
    expect(chanceOfBeingRight(reliability, 0.2)).toBe(0.1);
    expect(chanceOfBeingRight(reliability, 0.99)).toBe(0.999);
    expect(chanceOfBeingRight(reliability, 1)).toBe(0.999);
  });

  it('pools neighbours of which the surer one was right less often', () => {
    expect(chanceOfBeingRight(reliability, 0.5)).toBe(100 / 150);
    expect(chanceOfBeingRight(reliability, 0.95)).toBe(100 / 150);
  });

  it('knows nothing below the first bin, of NaN and without any labelled answer', () => {
    const bins = [{ from: 0.5, count: 9, right: 9 }];
    expect(chanceOfBeingRight({ bins }, 0.4)).toBe(0);
    expect(chanceOfBeingRight({ bins }, Number.NaN)).toBe(0);
    expect(chanceOfBeingRight(measureReliability([]), 1)).toBe(0);
  });

  it('never falls as the score rises', () => {
    fc.assert(
      fc.property(anyReliability, score, score, (any, a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        expect(chanceOfBeingRight(any, low)).toBeLessThanOrEqual(chanceOfBeingRight(any, high));
      }),
    );
  });

  it('is never 1, and no more than the best share of any bin', () => {
    fc.assert(
      fc.property(anyReliability, score, (any, at) => {
        const shares = any.bins.map(({ count, right }) => (count === 0 ? 0 : right / count));
        expect(chanceOfBeingRight(any, at)).toBeLessThan(1);
        expect(chanceOfBeingRight(any, at)).toBeLessThanOrEqual(Math.max(...shares));
      }),
    );
  });

  it('is a little too low on the answers that it was measured on, never too high', () => {
    fc.assert(
      fc.property(answers, (given) => {
        const measured = measureReliability(given);
        const expected = sum(given.map((answer) => chanceOfBeingRight(measured, answer.score)));
        expect(expected).toBeLessThanOrEqual(given.filter((a) => a.isRight).length + 1e-9);
      }),
    );
  });
});
