import { NonFiniteOutputError } from './errors.ts';

/** One label with the model's probability for it. */
export interface Prediction {
  readonly index: number;
  readonly label: string;
  /** 0 to 1. */
  readonly score: number;
}

/**
 * The best labels of a model's output, best first; of equals the lower index. Logits become
 * probabilities by softmax; an output that already is a distribution stays as it is.
 *
 * @throws {@link NonFiniteOutputError} when the output holds NaN or an infinity
 */
export function topPredictions(
  output: ArrayLike<number>,
  labels: readonly string[],
  count = 5,
): Prediction[] {
  const values = Array.from(output);
  if (!values.every(Number.isFinite)) {
    throw new NonFiniteOutputError('the model answered with NaN or an infinity');
  }
  const scores = isDistribution(values) ? values : softmax(values);
  const value = (index: number) => values[index] ?? 0;
  return Array.from(values.keys())
    .sort((a, b) => value(b) - value(a) || a - b)
    .slice(0, count)
    .map((index) => ({
      index,
      label: labels[index] ?? String(index),
      score: scores[index] ?? 0,
    }));
}

function isDistribution(values: readonly number[]): boolean {
  const sum = values.reduce((total, value) => total + value, 0);
  return Math.abs(sum - 1) < 1e-3 && values.every((value) => value >= 0);
}

function softmax(logits: readonly number[]): number[] {
  const largest = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const powers = logits.map((logit) => Math.exp(logit - largest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}
