import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  areSorted,
  contradictionOf,
  describeAnswers,
  faultOf,
  meaningOf,
} from '../../../../../lib/evaluation/models/meaning/judge.ts';
import { madeUpPictures } from '../../../../../lib/evaluation/models/meaning/pictures.ts';

function softmax(logits: readonly number[]): number[] {
  const powers = logits.map(Math.exp);
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

/** Logits of a few classes or many, for several pictures. */
const logits = fc
  .record({
    classes: fc.constantFrom(2, 3, 10, 100, 1000),
    seed: fc.integer(),
    gain: fc.constantFrom(1, 3, 8),
  })
  .map(({ classes, seed, gain }) =>
    Array.from({ length: 6 }, (_, picture) =>
      Array.from(
        { length: classes },
        (__, i) => gain * Math.sin((seed % 1000) + 1.7 * picture + 12.9 * i * (i + 1)),
      ),
    ),
  );

it('any number of labels can be judged and described', () => {
  const sigmoid = Array.from({ length: 10 }, (_, picture) =>
    Array.from({ length: 30_000 }, (__, i) => 0.5 + 0.49 * Math.sin(i * (picture + 1))),
  );
  expect(meaningOf(sigmoid)).toBeUndefined();
  expect(describeAnswers(sigmoid)).toMatch(/^each from 0\.01 to 0\.99, sums from/);
});

describe('meaningOf', () => {
  it('tells logits, and their softmax in any precision', () => {
    fc.assert(
      fc.property(logits, (answers) => {
        expect(meaningOf(answers)).toBe('logits');
        const probabilities = answers.map(softmax);
        expect(meaningOf(probabilities)).toBe('probabilities');
        expect(meaningOf(probabilities.map((row) => row.map(Math.fround)))).toBe('probabilities');
        expect(meaningOf(answers.map((row) => softmax(row).map(Math.log)))).toBe('logits');
      }),
      { numRuns: 50 },
    );
  });

  it('never takes a softmax of 8 bits for logits', () => {
    fc.assert(
      fc.property(logits, fc.constantFrom(1 / 255, 1 / 256), (answers, step) => {
        const rounded = answers.map((row) =>
          softmax(row).map((value) => Math.min(255, Math.round(value / step)) * step),
        );
        expect(meaningOf(rounded)).not.toBe('logits');
        expect(contradictionOf('probabilities', rounded)).toBeUndefined();
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    [
      'scores that add up to anything',
      [
        [0.2, 0.9, 0.4],
        [0.1, 0.2, 0.3],
      ],
    ],
    [
      'scores that add up to 1 for one picture only',
      [
        [0.2, 0.3, 0.5],
        [0.1, 0.2, 0.3],
      ],
    ],
    [
      'percent',
      [
        [20, 30, 50],
        [1, 2, 97],
      ],
    ],
    [
      '8 bits that add up to too much',
      [
        [128 / 256, 200 / 256, 3 / 256],
        [1 / 256, 9 / 256, 7 / 256],
      ],
    ],
    [
      'two values, which have no step',
      [
        [0, 0.5, 0],
        [0, 0, 0.5],
      ],
    ],
  ])('does not decide on %s', (_, answers) => {
    expect(meaningOf(answers)).toBeUndefined();
  });

  it('takes 8 bits of a thousand classes that add up to 0.7 for probabilities', () => {
    const answers = [50, 90, 120].map((best) =>
      Array.from({ length: 1000 }, (_, i) => (i === best ? best / 256 : i % 7 === 0 ? 1 / 256 : 0)),
    );
    expect(meaningOf(answers)).toBe('probabilities');
  });
});

describe('faultOf', () => {
  const pictures = madeUpPictures({ width: 4, height: 4 });
  const fault = (answers: number[][], repeats = answers.slice(0, 1)) =>
    faultOf({ pictures, answers, repeats });

  it('finds nothing wrong with answers that differ by picture and by nothing else', () => {
    expect(
      fault([
        [1, 2],
        [1, 2.1],
      ]),
    ).toBeUndefined();
    expect(
      fault(
        [
          [1, 2],
          [1, 2.1],
        ],
        [[1, 2.000001]],
      ),
    ).toBeUndefined();
  });

  it.each([
    [
      'NaN',
      [
        [1, 2],
        [Number.NaN, 1],
      ],
      undefined,
      /NaN .*soft patches of colour \(2\)/,
    ],
    [
      'another answer',
      [
        [1, 2],
        [2, 1],
      ],
      [[1, 2.2]],
      /differently each time/,
    ],
    [
      'the same answer',
      [
        [1, 2],
        [1, 2],
      ],
      undefined,
      /all 2 pictures .* alike/,
    ],
    [
      'nothing but 1',
      [
        [1, 1],
        [1, 1],
      ],
      undefined,
      /over the batch/,
    ],
  ])('finds %s', (_, answers, repeats, message) => {
    expect(fault(answers, repeats)).toMatch(message);
  });
});

describe('areSorted', () => {
  it('says whether all are in descending order, if there are enough', () => {
    expect(
      areSorted(
        [
          [3, 2, 2],
          [9, 1, 0],
        ],
        3,
      ),
    ).toBe(true);
    expect(
      areSorted(
        [
          [3, 2, 2],
          [1, 9, 0],
        ],
        3,
      ),
    ).toBe(false);
    expect(areSorted([[3, 2, 2]], 4)).toBe(false);
  });
});

describe('describeAnswers', () => {
  it('tells the range of the numbers and of their sums', () => {
    expect(
      describeAnswers([
        [0.12345, 2],
        [-1, 0],
      ]),
    ).toBe('each from -1 to 2, sums from -1 to 2.12');
  });
});

describe('madeUpPictures', () => {
  it('differ, and are the same each time', () => {
    const [first, second] = [0, 1].map(() => madeUpPictures({ width: 9, height: 5 }));
    expect(first).toEqual(second);
    const texts = (first ?? []).map(({ data }) => data.join());
    expect(new Set(texts).size).toBe(texts.length);
    for (const { data } of first ?? []) expect(data).toHaveLength(135);
  });
});
