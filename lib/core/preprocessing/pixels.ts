import type { ModelPreprocessing, RawInput } from '../../client/model-description.ts';

/** RGB pixels of one image, row by row, 3 bytes a pixel. */
export interface Pixels {
  readonly data: Uint8Array;
  /** In pixels. */
  readonly width: number;
  readonly height: number;
}

/** What a model wants of an image. */
export interface CropSize {
  /** In pixels. */
  readonly width: number;
  readonly height: number;
  /** The shorter side is scaled to this before the crop, in pixels; by default to that of the crop. */
  readonly resizeShorterSide?: number | undefined;
}

/** A part of an image, in its own pixels. */
export interface Region {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * The part of an image that a model gets to see, once the image is scaled so that its shorter side
 * fits and the centre is cut out. The service cuts the same.
 */
export function regionOf(image: { width: number; height: number }, crop: CropSize): Region {
  const side = crop.resizeShorterSide ?? Math.min(crop.width, crop.height);
  const scale = Math.max(
    Math.max(side, crop.width) / image.width,
    Math.max(side, crop.height) / image.height,
  );
  const width = crop.width / scale;
  const height = crop.height / scale;
  return { x: (image.width - width) / 2, y: (image.height - height) / 2, width, height };
}

/** Preprocessing with its defaults filled in, as the service fills them in. */
export function fullPreprocessing(
  preprocessing: ModelPreprocessing | undefined,
  input: RawInput,
): Required<Omit<ModelPreprocessing, 'resizeShorterSide' | 'centerCrop'>> {
  const { dtype, layout } = preprocessing ? ({ dtype: 'uint8', layout: 'NHWC' } as const) : input;
  const defaults = { color: 'RGB', scale: 1, mean: [0, 0, 0], std: [1, 1, 1] } as const;
  return { dtype, layout, ...defaults, ...preprocessing };
}

/** A tensor's values with its shape. */
export interface TensorData {
  readonly type: 'float32' | 'uint8';
  readonly data: Float32Array | Uint8Array;
  readonly shape: readonly number[];
}

/**
 * Makes a model's input of an image: value = (pixel * scale - mean) / std, channels in the order of
 * `color`, laid out as `layout` says, with a batch of one.
 */
export function tensorOf(
  { data, width, height }: Pixels,
  preprocessing: ReturnType<typeof fullPreprocessing>,
): TensorData {
  const { dtype, layout, color, scale, mean, std } = preprocessing;
  const count = width * height;
  const values =
    dtype === 'float32' ? new Float32Array(3 * count) : new Uint8ClampedArray(3 * count);
  const [step, channelStart] = layout === 'NHWC' ? [3, 1] : [1, count];
  for (let channel = 0; channel < 3; channel++) {
    const source = color === 'RGB' ? channel : 2 - channel;
    const factor = scale / (std[channel] ?? 1);
    const shift = (mean[channel] ?? 0) / (std[channel] ?? 1);
    for (let i = 0; i < count; i++) {
      values[channel * channelStart + i * step] = (data[3 * i + source] ?? 0) * factor - shift;
    }
  }
  const shape = layout === 'NHWC' ? [1, height, width, 3] : [1, 3, height, width];
  return values instanceof Float32Array
    ? { type: 'float32', data: values, shape }
    : { type: 'uint8', data: new Uint8Array(values.buffer), shape };
}

/**
 * Reads a catalogue's raw tensor of uint8 as pixels.
 *
 * @throws TypeError when the length is not exact
 */
export function rawPixels(bytes: Uint8Array, input: RawInput): Pixels {
  const { shape, layout } = input;
  const [, a = 0, b = 0, c = 0] = shape;
  const { width, height } = layout === 'NHWC' ? { height: a, width: b } : { height: b, width: c };
  checkLength(bytes, input);
  if (layout === 'NHWC') return { data: bytes, width, height };
  const count = width * height;
  const data = Uint8Array.from(bytes, (_, i) => bytes[(i % 3) * count + Math.floor(i / 3)] ?? 0);
  return { data, width, height };
}

/**
 * Reads a catalogue's raw tensor of little-endian float32.
 *
 * @throws TypeError when the length is not exact
 */
export function rawFloats(bytes: Uint8Array, input: RawInput): TensorData {
  checkLength(bytes, input);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const data = Float32Array.from({ length: bytes.length / 4 }, (_, i) =>
    view.getFloat32(4 * i, true),
  );
  return { type: 'float32', data, shape: input.shape };
}

function checkLength(bytes: Uint8Array, { dtype, shape }: RawInput): void {
  const expected = shape.reduce((product, side) => product * side, dtype === 'float32' ? 4 : 1);
  if (bytes.length === expected) return;
  throw new TypeError(`a raw tensor has ${expected} bytes here, not ${bytes.length}`);
}
