import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NonFiniteOutputError } from '../../../lib/inference/errors.ts';
import { topPredictions } from '../../../lib/inference/predictions.ts';

const labels = ['a', 'b', 'c', 'd', 'e', 'f'];

describe('topPredictions', () => {
  it('turns logits into probabilities, best first, five of them', () => {
    const logits = [0, Math.log(2), Math.log(4), 0, 0, Math.log(8)];
    const predictions = topPredictions(logits, labels);
    expect(predictions.map(({ label }) => label)).toEqual(['f', 'c', 'b', 'a', 'd']);
    expect(predictions[0]?.score).toBeCloseTo(8 / 17, 12);
    expect(predictions[0]?.index).toBe(5);
  });

  it('leaves an output alone that is a distribution already', () => {
    const predictions = topPredictions([0.7, 0.1, 0.2], labels);
    expect(predictions.map(({ score }) => score)).toEqual([0.7, 0.2, 0.1]);
  });

  it('survives logits that would overflow', () => {
    expect(topPredictions([1000, 0], labels)[0]?.score).toBe(1);
  });

  it.each([[Number.NaN], [Number.POSITIVE_INFINITY], [Number.NEGATIVE_INFINITY]])(
    'refuses %d',
    (value) => {
      expect(() => topPredictions([0, value], labels)).toThrow(NonFiniteOutputError);
    },
  );

  it('keeps the order of the outputs and scores between 0 and 1', () => {
    const finite = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), {
      minLength: 1,
      maxLength: 30,
    });
    fc.assert(
      fc.property(finite, (output) => {
        const predictions = topPredictions(output, labels);
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
