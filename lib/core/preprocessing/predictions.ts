import type { Prediction } from '../contract/messages.ts';
import { NonFiniteOutputError } from './errors.ts';

/**
 * What a model outputs: logits, which become scores by softmax; probabilities, which add up to 1; or scores
 * of labels that do not exclude each other, each from 0 to 1 (a sigmoid). The last two are scores already.
 */
export type OutputKind = 'logits' | 'probabilities' | 'sigmoid';

/** How the scores of labels are read off a model's output. */
export interface OutputReading {
  readonly kind: OutputKind;
  /** Where the score of a class lies that is no label ("background"): the first or the last one. */
  readonly backgroundClass?: 'first' | 'last' | undefined;
}

/**
 * How far the sum of probabilities may be from 1: a quantised model rounds each to a multiple of
 * 1/255. The tolerance is tighter for fewer labels, since a few logits may well add up to about 1.
 */
function sumTolerance(count: number): number {
  return Math.min(0.1, 0.001 + count / 510);
}

/** What a model outputs, judged by one output: logits unless it is a distribution. */
export function outputKind(output: ArrayLike<number>): OutputKind {
  const values = Array.from(output);
  const sum = values.reduce((total, value) => total + value, 0);
  const isDistribution =
    Math.abs(sum - 1) < sumTolerance(values.length) && values.every((value) => value >= 0);
  return isDistribution ? 'probabilities' : 'logits';
}

/**
 * A model's output without its background class. An answer is one of the labels: what is left of
 * probabilities adds up to 1 again, as the softmax of the remaining logits does.
 */
export function labelScores(
  output: ArrayLike<number>,
  { kind, backgroundClass }: OutputReading,
): ArrayLike<number> {
  if (backgroundClass === undefined) return output;
  const values = Array.from(output);
  const [background = 0] = values.splice(backgroundClass === 'first' ? 0 : -1, 1);
  if (kind !== 'probabilities' || background >= 1) return values;
  return values.map((value) => value / (1 - background));
}

/**
 * The score of every label, 0 to 1, in their order. Logits become probabilities by softmax; scores stay as they are.
 *
 * @throws {@link NonFiniteOutputError} when the output contains NaN or infinity
 */
export function scoresOf(output: ArrayLike<number>, kind: OutputKind): number[] {
  const values = finite(output);
  return values.map(scoreBy(kind, values));
}

/**
 * The best labels of a model's output, best first; ties go to the lower index.
 *
 * @throws {@link NonFiniteOutputError} when the output contains NaN or infinity
 */
export function topPredictions(
  output: ArrayLike<number>,
  labels: readonly string[],
  kind: OutputKind,
  count = 5,
): Prediction[] {
  const values = finite(output);
  const score = scoreBy(kind, values);
  return Array.from(values.entries())
    .sort(([a, valueOfA], [b, valueOfB]) => valueOfB - valueOfA || a - b)
    .slice(0, count)
    .map(([index, value]) => ({
      index,
      label: labels[index] ?? String(index),
      score: score(value),
    }));
}

function finite(output: ArrayLike<number>): number[] {
  const values = Array.from(output);
  if (values.every(Number.isFinite)) return values;
  throw new NonFiniteOutputError('the model answered with NaN or an infinity');
}

function scoreBy(kind: OutputKind, values: readonly number[]): (value: number) => number {
  const scoreOf = kind === 'logits' ? softmaxOver(values) : (value: number) => value;
  return (value) => Math.min(1, Math.max(0, scoreOf(value)));
}

function softmaxOver(logits: readonly number[]): (logit: number) => number {
  const largest = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const total = logits.reduce((sum, logit) => sum + Math.exp(logit - largest), 0);
  return (logit) => Math.exp(logit - largest) / total;
}
