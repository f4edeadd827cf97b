import { TensorLengthError, TensorValueError } from './errors.ts';
import { toFloat16 } from './float16.ts';
import {
  inputBytes,
  inputSize,
  type Preprocessing,
  type RawInput,
  type Size,
} from './preprocessing.ts';

/** RGB pixels of one image, row by row, 3 bytes a pixel. */
export interface Pixels extends Size {
  readonly data: Uint8Array;
}

/** A tensor's values with its shape; the values of float16 are given as their bits. */
export type TensorData = { readonly shape: readonly number[] } & (
  | { readonly type: 'uint8'; readonly data: Uint8Array }
  | { readonly type: 'int8'; readonly data: Int8Array }
  | { readonly type: 'float16'; readonly data: Uint16Array }
  | { readonly type: 'float32'; readonly data: Float32Array }
  | { readonly type: 'float64'; readonly data: Float64Array }
);

/**
 * Makes a model's input of an image: value = (pixel * scale - mean) / std, channels in the order of
 * `color`, laid out as `layout` says, with a batch of one. Integers are rounded, halves to even, and clamped.
 *
 * @returns the pixels themselves, not a copy, where the preprocessing changes nothing
 */
export function imageTensor(pixels: Pixels, preprocessing: Preprocessing): TensorData {
  const { data, width, height } = pixels;
  const { dtype: type, layout } = preprocessing;
  const shape = layout === 'NHWC' ? [1, height, width, 3] : [1, 3, height, width];
  if (changesNothing(preprocessing)) return { type: 'uint8', data, shape };
  const count = 3 * width * height;
  switch (type) {
    case 'float64':
      return { type, data: fill(new Float64Array(count), pixels, preprocessing), shape };
    case 'float16':
      return { type, data: fill(new Uint16Array(count), pixels, preprocessing, toFloat16), shape };
    case 'uint8':
      return { type, data: fill(new Uint8Array(count), pixels, preprocessing, toUint8), shape };
    case 'int8':
      return { type, data: fill(new Int8Array(count), pixels, preprocessing, toInt8), shape };
    default:
      return { type, data: fill(new Float32Array(count), pixels, preprocessing), shape };
  }
}

function changesNothing({ dtype, layout, color, scale, mean, std }: Preprocessing): boolean {
  return (
    dtype === 'uint8' &&
    layout === 'NHWC' &&
    color === 'RGB' &&
    scale === 1 &&
    mean.every((value) => value === 0) &&
    std.every((value) => value === 1)
  );
}

const clamped = new Uint8ClampedArray(1);

function toUint8(value: number): number {
  clamped[0] = value;
  return clamped[0] as number;
}

function toInt8(value: number): number {
  return toUint8(value + 128) - 128;
}

function fill<Values extends TensorData['data']>(
  values: Values,
  { data, width, height }: Pixels,
  { layout, color, scale, mean, std }: Preprocessing,
  encode: (value: number) => number = (value) => value,
): Values {
  const count = width * height;
  const [step, channelStart] = layout === 'NHWC' ? [3, 1] : [1, count];
  // Three bytes for each pixel, three means and three deviations: no index is out of range.
  for (let channel = 0; channel < 3; channel++) {
    const source = color === 'RGB' ? channel : 2 - channel;
    const factor = scale / (std[channel] as number);
    const shift = (mean[channel] as number) / (std[channel] as number);
    // A channel has 256 values at most.
    const table = Float64Array.from({ length: 256 }, (_, pixel) => encode(pixel * factor - shift));
    const start = channel * channelStart;
    for (let i = 0; i < count; i++) {
      values[start + i * step] = table[data[3 * i + source] as number] as number;
    }
  }
  return values;
}

/** An image of all colours to try a model with: what it answers to black says little. */
export function madeUpPixels({ width, height }: Size): Pixels {
  const data = Uint8Array.from({ length: 3 * width * height }, (_, i) => (i * 37) % 256);
  return { data, width, height };
}

/**
 * Reads a catalogue's raw tensor of uint8 as pixels.
 *
 * @throws {@link TensorLengthError} when the length is not exact
 */
export function rawPixels(bytes: Uint8Array, input: RawInput): Pixels {
  checkLength(bytes, input);
  const size = inputSize(input);
  if (input.layout === 'NHWC') return { data: bytes, ...size };
  const count = size.width * size.height;
  const data = Uint8Array.from(
    bytes,
    // The length has been checked.
    (_, i) => bytes[(i % 3) * count + Math.floor(i / 3)] as number,
  );
  return { data, ...size };
}

/**
 * Reads a catalogue's raw tensor of little-endian float32.
 *
 * @throws {@link TensorLengthError} when the length is not exact
 * @throws {@link TensorValueError} when a value is NaN or an infinity
 */
export function rawTensor(bytes: Uint8Array, input: RawInput): TensorData {
  checkLength(bytes, input);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const data = Float32Array.from({ length: bytes.length / 4 }, (_, i) =>
    view.getFloat32(4 * i, true),
  );
  if (!data.every(Number.isFinite)) {
    throw new TensorValueError('the raw tensor holds NaN or an infinity');
  }
  return { type: 'float32', data, shape: input.shape };
}

function checkLength(bytes: Uint8Array, input: RawInput): void {
  const expected = inputBytes(input);
  if (bytes.length === expected) return;
  throw new TensorLengthError(
    `a raw tensor of ${input.dtype} [${input.shape.join(', ')}] has ${expected} bytes, not ${bytes.length}`,
  );
}
