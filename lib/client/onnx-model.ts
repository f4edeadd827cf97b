import type { InferenceSession, Tensor, TypedTensor } from 'onnxruntime-common';
import {
  type CropSize,
  fullPreprocessing,
  type Pixels,
  rawFloats,
  rawPixels,
  type TensorData,
  tensorOf,
} from '../core/preprocessing/pixels.ts';
import type { ModelDescription } from './model-description.ts';
import type { DeviceInput, ImageInput, Prediction } from './types.ts';

/** What makes pixels of an image, in the size that a model wants. */
export type Decode = (input: DeviceInput, size: CropSize) => Promise<Pixels>;

/** An onnxruntime of any kind: web, React Native, Node. */
export interface Runtime {
  readonly InferenceSession: {
    create(model: string, options?: InferenceSession.SessionOptions): Promise<InferenceSession>;
    create(model: Uint8Array, options?: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
  readonly Tensor: {
    new (type: 'float32', data: Float32Array, dims: readonly number[]): TypedTensor<'float32'>;
    new (type: 'uint8', data: Uint8Array, dims: readonly number[]): TypedTensor<'uint8'>;
  };
}

/** How many labels an answer has. */
const answerLength = 5;
/** Quantised models round their probabilities to multiples of 1/255: their sum may miss 1 by this much. */
const sumTolerance = (count: number) => Math.min(0.1, 0.001 + count / 510);

/** A model in an onnxruntime session that classifies as the service would. */
export class OnnxModel {
  readonly #runtime: Runtime;
  readonly #session: InferenceSession;
  readonly #description: ModelDescription;
  readonly #size: CropSize;
  #areProbabilities = false;

  private constructor(runtime: Runtime, session: InferenceSession, description: ModelDescription) {
    this.#runtime = runtime;
    this.#session = session;
    this.#description = description;
    this.#size = sizeOf(session, description);
  }

  /**
   * Loads a model and runs it once: the first run is slower than all others.
   *
   * @param model - a path or an address, or the file's bytes
   * @throws Error when it does not run on its description's input, or gives another number of scores
   */
  static async load(
    runtime: Runtime,
    model: string | Uint8Array,
    description: ModelDescription,
    options: InferenceSession.SessionOptions = {},
  ): Promise<OnnxModel> {
    const { InferenceSession } = runtime;
    const session =
      typeof model === 'string'
        ? await InferenceSession.create(model, options)
        : await InferenceSession.create(model, options);
    const loaded = new OnnxModel(runtime, session, description);
    await loaded.#warmUp();
    return loaded;
  }

  /** Classifies an image, or the catalogue's raw tensor. */
  async classify(input: DeviceInput, decode: Decode): Promise<Prediction[]> {
    const { labels } = this.#description;
    const scores = await this.#run(await this.#tensorOf(input, decode));
    return topPredictions(this.#areProbabilities ? scores : softmax(scores), labels);
  }

  /** Frees the session's memory. */
  async release(): Promise<void> {
    await this.#session.release();
  }

  async #tensorOf(input: DeviceInput, decode: Decode): Promise<TensorData> {
    const { input: raw, preprocessing } = this.#description;
    const full = fullPreprocessing(preprocessing, raw);
    if (input.contentType.startsWith('image/')) {
      return tensorOf(await decode(input, this.#size), full);
    }
    const bytes = await bytesOf(input.image);
    if (raw.dtype === 'float32') return rawFloats(bytes, raw);
    const pixels = rawPixels(bytes, raw);
    if (pixels.width !== this.#size.width || pixels.height !== this.#size.height) {
      const { width, height } = this.#size;
      throw new TypeError(
        `"${this.#description.name}" takes raw images of ${width} x ${height} only`,
      );
    }
    return tensorOf(pixels, full);
  }

  async #run({ type, data, shape }: TensorData): Promise<number[]> {
    const { Tensor } = this.#runtime;
    const [inputName = ''] = this.#session.inputNames;
    const [outputName = ''] = this.#session.outputNames;
    const tensor: Tensor =
      type === 'uint8'
        ? new Tensor(type, data as Uint8Array, shape)
        : new Tensor(type, data as Float32Array, shape);
    const outputs = await this.#session.run({ [inputName]: tensor }, [outputName]);
    const scores = Array.from(outputs[outputName]?.data as Float32Array);
    if (scores.every(Number.isFinite)) return scores;
    throw new Error(`"${this.#description.name}" answered with NaN or an infinity`);
  }

  async #warmUp(): Promise<void> {
    const { input, preprocessing, labels, output, name } = this.#description;
    const { width, height } = this.#size;
    // An image of all colours: black says little of what a model answers with.
    const data = Uint8Array.from({ length: 3 * width * height }, (_, i) => (i * 37) % 256);
    const full = fullPreprocessing(preprocessing, input);
    const scores = await this.#run(tensorOf({ data, width, height }, full));
    if (scores.length !== labels.length) {
      throw new Error(`"${name}" gives ${scores.length} scores for ${labels.length} labels`);
    }
    const sum = scores.reduce((total, score) => total + score, 0);
    const isDistribution =
      Math.abs(sum - 1) < sumTolerance(scores.length) && scores.every((score) => score >= 0);
    this.#areProbabilities = output ? output === 'probabilities' : isDistribution;
  }
}

function sizeOf(session: InferenceSession, description: ModelDescription): CropSize {
  const { input, preprocessing } = description;
  const { layout } = fullPreprocessing(preprocessing, input);
  const [height, width] = sides(inputShape(session), layout);
  const [rawHeight = 0, rawWidth = 0] = sides(input.shape, input.layout);
  const crop = preprocessing?.centerCrop;
  return {
    width: isSide(width) ? width : (crop ?? Number(rawWidth)),
    height: isSide(height) ? height : (crop ?? Number(rawHeight)),
    resizeShorterSide: preprocessing?.resizeShorterSide,
  };
}

function inputShape(session: InferenceSession): readonly (number | string)[] {
  try {
    const [metadata] = session.inputMetadata;
    return metadata?.isTensor ? metadata.shape : [];
  } catch {
    // Some runtimes for React Native refuse to tell: then the catalogue's data decides.
    return [];
  }
}

function sides(shape: readonly (number | string)[], layout: 'NHWC' | 'NCHW') {
  return layout === 'NHWC' ? [shape[1], shape[2]] : [shape[2], shape[3]];
}

function isSide(side: number | string | undefined): side is number {
  return typeof side === 'number' && side > 0;
}

async function bytesOf(image: ImageInput): Promise<Uint8Array> {
  if ('arrayBuffer' in image) return new Uint8Array(await image.arrayBuffer());
  if (!ArrayBuffer.isView(image)) return new Uint8Array(image);
  return new Uint8Array(image.buffer, image.byteOffset, image.byteLength);
}

/** The best labels, best first; of equals the lower index. */
function topPredictions(scores: readonly number[], labels: readonly string[]): Prediction[] {
  const score = (index: number) => scores[index] ?? 0;
  return scores
    .map((_, index) => index)
    .sort((a, b) => score(b) - score(a) || a - b)
    .slice(0, answerLength)
    .map((index) => ({
      index,
      label: labels[index] ?? String(index),
      score: Math.min(1, Math.max(0, score(index))),
    }));
}

function softmax(logits: readonly number[]): number[] {
  const largest = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const powers = logits.map((logit) => Math.exp(logit - largest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}
