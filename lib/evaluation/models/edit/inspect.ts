import type { InferenceSession } from 'onnxruntime-common';
import { cropSizeOf } from '../../../core/preprocessing/crop.ts';
import { ModelShapeError } from '../../../core/preprocessing/errors.ts';
import type { OutputKind } from '../../../core/preprocessing/predictions.ts';
import type { Preprocessing, Size } from '../../../core/preprocessing/preprocessing.ts';
import { numbersOf } from '../../../core/preprocessing/runtime-tensor.ts';
import { imageTensor, madeUpPixels } from '../../../core/preprocessing/tensor.ts';
import {
  type CatalogueInput,
  type ListedModel,
  preprocessingSchema,
} from '../../../service/catalogue/schema.ts';
import { Classifier } from '../../../service/inference/classifier.ts';
import { runtimeReason } from '../../../service/inference/runtime-reason.ts';
import { openSession, runSession } from '../../../service/inference/session.ts';
import {
  checkPreprocessing,
  type InputSignature,
  isOfFloats,
  readInput,
  readSignature,
} from '../../../service/inference/signature.ts';
import { batchFault } from '../meaning/batch.ts';
import { chooseOutput } from '../meaning/choose-output.ts';
import { madeUpPictures, type Picture } from '../meaning/pictures.ts';
import { probe } from '../meaning/probe.ts';

/** What may be said about a model's output; what is not, its answers have to show. */
export type SaidOutput = Pick<ListedModel, 'output' | 'outputName' | 'backgroundClass'>;

/** What running a model's file tells about it. */
export interface ModelInspection extends SaidOutput {
  /** As given, with the element type and layout of the file. */
  readonly preprocessing: Preprocessing;
  readonly output: OutputKind;
  /** The layout that its file does not say: it runs on no other. */
  readonly triedLayout?: Preprocessing['layout'];
  /** The raw input of its catalogue; of a new catalogue, pixels of the model's size. */
  readonly input: CatalogueInput;
}

/** What is known of a model before it is run. */
export interface InspectOptions extends SaidOutput {
  readonly labels: readonly string[];
  /** The fields that were given. */
  readonly preprocessing?: Partial<Preprocessing> | undefined;
  /** The raw input of its catalogue, if there is one already. */
  readonly input?: CatalogueInput | undefined;
}

/**
 * Opens a model as the service does and runs it on pictures that differ, to see what it takes and what its
 * answers mean.
 *
 * @param file - the model's path, or its bytes
 * @throws {@link ModelShapeError} when it is not a classifier of these labels, when its answers are not
 *   those of one (not finite, the same for every picture, different for the same picture), or when they do
 *   not show what has to be said then; the message tells what was found
 */
export async function inspectModel(
  file: string | Uint8Array,
  options: InspectOptions,
): Promise<ModelInspection> {
  const session = await openSession(file, 1);
  const found = await inspectSession(session, options).finally(() => session.release());
  // As it will be deployed.
  await Classifier.load({
    path: file,
    catalogue: { input: found.input, labels: [...options.labels] },
    model: { ...found, memoryMb: 1769 },
    threads: 1,
  });
  return found;
}

async function inspectSession(
  session: InferenceSession,
  options: InspectOptions,
): Promise<ModelInspection> {
  const declared = readInput(session);
  readSignature(session, options.outputName ?? session.outputMetadata.find(isOfFloats)?.name);
  const size = pictureSize(declared, options);
  const layout = options.preprocessing?.layout ?? declared.layout;
  const triedLayout =
    layout === undefined ? await layoutThatRuns(session, declared, size) : undefined;
  const preprocessing = preprocessingSchema.parse({
    dtype: declared.dtype,
    ...options.preprocessing,
    layout: layout ?? triedLayout,
  });
  checkPreprocessing(declared, preprocessing);
  const input = options.input ?? pixelsOf(size);
  const { width, height } = cropSizeOf(declared, preprocessing, input);
  const run = runner(session, preprocessing);
  const probed = await probe(run, madeUpPictures({ width, height })).catch((error: Error) => {
    throw new ModelShapeError(`it does not run on its input: ${runtimeReason(error)}`);
  });
  const chosen = chooseOutput(session.outputMetadata, probed, options);
  const { outputName = session.outputNames[0] ?? '' } = chosen;
  const answers = probed[outputName];
  const fault =
    declared.takesBatches && answers
      ? await batchFault(session, preprocessing, outputName, answers)
      : undefined;
  if (fault !== undefined) throw new ModelShapeError(fault);
  return { preprocessing, input, ...(triedLayout && { triedLayout }), ...chosen };
}

/** Runs a model with all of its outputs that may hold scores. */
function runner(session: InferenceSession, preprocessing: Preprocessing) {
  const names = session.outputMetadata.filter(isOfFloats).map(({ name }) => name);
  return async (picture: Omit<Picture, 'name'>) => {
    const outputs = await runSession(session, imageTensor(picture, preprocessing), names);
    return Object.fromEntries(names.map((name) => [name, numbersOf(outputs[name]?.data)]));
  };
}

function pictureSize(
  { width, height }: InputSignature,
  { preprocessing, input }: InspectOptions,
): Size {
  const raw = input && cropSizeOf({}, preprocessingSchema.parse({}), input);
  const columns = width ?? preprocessing?.centerCrop ?? raw?.width;
  const rows = height ?? preprocessing?.centerCrop ?? raw?.height;
  if (columns === undefined || rows === undefined) {
    throw new ModelShapeError(
      'it takes images of any size: say centerCrop in the preprocessing, in pixels, such as {"centerCrop": 224}',
    );
  }
  return { width: columns, height: rows };
}

/**
 * The layout that a model takes whose file does not say it.
 *
 * @throws {@link ModelShapeError} when it runs on both or on none
 */
async function layoutThatRuns(
  session: InferenceSession,
  { dtype }: InputSignature,
  size: Size,
): Promise<Preprocessing['layout']> {
  const reasons: string[] = [];
  const runs: Preprocessing['layout'][] = [];
  for (const layout of ['NCHW', 'NHWC'] as const) {
    const run = runner(session, preprocessingSchema.parse({ dtype, layout }));
    await run(madeUpPixels(size)).then(
      () => runs.push(layout),
      (error: Error) => reasons.push(`${layout}: ${runtimeReason(error)}`),
    );
  }
  const [first, ...others] = runs;
  if (first && others.length === 0) return first;
  throw new ModelShapeError(
    first
      ? 'its file does not say which dimension holds the colours, and it runs either way: say layout in the preprocessing, {"layout": "NCHW"} (as PyTorch has it) or {"layout": "NHWC"} (as TensorFlow has it)'
      : `it runs in neither layout on ${size.width} x ${size.height} pixels: ${reasons.join('; ')}`,
  );
}

function pixelsOf({ width, height }: Size): CatalogueInput {
  return { dtype: 'uint8', shape: [1, height, width, 3], layout: 'NHWC' };
}
