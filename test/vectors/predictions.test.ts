import { describe, expect, it } from 'vitest';
import {
  labelScores,
  type OutputKind,
  type OutputReading,
  outputKind,
  topPredictions,
} from '../../lib/core/preprocessing/predictions.ts';
import { vectors } from './vectors.ts';

const { outputs, backgrounds, kinds } = vectors<{
  outputs: {
    name: string;
    kind: OutputKind;
    labels: string[];
    output: number[];
    predictions: { index: number; label: string; score: number }[];
  }[];
  backgrounds: (OutputReading & { name: string; output: number[]; scores: number[] })[];
  kinds: { name: string; output: number[]; kind: OutputKind }[];
}>('predictions');

describe('the best labels', () => {
  it.each(outputs)('$name', ({ output, labels, kind, predictions }) => {
    const expected = predictions.map(({ score, ...label }) => ({
      ...label,
      score: expect.closeTo(score, 9),
    }));
    expect(topPredictions(output, labels, kind)).toEqual(expected);
  });
});

describe('scores without a background class', () => {
  it.each(backgrounds)('$name', ({ output, scores, ...reading }) => {
    expect(labelScores(output, reading)).toEqual(scores);
  });
});

describe('what a model outputs', () => {
  it.each(kinds)('$name', ({ output, kind }) => {
    expect(outputKind(output)).toBe(kind);
  });
});
