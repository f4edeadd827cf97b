import type { Tensor } from 'onnxruntime-common';
import {
  type CatalogueInput,
  inputBytes,
  inputSize,
  type Preprocessing,
} from '../catalogue/schema.ts';
import { TensorLengthError, TensorValueError } from './errors.ts';
import { ort } from './native.ts';

/** RGB pixels of one image, row by row, 3 bytes a pixel. */
export interface Pixels {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/**
 * Makes a model's input of an image: value = (pixel * scale - mean) / std, channels in the order of
 * `color`, laid out as `layout` says, with a batch of one.
 */
export function imageTensor(pixels: Pixels, preprocessing: Preprocessing): Tensor {
  const { width, height } = pixels;
  const { dtype, layout } = preprocessing;
  const shape = layout === 'NHWC' ? [1, height, width, 3] : [1, 3, height, width];
  if (isIdentity(preprocessing)) return new ort.Tensor('uint8', pixels.data, shape);
  const values =
    dtype === 'float32'
      ? new Float32Array(pixels.data.length)
      : new Uint8ClampedArray(pixels.data.length);
  fill(values, pixels, preprocessing);
  return values instanceof Float32Array
    ? new ort.Tensor('float32', values, shape)
    : new ort.Tensor('uint8', new Uint8Array(values.buffer), shape);
}

/**
 * Reads the catalogue's raw input tensor of uint8 as pixels.
 *
 * @throws {@link TensorLengthError} when the length is not exact
 */
export function rawPixels(bytes: Uint8Array, input: CatalogueInput): Pixels {
  checkLength(bytes, input);
  const size = inputSize(input);
  if (input.layout === 'NHWC') return { data: bytes, ...size };
  const count = size.width * size.height;
  const data = Uint8Array.from(bytes, (_, i) => bytes[(i % 3) * count + Math.floor(i / 3)] ?? 0);
  return { data, ...size };
}

/**
 * Reads the catalogue's raw input tensor of little-endian float32.
 *
 * @throws {@link TensorLengthError} when the length is not exact
 * @throws {@link TensorValueError} when a value is NaN or an infinity
 */
export function rawTensor(bytes: Uint8Array, input: CatalogueInput): Tensor {
  checkLength(bytes, input);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = Float32Array.from({ length: bytes.length / 4 }, (_, i) =>
    view.getFloat32(4 * i, true),
  );
  if (!values.every(Number.isFinite)) {
    throw new TensorValueError('the raw tensor holds NaN or an infinity');
  }
  return new ort.Tensor('float32', values, input.shape);
}

function checkLength(bytes: Uint8Array, input: CatalogueInput): void {
  const expected = inputBytes(input);
  if (bytes.length === expected) return;
  throw new TensorLengthError(
    `a raw tensor of ${input.dtype} [${input.shape.join(', ')}] has ${expected} bytes, not ${bytes.length}`,
  );
}

function isIdentity({ dtype, layout, color, scale, mean, std }: Preprocessing): boolean {
  return (
    dtype === 'uint8' &&
    layout === 'NHWC' &&
    color === 'RGB' &&
    scale === 1 &&
    mean.every((value) => value === 0) &&
    std.every((value) => value === 1)
  );
}

function fill(
  values: Float32Array | Uint8ClampedArray,
  { data, width, height }: Pixels,
  { layout, color, scale, mean, std }: Preprocessing,
): void {
  const count = width * height;
  const [step, channelStart] = layout === 'NHWC' ? [3, 1] : [1, count];
  for (let channel = 0; channel < 3; channel++) {
    const source = color === 'RGB' ? channel : 2 - channel;
    const factor = scale / (std[channel] ?? 1);
    const shift = (mean[channel] ?? 0) / (std[channel] ?? 1);
    const start = channel * channelStart;
    for (let i = 0; i < count; i++) {
      values[start + i * step] = (data[3 * i + source] ?? 0) * factor - shift;
    }
  }
}
