/**
 * How far a model's best score is from its chance of being right, on held-out images of the catalogue
 * `shapes`: the expected calibration error (Naeini, Cooper, Hauskrecht, AAAI 2015), and how often the
 * model is right where it is sure.
 */
import { plainTable } from '../bin/shared/output.ts';
import {
  generatedImages,
  heldOutSeed,
} from '../lib/evaluation/models/accuracy/generated-images.ts';
import { resolveCatalogue } from '../lib/infra/package-files.ts';
import { readServedCatalogue } from '../lib/service/catalogue/load.ts';
import { Classifier } from '../lib/service/inference/classifier.ts';

interface Best {
  readonly score: number;
  readonly isRight: boolean;
}

const count = Number(process.argv[2] ?? 2_000);
const sureScore = 0.95;
const bins = 15;

const directory = resolveCatalogue('shapes');
const catalogue = readServedCatalogue(directory);
const images = generatedImages(catalogue, { seed: heldOutSeed, count });
const table = plainTable(
  [
    'model',
    'right %',
    'mean score %',
    'calibration error, points',
    `right % where the score is at least ${100 * sureScore} % (share %)`,
  ],
  { compact: true },
);
for (const model of catalogue.models) {
  const best = await classifyAll(model);
  const sure = best.filter(({ score }) => score >= sureScore);
  table.push([
    model.name,
    percent(shareRight(best)),
    percent(meanScore(best)),
    percent(calibrationError(best)),
    `${percent(shareRight(sure))} (${percent(sure.length / best.length)})`,
  ]);
}
console.log(table.toString());

async function classifyAll(model: (typeof catalogue.models)[number]): Promise<Best[]> {
  const path = `${directory}/${model.file}`;
  const classifier = await Classifier.load({ path, catalogue, model });
  const best: Best[] = [];
  for (const { read, label } of images) {
    const [first] = (await classifier.classifyImage(await read())).predictions;
    if (first) best.push({ score: first.score, isRight: first.index === label });
  }
  return best;
}

/** Mean distance between score and share of right answers, over bins of the score. */
function calibrationError(all: readonly Best[]): number {
  const byBin = Map.groupBy(all, ({ score }) => Math.min(bins - 1, Math.floor(score * bins)));
  const weighted = [...byBin.values()].map(
    (bin) => bin.length * Math.abs(meanScore(bin) - shareRight(bin)),
  );
  return weighted.reduce((sum, value) => sum + value, 0) / all.length;
}

function meanScore(all: readonly Best[]): number {
  return all.reduce((sum, { score }) => sum + score, 0) / all.length;
}

function shareRight(all: readonly Best[]): number {
  return all.filter(({ isRight }) => isRight).length / all.length;
}

function percent(share: number): string {
  return (100 * share).toFixed(1);
}
