import { ModelShapeError } from '../../../core/preprocessing/errors.ts';
import { type OutputKind, outputKind } from '../../../core/preprocessing/predictions.ts';
import type { Preprocessing } from '../../../core/preprocessing/preprocessing.ts';
import { type CatalogueInput, preprocessingSchema } from '../../../service/catalogue/schema.ts';
import { Classifier } from '../../../service/inference/classifier.ts';
import { openSession } from '../../../service/inference/session.ts';
import {
  checkPreprocessing,
  type ModelSignature,
  readSignature,
} from '../../../service/inference/signature.ts';

/** What running a model's file tells about it. */
export interface ModelInspection {
  /** As given, with the element type and layout of the file. */
  readonly preprocessing: Preprocessing;
  readonly output: OutputKind;
  /** The raw input of its catalogue; of a new catalogue, pixels of the model's size. */
  readonly input: CatalogueInput;
}

/** Brightness of the made-up images that a model is tried on: logits of one may add up to 1 by chance. */
const tries = [256, 120, 30];

/**
 * Opens a model as the service does and runs it.
 *
 * @param file - the model's path, or its bytes
 * @param options.preprocessing - the fields that were given
 * @param options.input - the raw input of its catalogue, if there is one already
 * @throws {@link ModelShapeError} when it is not a classifier of these labels, or its answer is not finite
 */
export async function inspectModel(
  file: string | Uint8Array,
  options: {
    labels: readonly string[];
    preprocessing?: Partial<Preprocessing> | undefined;
    input?: CatalogueInput | undefined;
  },
): Promise<ModelInspection> {
  const signature = readSignature(await openSession(file, 1));
  const preprocessing = preprocessingSchema.parse({
    dtype: signature.dtype,
    layout: signature.layout ?? options.input?.layout,
    ...options.preprocessing,
  });
  checkPreprocessing(signature, preprocessing);
  const input = options.input ?? pixelInput(signature, preprocessing);
  const classifier = await Classifier.load({
    path: file,
    catalogue: { input, labels: [...options.labels] },
    model: { preprocessing, memoryMb: 1769 },
    threads: 1,
  });
  const kinds = new Set<OutputKind>();
  for (const brightness of tries) {
    const output = await classifier.runOnMadeUpImage(brightness);
    if (!output.every(Number.isFinite)) {
      throw new ModelShapeError('it answers an ordinary image with NaN or an infinity');
    }
    kinds.add(outputKind(output));
  }
  return { preprocessing, output: kinds.has('logits') ? 'logits' : 'probabilities', input };
}

function pixelInput(
  { width, height }: ModelSignature,
  { centerCrop }: Preprocessing,
): CatalogueInput {
  const [columns, rows] = [width ?? centerCrop, height ?? centerCrop];
  if (columns === undefined || rows === undefined) {
    throw new ModelShapeError(
      'it takes images of any size: say centerCrop in the preprocessing, in pixels',
    );
  }
  return { dtype: 'uint8', shape: [1, rows, columns, 3], layout: 'NHWC' };
}
