import type { InferenceSession } from 'onnxruntime-common';
import { ModelShapeError } from '../../core/preprocessing/errors.ts';
import type { Preprocessing } from '../../core/preprocessing/preprocessing.ts';

type ValueMetadata = InferenceSession.ValueMetadata;

/** A model's input and output, as its file declares them. */
export interface ModelSignature {
  readonly inputName: string;
  readonly outputName: string;
  readonly dtype: Preprocessing['dtype'];
  /** Undefined when the file does not say which dimension holds the colours. */
  readonly layout: Preprocessing['layout'] | undefined;
  /** In pixels; undefined when any size will do. */
  readonly width: number | undefined;
  readonly height: number | undefined;
}

/**
 * Reads the input and output of an image classifier.
 *
 * @throws {@link ModelShapeError} when the model is not an image classifier: one input of one RGB image,
 *   float32 or uint8, and scores in float32 as its first output
 */
export function readSignature(
  session: Pick<
    InferenceSession,
    'inputNames' | 'inputMetadata' | 'outputNames' | 'outputMetadata'
  >,
): ModelSignature {
  const { inputNames, outputNames } = session;
  const input = session.inputMetadata[0];
  const output = session.outputMetadata[0];
  if (inputNames.length !== 1 || !input?.isTensor) {
    const names = inputNames.join(', ');
    throw new ModelShapeError(
      `it has ${inputNames.length} inputs (${names}), but an image classifier has one tensor`,
    );
  }
  if (!output?.isTensor || output.type !== 'float32') {
    throw new ModelShapeError(
      `its first output ${describe(output)} is not a tensor of float32 scores`,
    );
  }
  const { type: dtype, shape } = input;
  if (dtype !== 'float32' && dtype !== 'uint8') {
    throw new ModelShapeError(`its input ${describe(input)} is neither float32 nor uint8`);
  }
  const [batch, ...sides] = shape;
  if (shape.length !== 4 || (isFixed(batch) && batch !== 1)) {
    throw new ModelShapeError(`its input ${describe(input)} is not a batch of one image`);
  }
  const layout = layoutOf(sides);
  if (layout === undefined && sides.every(isFixed)) {
    throw new ModelShapeError(`its input ${describe(input)} has no 3 colour channels`);
  }
  const [height, width] = layout === 'NHWC' ? [sides[0], sides[1]] : [sides[1], sides[2]];
  return {
    inputName: inputNames[0] ?? '',
    outputName: outputNames[0] ?? '',
    dtype,
    layout,
    width: layout && isFixed(width) ? width : undefined,
    height: layout && isFixed(height) ? height : undefined,
  };
}

/**
 * Checks that preprocessing produces what a model takes.
 *
 * @throws {@link ModelShapeError} naming the field
 */
export function checkPreprocessing(signature: ModelSignature, preprocessing: Preprocessing): void {
  for (const field of ['dtype', 'layout'] as const) {
    const [said, is] = [preprocessing[field], signature[field]];
    if (is !== undefined && said !== is) {
      throw new ModelShapeError(`its input is ${is}, but preprocessing.${field} is ${said}`);
    }
  }
  const { width, height } = signature;
  const { centerCrop } = preprocessing;
  const fits = [width, height].every((side) => side === undefined || side === centerCrop);
  if (centerCrop !== undefined && !fits) {
    throw new ModelShapeError(
      `its input is ${width} x ${height} pixels, but preprocessing.centerCrop is ${centerCrop}`,
    );
  }
}

/** Which dimension has the size 3: the first one if both could be it. */
function layoutOf([first, , last]: readonly (number | string | undefined)[]) {
  if (first === 3) return 'NCHW';
  return last === 3 ? 'NHWC' : undefined;
}

/** Exported models often leave a dimension open: a name, or -1. */
function isFixed(dimension: number | string | undefined): dimension is number {
  return typeof dimension === 'number' && dimension > 0;
}

function describe(metadata: ValueMetadata | undefined): string {
  if (!metadata?.isTensor) return `"${metadata?.name ?? ''}"`;
  return `"${metadata.name}" of ${metadata.type} [${metadata.shape.join(', ')}]`;
}
