import type { Prediction } from '../../../core/contract/messages.ts';
import { type IntervalPct, wilsonIntervalPct } from '../../../core/statistics/interval.ts';
import type { LabelledAnswer } from '../../../core/statistics/reliability.ts';
import type { Classifier } from '../../../service/inference/classifier.ts';
import { UndecodableImageError } from '../../../service/inference/errors.ts';
import type { LabelledImage } from './images.ts';

/** How accurate a model is on some images. */
export interface Evaluation {
  readonly model: string;
  /** Number of images that it classified. */
  readonly n: number;
  readonly top1Pct: number;
  readonly top5Pct: number;
  /** 95 % interval of top-1, in percent. */
  readonly ci95Pct: IntervalPct;
}

/** An evaluation, and what it rests on. */
export interface EvaluationRun {
  readonly evaluation: Evaluation;
  /** In the order of the images; undefined for those that cannot be decoded. */
  readonly answers: readonly (LabelledAnswer | undefined)[];
  /** Names of images that cannot be decoded; they count neither as right nor as wrong. */
  readonly undecodable: readonly string[];
}

/**
 * Classifies labelled images as the service does: the same decoding, preprocessing and scores.
 *
 * @param onImage - called after each image
 * @throws Error when the model gives no valid answer to an image; the message names both
 */
export async function evaluateModel(
  model: string,
  classifier: Pick<Classifier, 'classifyImage'>,
  images: readonly LabelledImage[],
  onImage: () => void = () => {},
): Promise<EvaluationRun> {
  const undecodable: string[] = [];
  const answers: (LabelledAnswer | undefined)[] = [];
  let [n, top1, top5] = [0, 0, 0];
  for (const image of images) {
    const answer = await answerTo(classifier, image, model);
    onImage();
    if (!answer) {
      undecodable.push(image.name);
      answers.push(undefined);
      continue;
    }
    n++;
    const [best] = answer;
    const isRight = best?.index === image.label;
    answers.push({ score: best?.score ?? 0, isRight });
    if (isRight) top1++;
    if (answer.some(({ index }) => index === image.label)) top5++;
  }
  const percent = (count: number) => round2(n === 0 ? 0 : (100 * count) / n);
  const [low, high] = wilsonIntervalPct(top1, n);
  const evaluation: Evaluation = {
    model,
    n,
    top1Pct: percent(top1),
    top5Pct: percent(top5),
    ci95Pct: [round2(low), round2(high)],
  };
  return { evaluation, answers, undecodable };
}

/** The top five labels; undefined for an image that cannot be decoded. */
async function answerTo(
  classifier: Pick<Classifier, 'classifyImage'>,
  { name, read }: LabelledImage,
  model: string,
): Promise<readonly Prediction[] | undefined> {
  const bytes = await read();
  try {
    return (await classifier.classifyImage(bytes)).predictions;
  } catch (error) {
    if (error instanceof UndecodableImageError) return undefined;
    throw new Error(`model "${model}", ${name}: ${(error as Error).message}`, { cause: error });
  }
}

/** Points outside the 95 % interval that may still be due to another choice of images. */
export const marginPct = 2;

/** Points between accuracy and mean score: networks are surer than right, but hardly by so much. */
const unlikelyGapPct = 30;

/**
 * The mean score of the best labels in percent, where it is so far from the accuracy that the scores are
 * hardly probabilities: those of probabilities taken for logits are nearly equal.
 */
export function unlikelyScorePct({
  answers,
  evaluation,
}: Pick<EvaluationRun, 'answers' | 'evaluation'>): number | undefined {
  const scores = answers.flatMap((answer) => (answer ? [answer.score] : []));
  if (scores.length === 0) return undefined;
  const meanPct = (100 * scores.reduce((sum, score) => sum + score, 0)) / scores.length;
  return Math.abs(meanPct - evaluation.top1Pct) > unlikelyGapPct ? round2(meanPct) : undefined;
}

/** In which direction a measured accuracy differs from the declared one by more than chance explains. */
export function compareWithDeclared(
  { ci95Pct: [low, high] }: Pick<Evaluation, 'ci95Pct'>,
  declaredPct: number,
): 'lower' | 'higher' | undefined {
  if (declaredPct > high + marginPct) return 'lower';
  return declaredPct < low - marginPct ? 'higher' : undefined;
}

function round2(value: number): number {
  return Math.round(100 * value) / 100;
}
