import cliProgress from 'cli-progress';
import { reliabilityOf, rightAlongside } from '../../lib/evaluation/models/accuracy/certainty.ts';
import {
  compareWithDeclared,
  type Evaluation,
  type EvaluationRun,
  evaluateModel,
} from '../../lib/evaluation/models/accuracy/evaluate.ts';
import {
  generatedImages,
  heldOutSeed,
} from '../../lib/evaluation/models/accuracy/generated-images.ts';
import {
  findImages,
  type LabelledImage,
  someOf,
} from '../../lib/evaluation/models/accuracy/images.ts';
import { editCatalogue } from '../../lib/evaluation/models/edit/edit-catalogue.ts';
import type { CatalogueListing } from '../../lib/service/catalogue/schema.ts';
import { plainTable, shortPath } from '../shared/output.ts';
import {
  type AskedModels,
  type ChosenModels,
  chooseFetched,
  note,
  noteDominated,
  noteUndecodable,
} from './choose.ts';
import {
  loadClassifier,
  noteBetterPreprocessings,
  noteUnlikelyScores,
  noteWhatImagesShow,
} from './doubts.ts';
import { evaluateUploads } from './uploads.ts';

/** Options of `mdi models evaluate`. */
export interface EvaluateOptions {
  readonly catalogue?: string;
  readonly images: string;
  readonly count?: number;
  readonly seed?: number;
  readonly side?: number;
  readonly preprocessings?: true;
  readonly uploads?: true;
  readonly figure?: string;
  readonly write?: true;
  readonly strict?: true;
  readonly json?: true;
}

const defaultGenerated = 1000;

/** `mdi models evaluate`: the accuracy of a catalogue's models. */
export async function evaluate(chosen: AskedModels, options: EvaluateOptions): Promise<void> {
  if (options.figure !== undefined && !options.uploads) {
    throw new Error('--figure draws what --uploads measures: give both');
  }
  const choice = chooseFetched(chosen);
  const images = imagesOf(choice.catalogue, options);
  if (options.uploads) return evaluateUploads(choice, images, options);
  const runs = await evaluateAll(choice, images);
  const evaluations = runs.map(({ evaluation }) => evaluation);
  if (options.json) console.log(JSON.stringify(evaluations, null, 2));
  else console.log(describe(choice, evaluations));

  noteUndecodable(runs[0]?.undecodable);
  noteWhatImagesShow(images, evaluations);
  const far = noteFar(choice, evaluations);
  noteUnlikelyScores(runs);
  if (options.preprocessings) await noteBetterPreprocessings(choice, images, runs);
  noteDominated(
    choice.models.map(({ name, reference }) => ({
      name,
      meanMs: reference?.meanMs,
      accuracyPct: evaluations.find(({ model }) => model === name)?.top1Pct,
    })),
  );
  if (options.write) await write(choice, runs, options);
  if (options.strict && far.length > 0) {
    throw new Error(`measured far from what is declared: ${far.join(', ')}`);
  }
}

function imagesOf(
  catalogue: CatalogueListing,
  { images, seed = heldOutSeed, count, side }: EvaluateOptions,
): LabelledImage[] {
  if (images === 'generated') {
    return generatedImages(catalogue, { seed, count: count ?? defaultGenerated, side });
  }
  const found = findImages(images, catalogue.labels);
  return count === undefined ? found : someOf(found, count);
}

async function evaluateAll(
  { directory, catalogue, models }: ChosenModels,
  images: readonly LabelledImage[],
): Promise<EvaluationRun[]> {
  const bar = new cliProgress.SingleBar({
    format: '{bar} {percentage} % | {model} | {eta_formatted} left',
    clearOnComplete: true,
    stream: process.stderr,
  });
  bar.start(models.length * images.length, 0, { model: '' });
  try {
    const runs: EvaluationRun[] = [];
    // One model at a time: all of them together may not fit into memory.
    for (const model of models) {
      bar.update({ model: model.name });
      const classifier = await loadClassifier({ directory, catalogue }, model);
      runs.push(await evaluateModel(model.name, classifier, images, () => bar.increment()));
    }
    return runs;
  } finally {
    bar.stop();
  }
}

function describe({ models }: ChosenModels, evaluations: readonly Evaluation[]): string {
  const head = ['model', 'images', 'top-1 %', '95 % interval', 'top-5 %', 'declared %'];
  const table = plainTable(head, { compact: true });
  for (const { model, n, top1Pct, top5Pct, ci95Pct } of evaluations) {
    const declared = models.find(({ name }) => name === model)?.accuracyPct;
    table.push([
      model,
      n,
      top1Pct.toFixed(2),
      ci95Pct.map((bound) => bound.toFixed(1)).join(' - '),
      top5Pct.toFixed(2),
      declared?.toFixed(2) ?? 'unknown',
    ]);
  }
  return table.toString();
}

/** @returns the names of the models whose accuracy is far from the declared one */
function noteFar({ models }: ChosenModels, evaluations: readonly Evaluation[]): string[] {
  return models.flatMap(({ name, accuracyPct }) => {
    const evaluation = evaluations.find(({ model }) => model === name);
    if (!evaluation || accuracyPct === undefined) return [];
    const verdict = compareWithDeclared(evaluation, accuracyPct);
    if (!verdict) return [];
    const why =
      verdict === 'lower'
        ? 'wrong preprocessing (--preprocessings tries others), another order of labels or a wrong file can be the cause, or harder images'
        : 'easier images can be the cause, or ones that it was trained on';
    note(
      `${name} is right in ${evaluation.top1Pct} %, far ${verdict} than the declared ${accuracyPct} %: ${why}.`,
    );
    return [name];
  });
}

async function write(
  { directory }: ChosenModels,
  runs: readonly EvaluationRun[],
  { images }: EvaluateOptions,
): Promise<void> {
  const from = images === 'generated' ? images : shortPath(images);
  await editCatalogue(directory, ({ models, onDevice }) => {
    const device = runs.find(({ evaluation }) => evaluation.model === onDevice);
    for (const { evaluation, answers } of runs) {
      const { model, n, top1Pct, ci95Pct } = evaluation;
      const entry = models.find(({ name }) => name === model);
      if (!entry || n === 0) continue;
      entry.accuracyPct = top1Pct;
      entry.accuracySource = `${n} images, 95 % interval ${ci95Pct.join(' to ')}; mdi models evaluate --images ${from}`;
      entry.reliability = reliabilityOf(answers);
      if (device) entry.rightAlongsideDevice = rightAlongside(device.answers, answers);
    }
  });
  note(
    `wrote the measured accuracies and reliabilities to ${shortPath(directory)}/catalogue.json.`,
  );
}
