import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outputKind, topPredictions } from '../../../../lib/core/preprocessing/predictions.ts';
import { NonFiniteOutputError } from '../../../../lib/service/inference/errors.ts';

const labels = ['a', 'b', 'c', 'd', 'e', 'f'];

describe('topPredictions', () => {
  it('turns logits into probabilities, best first, five of them', () => {
    const logits = [0, Math.log(2), Math.log(4), 0, 0, Math.log(8)];
    const predictions = topPredictions(logits, labels, 'logits');
    expect(predictions.map(({ label }) => label)).toEqual(['f', 'c', 'b', 'a', 'd']);
    expect(predictions[0]?.score).toBeCloseTo(8 / 17, 12);
    expect(predictions[0]?.index).toBe(5);
  });

  it('leaves probabilities alone', () => {
    const predictions = topPredictions([0.7, 0.1, 0.2], labels, 'probabilities');
    expect(predictions.map(({ score }) => score)).toEqual([0.7, 0.2, 0.1]);
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
    [[Number.NaN, 0, 1], 'logits'],
  ])('%j', (output, kind) => {
    expect(outputKind(output)).toBe(kind);
  });

  it('keeps the scores of a quantised model within 0 and 1', () => {
    expect(topPredictions([1.004, 0], labels, 'probabilities')[0]?.score).toBe(1);
  });
});
