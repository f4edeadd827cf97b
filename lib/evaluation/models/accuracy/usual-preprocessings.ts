import type { Preprocessing } from '../../../core/preprocessing/preprocessing.ts';
import { type IntervalPct, pairedIntervalPct } from '../../../core/statistics/interval.ts';
import type { EvaluationRun } from './evaluate.ts';

/** A preprocessing that many models have, as a change of the one that a model is given. */
export interface UsualPreprocessing {
  /** How it differs, for messages. */
  readonly what: string;
  readonly preprocessing: Preprocessing;
}

type Values = Pick<Preprocessing, 'scale' | 'mean' | 'std'>;

const values: readonly [what: string, values: Values, color?: Preprocessing['color']][] = [
  ['pixels from 0 to 255', { scale: 1, mean: [0, 0, 0], std: [1, 1, 1] }],
  ['pixels from 0 to 1', { scale: 1 / 255, mean: [0, 0, 0], std: [1, 1, 1] }],
  ['pixels from -1 to 1', { scale: 1, mean: [127.5, 127.5, 127.5], std: [127.5, 127.5, 127.5] }],
  [
    'the mean and std of PyTorch’s transforms',
    { scale: 1 / 255, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
    'RGB',
  ],
  ['BGR and the mean of Caffe', { scale: 1, mean: [104, 117, 123], std: [1, 1, 1] }, 'BGR'],
];

/** The part of the shorter side that is usually cut out: 224 of 256. */
const usualMargin = 256 / 224;

/**
 * Preprocessings that a model may have been meant to have: those of the common frameworks, the other order
 * of colours, another margin around the crop.
 *
 * @param side - of the pixels that the model is given
 */
export function usualPreprocessings(given: Preprocessing, side: number): UsualPreprocessing[] {
  const isInteger = given.dtype === 'uint8' || given.dtype === 'int8';
  const candidates: UsualPreprocessing[] = [
    {
      what: 'the colours in the other order',
      preprocessing: { ...given, color: given.color === 'RGB' ? 'BGR' : 'RGB' },
    },
    ...(isInteger ? [] : values).map(([what, change, color = given.color]) => ({
      what,
      preprocessing: { ...given, ...change, color },
    })),
    {
      what: 'no margin around the crop',
      preprocessing: { ...given, resizeShorterSide: side },
    },
    {
      what: 'the usual margin around the crop',
      preprocessing: { ...given, resizeShorterSide: Math.round(usualMargin * side) },
    },
  ];
  const textOf = ({ color, scale, mean, std, resizeShorterSide = side }: Preprocessing) =>
    [
      color,
      resizeShorterSide,
      ...[scale, ...mean, ...std].map((value) => value.toPrecision(6)),
    ].join();
  return candidates.filter(({ preprocessing }) => textOf(preprocessing) !== textOf(given));
}

/**
 * By how many points one way of running a model is better than another on the same images, as far as those
 * images prove it.
 *
 * @returns the 95 % interval of the difference; undefined when there may be none
 */
export function provenGainPct(
  better: Pick<EvaluationRun, 'answers'>,
  than: Pick<EvaluationRun, 'answers'>,
): IntervalPct | undefined {
  const counts = { both: 0, onlyFirst: 0, onlySecond: 0, neither: 0 };
  better.answers.forEach((answer, i) => {
    const other = than.answers[i];
    if (!answer || !other) return;
    if (answer.isRight) counts[other.isRight ? 'both' : 'onlyFirst']++;
    else counts[other.isRight ? 'onlySecond' : 'neither']++;
  });
  const interval = pairedIntervalPct(counts);
  return interval[0] > 0 ? interval : undefined;
}
