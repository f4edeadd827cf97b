import {
  type LabelledAnswer,
  measureReliability,
  type Reliability,
} from '../../../core/statistics/reliability.ts';

/** The answers of a model to labelled images; undefined for images that were left out. */
export type Answers = readonly (LabelledAnswer | undefined)[];

/** How often a model was right, by how sure it was. */
export function reliabilityOf(answers: Answers): Reliability {
  return measureReliability(answers.filter((answer) => answer !== undefined));
}

/**
 * How many answers of another model were right in each bin of a model's reliability: pictures of which a
 * device is sure are easy for the other models, too.
 */
export function rightAlongside(device: Answers, other: Answers): number[] {
  const pairs = device.map((answer, i) => {
    const beside = other[i];
    return answer && beside && { score: answer.score, isRight: beside.isRight };
  });
  return reliabilityOf(pairs).bins.map(({ right }) => right);
}
