import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import cliProgress from 'cli-progress';
import type { CropSize } from '../../lib/core/preprocessing/crop.ts';
import { viewOf } from '../../lib/core/preprocessing/view.ts';
import type { UploadRung } from '../../lib/core/upload/rung.ts';
import { renderSvg } from '../../lib/evaluation/figures/render.ts';
import { heldOutSeed } from '../../lib/evaluation/models/accuracy/generated-images.ts';
import type { FoundImages, LabelledImage } from '../../lib/evaluation/models/accuracy/images.ts';
import { editCatalogue } from '../../lib/evaluation/models/edit/edit-catalogue.ts';
import { candidateEncodings } from '../../lib/evaluation/models/uploads/candidates.ts';
import { uploadsFigure } from '../../lib/evaluation/models/uploads/figure.ts';
import { keptRungs } from '../../lib/evaluation/models/uploads/keep.ts';
import {
  type AskedModel,
  measureUploads,
  type UploadMeasurement,
} from '../../lib/evaluation/models/uploads/measure.ts';
import { isFetched } from '../../lib/service/catalogue/load.ts';
import { Classifier } from '../../lib/service/inference/classifier.ts';
import { noteLeftOut } from '../shared/left-out.ts';
import { note, plainTable, shortPath } from '../shared/output.ts';
import type { ChosenModels } from './choose.ts';

interface UploadsOptions {
  readonly images: string;
  readonly seed?: number;
  readonly side?: number;
  readonly figure?: string;
  readonly write?: true;
  readonly json?: true;
}

/** `mdi models evaluate --uploads`: what the pictures can be sent as, and what each model loses by it. */
export async function evaluateUploads(
  choice: ChosenModels,
  { images, leftOut }: FoundImages,
  options: UploadsOptions,
): Promise<void> {
  const { directory, catalogue, models } = choice;
  // As served: the view is that of all models, whichever of them are measured.
  const served = catalogue.models.filter((model) => !model.urls || isFetched(directory, model));
  if (options.write && models.length < served.length) {
    throw new Error('--uploads --write is for all models: a rung needs what each of them loses');
  }
  const view = viewOf(served, catalogue.input);
  const measured = await measure(choice, images, view);
  noteLeftOut([...leftOut, ...measured.leftOut]);
  if (measured.n === 0) throw new Error('none of the images can be decoded');

  const rungs = keptRungs(measured.rungs);
  const uploads = { source: sourceOf(choice, measured, options), rungs };
  if (options.json) {
    const { n } = measured;
    console.log(JSON.stringify({ n, view, rungs: measured.rungs, uploads }, null, 2));
  } else {
    console.log(describe(measured, rungs));
  }
  if (options.figure !== undefined) {
    const names = new Set(rungs.map(({ name }) => name));
    const drawn = measured.rungs.filter(({ name }) => names.has(name));
    writeFileSync(options.figure, await renderSvg(uploadsFigure(drawn)('wide')));
  }
  if (options.write) {
    await editCatalogue(directory, (file) => {
      file.uploads = uploads;
    });
    note(`wrote ${rungs.length} rungs to ${shortPath(directory)}/catalogue.json.`);
  }
}

async function measure(
  { directory, catalogue, models }: ChosenModels,
  images: readonly LabelledImage[],
  view: CropSize | undefined,
): Promise<UploadMeasurement> {
  const loaded: AskedModel[] = [];
  for (const model of models) {
    const path = join(directory, model.file);
    const threads = availableParallelism();
    const classifier = await Classifier.load({ path, catalogue, model, threads }).catch(
      (error: Error) => {
        throw new Error(`model "${model.name}": ${error.message}`);
      },
    );
    loaded.push({ name: model.name, classifier });
  }
  const bar = new cliProgress.SingleBar({
    format: '{bar} {percentage} % | {value} of {total} images | {eta_formatted} left',
    clearOnComplete: true,
    stream: process.stderr,
  });
  bar.start(images.length, 0);
  const encodings = candidateEncodings(view);
  return measureUploads(loaded, images, { encodings, view }, () => bar.increment()).finally(() =>
    bar.stop(),
  );
}

function describe({ n, rungs }: UploadMeasurement, kept: readonly UploadRung[]): string {
  const names = rungs[0]?.models.map(({ model }) => model) ?? [];
  const head = ['rung', '', 'KB', 'deviation', ...names];
  const table = plainTable(head, { textColumns: 2, compact: true });
  for (const { name, encoding, meanBytes, stdBytes, models } of rungs) {
    table.push([
      ...[name, kept.some((rung) => rung.name === name) ? 'kept' : ''],
      ...[meanBytes, stdBytes].map((bytes) => (bytes / 1000).toFixed(1)),
      ...models.map(({ top1Pct, lossPct, ci95Pct: [low, high] }) =>
        encoding
          ? `${lossPct.toFixed(2)} ± ${((high - low) / 2).toFixed(2)}`
          : `${top1Pct.toFixed(2)} %`,
      ),
    ]);
  }
  return `${table}\n${n} images; top-1 with the originals, below it the points lost, ± half the 95 % interval`;
}

function sourceOf(
  { directory }: ChosenModels,
  { n }: UploadMeasurement,
  { images, seed = heldOutSeed, side }: UploadsOptions,
): string {
  const which =
    images === 'generated'
      ? `${images} --count ${n} --seed ${seed}${side === undefined ? '' : ` --side ${side}`}`
      : shortPath(images);
  return `${n} images; mdi models evaluate ${shortPath(directory)} --uploads --images ${which}`;
}
