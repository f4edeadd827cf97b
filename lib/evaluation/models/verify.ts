import { join } from 'node:path';
import { inputBytes } from '../../core/preprocessing/preprocessing.ts';
import { readOrExplain, verifyModelFile } from '../../service/catalogue/load.ts';
import type { CatalogueListing, ListedModel } from '../../service/catalogue/schema.ts';
import { Classifier } from '../../service/inference/classifier.ts';

/**
 * Checks a model as far as is possible without labelled images: its file is the one that its entry
 * describes, it loads, it is a classifier of the catalogue's labels and input, and it gives a finite
 * answer to the catalogue's first sample, or to a raw tensor of zeros where there is none.
 *
 * @throws {@link CatalogueError} when the file is missing or not the right one
 * @throws {@link ModelShapeError} when it is not a classifier of the catalogue's labels and input
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
  });
  const sample = catalogue.samples[0];
  if (sample) {
    await classifier.classifyImage(readOrExplain(join(directory, sample.file), 'a sample'));
  } else await classifier.classifyTensor(new Uint8Array(inputBytes(catalogue.input)));
}
