import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { fullPreprocessing } from '../../lib/core/preprocessing/preprocessing.ts';
import {
  type Evaluation,
  type EvaluationRun,
  evaluateModel,
  marginPct,
  unlikelyScorePct,
} from '../../lib/evaluation/models/accuracy/evaluate.ts';
import type { LabelledImage } from '../../lib/evaluation/models/accuracy/images.ts';
import {
  provenGainPct,
  usualPreprocessings,
} from '../../lib/evaluation/models/accuracy/usual-preprocessings.ts';
import type { ListedModel } from '../../lib/service/catalogue/schema.ts';
import { Classifier } from '../../lib/service/inference/classifier.ts';
import { type ChosenModels, note } from './choose.ts';

/** Points of half an interval from which on it is worth saying how little the images show. */
const fewImagesPct = 5;

/** Loads a model to be measured; an error names it. */
export async function loadClassifier(
  { directory, catalogue }: Pick<ChosenModels, 'directory' | 'catalogue'>,
  model: ListedModel,
): Promise<Classifier> {
  const path = join(directory, model.file);
  const threads = availableParallelism();
  return await Classifier.load({ path, catalogue, model, threads }).catch((error: Error) => {
    throw new Error(`model "${model.name}": ${error.message}`);
  });
}

/** What these images cannot show, however well a model does on them. */
export function noteWhatImagesShow(
  images: readonly LabelledImage[],
  evaluations: readonly Evaluation[],
): void {
  if (images.every(({ name }) => /^\d+_/.test(basename(name)))) {
    note(
      'these images name their class by its index: whether the labels are in the order of the outputs they cannot show, as sub-folders named by label can.',
    );
  }
  const widest = Math.max(...evaluations.map(({ top1Pct, ci95Pct: [low] }) => top1Pct - low));
  if (widest <= fewImagesPct) return;
  note(
    `${evaluations[0]?.n} images show an accuracy to within ${widest.toFixed(0)} points: one that is lower by up to ${(widest + marginPct).toFixed(0)} passes for the declared one.`,
  );
}

/** Notes which models have scores that are hardly probabilities. */
export function noteUnlikelyScores(runs: readonly EvaluationRun[]): void {
  for (const run of runs) {
    const scorePct = unlikelyScorePct(run);
    if (scorePct === undefined) continue;
    const { model, top1Pct } = run.evaluation;
    note(
      `${model} is right in ${top1Pct} %, but its best scores are ${scorePct} % on average: its output may be something else than its entry says (field output).`,
    );
  }
}

/** Notes which models do better on the same images with another usual preprocessing. */
export async function noteBetterPreprocessings(
  choice: ChosenModels,
  images: readonly LabelledImage[],
  runs: readonly EvaluationRun[],
): Promise<void> {
  for (const model of choice.models) {
    const as = runs.find(({ evaluation }) => evaluation.model === model.name);
    const given = fullPreprocessing(model.preprocessing, choice.catalogue.input);
    const { width, height } = (await loadClassifier(choice, model)).crop;
    for (const { what, preprocessing } of usualPreprocessings(given, Math.min(width, height))) {
      const classifier = await loadClassifier(choice, { ...model, preprocessing });
      const run = await evaluateModel(model.name, classifier, images);
      if (!as || !provenGainPct(run, as)) continue;
      note(
        `${model.name} with ${what} is right in ${run.evaluation.top1Pct} % of the same images instead of ${as.evaluation.top1Pct} %: its preprocessing may be wrong.`,
      );
    }
  }
}
