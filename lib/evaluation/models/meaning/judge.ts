import { extent, min, sum } from 'd3-array';
import type { OutputKind } from '../../../core/preprocessing/predictions.ts';
import type { Probed } from './probe.ts';

/** By how much a distribution in float16 may miss a sum of 1. */
const sumTolerance = 0.005;
/** Two answers are the same when no number differs by more than this part of the largest. */
const sameWithin = 1e-5;

/** What is wrong with a model's answers, whatever they mean; undefined when nothing is. */
export function faultOf({ pictures, answers, repeats }: Probed): string | undefined {
  const notFinite = answers.findIndex((answer) => !answer.every(Number.isFinite));
  if (notFinite >= 0) {
    return `it answers an ordinary image with NaN or an infinity: ${pictures[notFinite]?.name}`;
  }
  const changing = repeats.findIndex((repeat, i) => !areAlike(repeat, answers[i] ?? []));
  if (changing >= 0) {
    return 'it answers the same picture differently each time: it draws random numbers, as dropout does that was exported in training mode (model.eval() before the export)';
  }
  const [first = []] = answers;
  if (!answers.every((answer) => areAlike(answer, first))) return undefined;
  if (first.every((value) => Math.abs(value - 1) < sumTolerance)) {
    return 'it gives every label of every picture the score 1: its softmax is over the batch instead of the classes (axis 0 instead of 1)';
  }
  return `it answers all ${answers.length} pictures that it was tried on alike, though they differ: wrong preprocessing (scale, mean, std) can be the cause, or weights that are missing`;
}

/** Whether every answer is in descending order, as those of TopK are; of few labels that may be chance. */
export function areSorted(answers: Probed['answers'], leastLabels: number): boolean {
  return answers.every(
    (answer) =>
      answer.length >= leastLabels && answer.every((value, i) => value <= (answer[i - 1] ?? value)),
  );
}

/**
 * What a model's answers are, if that is certain: logits when some are no scores, probabilities when every
 * answer adds up to 1, or to less by no more than a quantised softmax loses.
 */
export function meaningOf(answers: Probed['answers']): OutputKind | undefined {
  if (!areScores(answers)) return isPercent(answers) ? undefined : 'logits';
  if (answers.every((answer) => Math.abs(sum(answer) - 1) <= sumTolerance)) return 'probabilities';
  const step = stepOf(answers);
  if (step === undefined) return undefined;
  const isRounded = answers.every((answer) => {
    const nonZero = answer.filter((value) => value > 0).length;
    const [less, more] = [(answer.length * step) / 2, (nonZero * step) / 2];
    const total = sum(answer);
    return total >= 1 - less - sumTolerance && total <= 1 + more + sumTolerance;
  });
  // With many labels anything is within the rounding: then the steps must be those of a softmax.
  const isTelling = (step * (answers[0]?.length ?? 0)) / 2 <= 0.5;
  return isRounded && (isTelling || isStepOfScores(step)) ? 'probabilities' : undefined;
}

/** Why a model's answers are not what they are said to be; undefined when they may be. */
export function contradictionOf(kind: OutputKind, answers: Probed['answers']): string | undefined {
  const found = meaningOf(answers);
  if (kind === 'logits') return found === 'probabilities' ? 'they are probabilities' : undefined;
  if (!areScores(answers)) return 'they are not all from 0 to 1';
  if (kind === 'sigmoid' || found === 'probabilities') return undefined;
  const isTooMuch = answers.some((answer) => sum(answer) > 1.1);
  return isTooMuch ? 'they add up to more than 1' : undefined;
}

/** What was found, for messages: "each from 0.1 to 0.98, sums from 1.3 to 3.1". */
export function describeAnswers(answers: Probed['answers']): string {
  const all = answers.flat();
  const sums = answers.map((answer) => sum(answer));
  return `each ${range(all)}, sums ${range(sums)}`;
}

function areScores(answers: Probed['answers']): boolean {
  return answers.every((answer) => answer.every((value) => value >= -1e-6 && value <= 1.001));
}

function isPercent(answers: Probed['answers']): boolean {
  return answers.every(
    (answer) => answer.every((value) => value >= 0) && Math.abs(sum(answer) - 100) < 1,
  );
}

/**
 * The step of which all numbers are multiples, as those of a quantised tensor are.
 *
 * @returns undefined when there is none, or too few numbers to tell
 */
function stepOf(answers: Probed['answers']): number | undefined {
  const values = [...new Set(answers.flat())].filter((value) => value > 0);
  if (values.length < 3) return undefined;
  const least = min(values) ?? 0;
  const candidates = [1, 2, 3, 4].map((parts) => least / parts);
  const isMultiple = (value: number, step: number) =>
    Math.abs(value / step - Math.round(value / step)) < 0.01;
  return candidates.find(
    (step) => step > 1 / 4096 && values.every((value) => isMultiple(value, step)),
  );
}

/** What 8 bits from 0 to 1 have. */
function isStepOfScores(step: number): boolean {
  return [1 / 256, 1 / 255].some((usual) => Math.abs(step / usual - 1) < 0.001);
}

function areAlike(a: readonly number[], b: readonly number[]): boolean {
  const largest = [...a, ...b].reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return a.every((value, i) => Math.abs(value - (b[i] ?? 0)) <= sameWithin * largest);
}

function range(values: readonly number[]): string {
  const [low = 0, high = 0] = extent(values);
  const short = (value: number) => Number(value.toPrecision(3));
  return `from ${short(low)} to ${short(high)}`;
}
