/**
 * Element types of models' inputs. Values of the integers are rounded, halves to even, and clamped, as
 * ONNX's QuantizeLinear does.
 */
export type ElementType = 'float32' | 'float16' | 'float64' | 'uint8' | 'int8';

/** How RGB pixels of 0 to 255 become a model's input: value = (pixel * scale - mean) / std. */
export interface Preprocessing {
  /** The image's shorter side is scaled to this many pixels; by default to the shorter side of the crop. */
  readonly resizeShorterSide?: number | undefined;
  /** Side of the square cut from the centre, in pixels; by default the model's input size. */
  readonly centerCrop?: number | undefined;
  /** The order of the channels, of `mean` and of `std`. */
  readonly color: 'RGB' | 'BGR';
  readonly layout: 'NCHW' | 'NHWC';
  readonly dtype: ElementType;
  readonly scale: number;
  /** One for each channel. */
  readonly mean: readonly number[];
  /** One for each channel, none of them 0. */
  readonly std: readonly number[];
}

/** {@link Preprocessing} as a catalogue says it; every field has a default that changes nothing. */
export type PreprocessingJson = {
  readonly [Key in keyof Preprocessing]?: Preprocessing[Key] | undefined;
};

/** The tensor that a catalogue takes raw (`application/octet-stream`), and by default its models' input. */
export interface RawInput {
  readonly dtype: 'uint8' | 'float32';
  /** Batch of one: [1, height, width, 3] or [1, 3, height, width]. */
  readonly shape: readonly number[];
  readonly layout: 'NHWC' | 'NCHW';
}

/** Width and height in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * Preprocessing with its defaults filled in.
 *
 * @param input - what a model without preprocessing takes as it is
 */
export function fullPreprocessing(
  preprocessing: PreprocessingJson | undefined,
  input: RawInput,
): Preprocessing {
  const {
    resizeShorterSide,
    centerCrop,
    color = 'RGB',
    layout = 'NHWC',
    dtype = 'uint8',
    scale = 1,
    mean = [0, 0, 0],
    std = [1, 1, 1],
  } = preprocessing ?? { dtype: input.dtype, layout: input.layout };
  return { resizeShorterSide, centerCrop, color, layout, dtype, scale, mean, std };
}

/** The width and height in pixels of a catalogue's input. */
export function inputSize({ shape, layout }: RawInput): Size {
  const [, a = 0, b = 0, c = 0] = shape;
  return layout === 'NHWC' ? { height: a, width: b } : { height: b, width: c };
}

/** The exact length in bytes of a catalogue's raw input tensor. */
export function inputBytes({ shape, dtype }: RawInput): number {
  return shape.reduce((product, side) => product * side, dtype === 'float32' ? 4 : 1);
}
