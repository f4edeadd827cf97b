import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { decodeLimitsFor } from '../../core/images/limits.ts';
import { ModelShapeError } from '../../core/preprocessing/errors.ts';
import { outputKind } from '../../core/preprocessing/predictions.ts';
import { inputBytes } from '../../core/preprocessing/preprocessing.ts';
import type { Pixels } from '../../core/preprocessing/tensor.ts';
import { readOrExplain, verifyModelFile } from '../../service/catalogue/load.ts';
import type { CatalogueListing, ListedModel } from '../../service/catalogue/schema.ts';
import { Classifier } from '../../service/inference/classifier.ts';
import { decodeImage } from '../../service/inference/decode.ts';
import { contradictionOf, describeAnswers, faultOf, meaningOf } from './meaning/judge.ts';
import { madeUpPictures, type Picture } from './meaning/pictures.ts';
import { probe } from './meaning/probe.ts';

/** Samples of the catalogue that a model is run on, beside made-up pictures. */
const mostSamples = 3;

/**
 * Checks a model as far as is possible without labelled images: its file is the one that its entry
 * describes, it loads, it is a classifier of the catalogue's labels and input, it gives a finite answer to
 * the catalogue's raw tensor, and its answers to pictures that differ are what its entry says.
 *
 * @throws {@link CatalogueError} when the file is missing or not the right one
 * @throws {@link ModelShapeError} when it is not a classifier of the catalogue's labels and input, or its
 *   answers are not those of one, or not what `output` says
 * @throws {@link NonFiniteOutputError} when its answer has a NaN or an infinity
 */
export async function verifyModel(
  directory: string,
  catalogue: CatalogueListing,
  model: ListedModel,
): Promise<void> {
  verifyModelFile(directory, model);
  const classifier = await Classifier.load({
    path: join(directory, model.file),
    catalogue,
    model,
    threads: availableParallelism(),
  });
  await classifier.classifyTensor(new Uint8Array(inputBytes(catalogue.input)));
  const samples = await samplesOf(directory, catalogue, classifier, model);
  // Its answers mean nothing.
  if (!model.latencyOnly) await verifyAnswers(classifier, samples, model);
}

async function samplesOf(
  directory: string,
  { samples }: CatalogueListing,
  { crop }: Classifier,
  { memoryMb }: ListedModel,
): Promise<Picture[]> {
  const limits = decodeLimitsFor(memoryMb);
  return await Promise.all(
    samples.slice(0, mostSamples).map(async ({ file }) => {
      const data = await decodeImage(
        readOrExplain(join(directory, file), 'a sample'),
        crop,
        limits,
      );
      return { name: file, data, ...crop };
    }),
  );
}

async function verifyAnswers(
  classifier: Classifier,
  samples: readonly Picture[],
  { output, outputName }: ListedModel,
): Promise<void> {
  const { outputNames, crop } = classifier;
  if (outputName === undefined && outputNames.length > 1) {
    const names = outputNames.map((name) => `"${name}"`).join(', ');
    throw new ModelShapeError(`it has several outputs (${names}): say outputName in its entry`);
  }
  const pictures = [...madeUpPictures(crop), ...samples];
  const run = async (pixels: Pixels) => ({ scores: await classifier.outputOf(pixels) });
  const { scores } = await probe(run, pictures);
  if (!scores) return;
  const fault = faultOf(scores);
  if (fault !== undefined) throw new ModelShapeError(fault);
  const { answers } = scores;
  const found = `its scores are ${describeAnswers(answers)}`;
  const contradiction = output && contradictionOf(output, answers);
  if (contradiction !== undefined) {
    throw new ModelShapeError(`${found}, but its output is said to be ${output}: ${contradiction}`);
  }
  const detected = output ?? outputKind(await classifier.runOnMadeUpImage());
  const meaning = meaningOf(answers);
  if (output === undefined && meaning !== detected) {
    throw new ModelShapeError(
      `${found}, and would be taken for ${detected}: say output in its entry (${meaning ?? 'logits, probabilities or sigmoid'})`,
    );
  }
}
