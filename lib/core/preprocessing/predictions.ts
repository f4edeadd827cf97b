import type { Prediction } from '../contract/messages.ts';
import { NonFiniteOutputError } from './errors.ts';

/** What a model outputs: logits, or probabilities. */
export type OutputKind = 'logits' | 'probabilities';

/**
 * How far the sum of probabilities may be from 1: a quantised model rounds each to a multiple of
 * 1/255. The tolerance is tighter for fewer labels, since a few logits may well add up to about 1.
 */
function sumTolerance(count: number): number {
  return Math.min(0.1, 0.001 + count / 510);
}

/** What a model outputs, judged by one output. */
export function outputKind(output: ArrayLike<number>): OutputKind {
  const values = Array.from(output);
  const sum = values.reduce((total, value) => total + value, 0);
  const isDistribution =
    Math.abs(sum - 1) < sumTolerance(values.length) && values.every((value) => value >= 0);
  return isDistribution ? 'probabilities' : 'logits';
}

/**
 * The best labels of a model's output, best first; ties go to the lower index. Logits become
 * probabilities by softmax; probabilities stay as they are.
 *
 * @throws {@link NonFiniteOutputError} when the output contains NaN or infinity
 */
export function topPredictions(
  output: ArrayLike<number>,
  labels: readonly string[],
  kind: OutputKind,
  count = 5,
): Prediction[] {
  const values = Array.from(output);
  if (!values.every(Number.isFinite)) {
    throw new NonFiniteOutputError('the model answered with NaN or an infinity');
  }
  const scoreOf = kind === 'probabilities' ? (value: number) => value : softmaxOver(values);
  return Array.from(values.entries())
    .sort(([a, valueOfA], [b, valueOfB]) => valueOfB - valueOfA || a - b)
    .slice(0, count)
    .map(([index, value]) => ({
      index,
      label: labels[index] ?? String(index),
      score: Math.min(1, Math.max(0, scoreOf(value))),
    }));
}

function softmaxOver(logits: readonly number[]): (logit: number) => number {
  const largest = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const total = logits.reduce((sum, logit) => sum + Math.exp(logit - largest), 0);
  return (logit) => Math.exp(logit - largest) / total;
}
