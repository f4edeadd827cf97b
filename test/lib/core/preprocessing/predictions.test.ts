import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NonFiniteOutputError } from '../../../../lib/core/preprocessing/errors.ts';
import {
  labelScores,
  outputKind,
  scoresOf,
  topPredictions,
} from '../../../../lib/core/preprocessing/predictions.ts';

const labels = ['a', 'b', 'c', 'd', 'e', 'f'];

describe('scoresOf', () => {
  it('gives the score of every label in their order', () => {
    expect(scoresOf([0, Math.log(3)], 'logits')).toEqual([0.25, expect.closeTo(0.75, 12)]);
    expect(scoresOf([-0.001, 0.4, 1.001], 'sigmoid')).toEqual([0, 0.4, 1]);
    expect(() => scoresOf([0, Number.NaN], 'logits')).toThrow(NonFiniteOutputError);
  });
});

describe('topPredictions', () => {
  it('turns logits into probabilities, best first, five of them', () => {
    const logits = [0, Math.log(2), Math.log(4), 0, 0, Math.log(8)];
    const predictions = topPredictions(logits, labels, 'logits');
    expect(predictions.map(({ label }) => label)).toEqual(['f', 'c', 'b', 'a', 'd']);
    expect(predictions[0]?.score).toBeCloseTo(8 / 17, 12);
    expect(predictions[0]?.index).toBe(5);
  });

  it('gives ties to the lower index', () => {
    const indexes = (output: number[]) =>
      topPredictions(output, labels, 'logits').map(({ index }) => index);
    expect(indexes([1, 3, 3, 1, 3, 1])).toEqual([1, 2, 4, 0, 3]);
    expect(indexes([0, 0, 0, 0, 0, 0])).toEqual([0, 1, 2, 3, 4]);
  });

  it('names a class without a label by its index', () => {
    expect(topPredictions([0, 1], ['a'], 'logits')[0]?.label).toBe('1');
  });

  it('leaves probabilities alone', () => {
    const predictions = topPredictions([0.7, 0.1, 0.2], labels, 'probabilities');
    expect(predictions.map(({ score }) => score)).toEqual([0.7, 0.2, 0.1]);
  });

  it('leaves the scores of a sigmoid alone', () => {
    const predictions = topPredictions([0.7, 0.1, 0.9], labels, 'sigmoid');
    expect(predictions.map(({ score }) => score)).toEqual([0.9, 0.7, 0.1]);
  });

  it('survives logits that would overflow', () => {
    expect(topPredictions([1000, 0], labels, 'logits')[0]?.score).toBe(1);
  });

  it.each([[Number.NaN], [Number.POSITIVE_INFINITY], [Number.NEGATIVE_INFINITY]])(
    'refuses %d',
    (value) => {
      expect(() => topPredictions([0, value], labels, 'logits')).toThrow(NonFiniteOutputError);
    },
  );

  it('keeps the order of the outputs and scores between 0 and 1', () => {
    const finite = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), {
      minLength: 1,
      maxLength: 30,
    });
    fc.assert(
      fc.property(finite, (output) => {
        const predictions = topPredictions(output, labels, outputKind(output));
        const values = predictions.map(({ index }) => output[index] ?? Number.NaN);
        expect(values).toEqual([...values].sort((a, b) => b - a));
        for (const { score } of predictions) {
          expect(score).toBeGreaterThanOrEqual(0);
          expect(score).toBeLessThanOrEqual(1);
        }
      }),
    );
  });
});

describe('labelScores', () => {
  it('are the output itself without a background class', () => {
    const output = [1, 2];
    expect(labelScores(output, { kind: 'logits' })).toBe(output);
  });

  it('leave out the background, first or last', () => {
    const output = Float32Array.of(7, 1, 2);
    expect(labelScores(output, { kind: 'logits', backgroundClass: 'first' })).toEqual([1, 2]);
    expect(labelScores(output, { kind: 'logits', backgroundClass: 'last' })).toEqual([7, 1]);
    expect(labelScores([0.5, 0.9], { kind: 'sigmoid', backgroundClass: 'first' })).toEqual([0.9]);
  });

  it('of probabilities are what a softmax without the background gives', () => {
    const logits = [2, 1, 0, -1];
    const [total, ...powers] = [0, ...logits.map(Math.exp)].map((_, i, all) =>
      i === 0 ? all.reduce((sum, power) => sum + power) : (all[i] ?? 0),
    );
    const probabilities = powers.map((power) => power / (total ?? 1));
    const where = { backgroundClass: 'first' } as const;
    const kept = labelScores(probabilities, { kind: 'probabilities', ...where });
    const expected = topPredictions(
      labelScores(logits, { kind: 'logits', ...where }),
      labels,
      'logits',
    );
    const given = topPredictions(kept, labels, 'probabilities');
    expect(given.map(({ index }) => index)).toEqual(expected.map(({ index }) => index));
    given.forEach(({ score }, i) => {
      expect(score).toBeCloseTo(expected[i]?.score ?? 2, 12);
    });
  });

  it('stay 0 when the background is certain', () => {
    const reading = { kind: 'probabilities', backgroundClass: 'first' } as const;
    expect(labelScores([1, 0, 0], reading)).toEqual([0, 0]);
    expect(labelScores([], reading)).toEqual([]);
  });
});

describe('outputKind', () => {
  it.each([
    [[0.7, 0.1, 0.2], 'probabilities'],
    [[0, 0, 1], 'probabilities'],
    // A quantised softmax: every one of a thousand classes is rounded.
    [[0.949, ...Array.from({ length: 999 }, () => 0)], 'probabilities'],
    [[0.585, 0.267, 0.195], 'logits'],
    [[7, 1, 2], 'logits'],
    [[0.7, -0.1, 0.4], 'logits'],
    [[0.1, 0.1, 0.1], 'logits'],
    // The tolerance grows with the number of classes: 0.001 + count / 510, at most 0.1.
    [[0.503, 0.5], 'probabilities'],
    [[0.506, 0.5], 'logits'],
    [[0.97, ...Array.from({ length: 15 }, () => 0)], 'probabilities'],
    [[0.96, ...Array.from({ length: 15 }, () => 0)], 'logits'],
    [[0.89, ...Array.from({ length: 999 }, () => 0)], 'logits'],
    [[Number.NaN, 0, 1], 'logits'],
  ])('%j', (output, kind) => {
    expect(outputKind(output)).toBe(kind);
  });

  it('keeps the scores of a quantised model within 0 and 1', () => {
    expect(topPredictions([1.004, 0], labels, 'probabilities')[0]?.score).toBe(1);
  });
});
