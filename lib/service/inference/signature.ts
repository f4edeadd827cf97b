import type { InferenceSession } from 'onnxruntime-common';
import { ModelShapeError } from '../../core/preprocessing/errors.ts';
import type { ElementType, Preprocessing } from '../../core/preprocessing/preprocessing.ts';

type ValueMetadata = InferenceSession.ValueMetadata;
type Layout = Preprocessing['layout'];
type Dimension = number | string | undefined;

/** What a model's file declares. */
export type DeclaredModel = Pick<
  InferenceSession,
  'inputNames' | 'inputMetadata' | 'outputNames' | 'outputMetadata'
>;

/** A model's input, as its file declares it. */
export interface InputSignature {
  readonly dtype: ElementType;
  /** Undefined when the file does not say which dimension holds the colours. */
  readonly layout: Layout | undefined;
  /** In pixels; undefined when any size will do. */
  readonly width: number | undefined;
  readonly height: number | undefined;
  /** Whether it takes a batch of any size. */
  readonly takesBatches: boolean;
}

/** A model's input and the output that holds its scores, as its file declares them. */
export interface ModelSignature extends InputSignature {
  readonly outputName: string;
}

/**
 * Reads the input and output of an image classifier.
 *
 * @param outputName - the output that holds the scores; by default the first
 * @throws {@link ModelShapeError} when the model is not an image classifier: one input of one RGB image
 *   of an {@link ElementType}, and an output of floats
 */
export function readSignature(session: DeclaredModel, outputName?: string): ModelSignature {
  return { ...readInput(session), outputName: readOutput(session, outputName) };
}

const dtypes: readonly string[] = ['float32', 'float16', 'float64', 'uint8', 'int8'];

/**
 * Reads the input of an image classifier.
 *
 * @throws {@link ModelShapeError} when it does not take one RGB image
 */
export function readInput({ inputNames, inputMetadata }: DeclaredModel): InputSignature {
  const [input] = inputMetadata;
  if (inputNames.length !== 1 || !input?.isTensor) {
    const all = inputMetadata.map(describeValue).join(', ');
    throw new ModelShapeError(
      `it has ${inputNames.length} inputs (${all}), but an image classifier has one: an image`,
    );
  }
  const { type, shape } = input;
  const refuse = (why: string) => new ModelShapeError(`its input ${describeValue(input)} ${why}`);
  const [batch, ...sides] = shape;
  if (shape.length !== 4) {
    throw refuse(
      `is not a batch of one image, which has 4 dimensions: [1, 3, height, width] or [1, height, width, 3]`,
    );
  }
  if (!dtypes.includes(type)) {
    throw refuse(`is of none of the element types of images: ${dtypes.join(', ')}`);
  }
  if (isFixed(batch) && batch !== 1) {
    throw refuse(
      `is a batch of ${batch} images, but each request brings one: export it with a batch of 1, or an open one (dynamic axes)`,
    );
  }
  const layouts = layoutsOf(sides);
  if (layouts.length === 0) throw refuse(`has no 3 colour channels${otherChannels(sides)}`);
  const layout = layouts.length === 1 ? layouts[0] : undefined;
  const [height, width] = layout === 'NHWC' ? [sides[0], sides[1]] : [sides[1], sides[2]];
  return {
    dtype: type as ElementType,
    layout,
    width: layout && isFixed(width) ? width : undefined,
    height: layout && isFixed(height) ? height : undefined,
    takesBatches: !isFixed(batch),
  };
}

/** Whether an output may hold scores: a tensor of floats. */
export function isOfFloats(output: ValueMetadata | undefined): boolean {
  return output?.isTensor === true && /^float(16|32|64)$/.test(output.type);
}

/** A value's name, element type and shape, for messages. */
export function describeValue(metadata: ValueMetadata): string {
  if (!metadata.isTensor) return `"${metadata.name}" (a sequence or a map)`;
  const shape = metadata.shape.map((side) => (isFixed(side) || side ? side : '?')).join(', ');
  return `"${metadata.name}" of ${metadata.type} [${shape}]`;
}

function readOutput({ outputNames, outputMetadata }: DeclaredModel, name = outputNames[0]): string {
  const output = outputMetadata.find((metadata) => metadata.name === name);
  const all = outputMetadata.map(describeValue).join(', ');
  if (name === undefined || !output) {
    throw new ModelShapeError(`it has no output "${name ?? ''}", but ${all || 'none'}`);
  }
  if (isOfFloats(output)) return name;
  const others = outputMetadata.filter(isOfFloats);
  throw new ModelShapeError(
    `its output ${describeValue(output)} is not a tensor of scores in float32, float16 or float64${wayOut(output, others)}`,
  );
}

function wayOut(output: ValueMetadata, others: readonly ValueMetadata[]): string {
  if (others.length > 0) return `: its scores may be ${others.map(describeValue).join(' or ')}`;
  if (!output.isTensor) return ': export it without ZipMap (zipmap=False of skl2onnx)';
  if (/^u?int8$/.test(output.type)) return ': end it with DequantizeLinear';
  return ', such as the label alone: export it without its last step (ArgMax, TopK)';
}

/** Of whole numbers, fewer than these are no picture any more. */
const leastRange = 16;

/**
 * Checks that preprocessing produces what a model takes.
 *
 * @throws {@link ModelShapeError} naming the field
 */
export function checkPreprocessing(signature: InputSignature, preprocessing: Preprocessing): void {
  for (const field of ['dtype', 'layout'] as const) {
    const [said, is] = [preprocessing[field], signature[field]];
    if (is !== undefined && said !== is) {
      throw new ModelShapeError(`its input is ${is}, but preprocessing.${field} is ${said}`);
    }
  }
  const { dtype, scale, std, centerCrop } = preprocessing;
  const range = Math.max(...std.map((each) => Math.abs((255 * scale) / each)));
  if ((dtype === 'uint8' || dtype === 'int8') && range < leastRange) {
    throw new ModelShapeError(
      `its input is ${dtype}, but the preprocessing leaves a range of ${range.toPrecision(2)} of a pixel's values: leave out what the model does itself, such as preprocessing.scale`,
    );
  }
  const { width, height } = signature;
  const fits = [width, height].every((side) => side === undefined || side === centerCrop);
  if (centerCrop !== undefined && !fits) {
    throw new ModelShapeError(
      `its input is ${width} x ${height} pixels, but preprocessing.centerCrop is ${centerCrop}`,
    );
  }
}

/** The layouts that a file allows: that with the size 3, the first one if both have it. */
function layoutsOf([first, , last]: readonly Dimension[]): Layout[] {
  if (first === 3) return ['NCHW'];
  if (last === 3) return ['NHWC'];
  // No image is that narrow.
  if ([first, last].some((side) => side === 1 || side === 4)) return [];
  return [
    ...(isFixed(first) ? [] : ['NCHW' as const]),
    ...(isFixed(last) ? [] : ['NHWC' as const]),
  ];
}

function otherChannels([first, , last]: readonly Dimension[]): string {
  if (first === 1 || last === 1) {
    return ': it takes grey images; begin it with the conversion of RGB to grey, such as a 1 x 1 convolution of weights 0.299, 0.587, 0.114';
  }
  if (first === 4 || last === 4) {
    return ': it takes 4, such as RGBA, and pictures are decoded to RGB; begin it with a Pad that adds the fourth';
  }
  return '';
}

/** Exported models often leave a dimension open: a name, or -1. */
function isFixed(dimension: Dimension): dimension is number {
  return typeof dimension === 'number' && dimension > 0;
}
