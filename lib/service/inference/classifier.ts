import type { InferenceSession, Tensor } from 'onnxruntime-common';
import {
  type OutputKind,
  outputKind,
  type Prediction,
  topPredictions,
} from '../../core/preprocessing/predictions.ts';
import {
  type Catalogue,
  inputSize,
  type ListedModel,
  type Preprocessing,
  preprocessingSchema,
} from '../catalogue/schema.ts';
import { type CropSize, decodeImage, maxPixelsFor, resizePixels } from './decode.ts';
import { ModelShapeError, NonFiniteOutputError, TensorValueError } from './errors.ts';
import { openSession, threadsFor } from './session.ts';
import { checkPreprocessing, type ModelSignature, readSignature } from './signature.ts';
import { imageTensor, rawPixels, rawTensor } from './tensor.ts';

/** The result of one classification, with the times of its two steps in ms. */
export interface ClassifierResult {
  readonly predictions: Prediction[];
  readonly decodeMs: number;
  readonly runMs: number;
}

/** What a classifier needs to know about its catalogue and its model. */
export interface ClassifierOptions {
  /** The model's path, or its bytes. */
  readonly path: string | Uint8Array;
  readonly catalogue: Pick<Catalogue, 'input' | 'labels'>;
  readonly model: Pick<ListedModel, 'preprocessing' | 'output' | 'memoryMb'>;
  /** @default - as many as the memory of the model's function is worth, see {@link threadsFor} */
  readonly threads?: number;
}

/** A model, loaded once, that classifies images and raw tensors of its catalogue. */
export class Classifier {
  readonly #session: InferenceSession;
  readonly #signature: ModelSignature;
  readonly #catalogue: ClassifierOptions['catalogue'];
  readonly #preprocessing: Preprocessing;
  readonly #crop: CropSize;
  readonly #maxPixels: number;
  #outputKind: OutputKind;

  private constructor(session: InferenceSession, { catalogue, model }: ClassifierOptions) {
    const { dtype, layout } = catalogue.input;
    this.#session = session;
    this.#signature = readSignature(session);
    this.#catalogue = catalogue;
    this.#preprocessing = model.preprocessing ?? preprocessingSchema.parse({ dtype, layout });
    checkPreprocessing(this.#signature, this.#preprocessing);
    this.#crop = cropOf(this.#signature, catalogue, this.#preprocessing);
    this.#maxPixels = maxPixelsFor(model.memoryMb);
    this.#checkRawInput();
    this.#outputKind = model.output ?? 'logits';
  }

  /**
   * Loads a model and runs it once, so that the first request meets a warm model.
   *
   * @throws {@link ModelShapeError} when it is not a classifier of the catalogue's labels and input
   */
  static async load(options: ClassifierOptions): Promise<Classifier> {
    const { path, model, threads = threadsFor(model.memoryMb) } = options;
    const classifier = new Classifier(await openSession(path, threads), options);
    const output = await classifier.runOnMadeUpImage();
    classifier.#outputKind = model.output ?? outputKind(output);
    return classifier;
  }

  /**
   * Classifies an image of any size.
   *
   * @throws {@link UndecodableImageError} when the bytes are not an image, or too large a one
   * @throws {@link NonFiniteOutputError} when the model answers with NaN or an infinity
   */
  async classifyImage(bytes: Uint8Array): Promise<ClassifierResult> {
    const startMs = performance.now();
    const data = await decodeImage(bytes, this.#crop, this.#maxPixels);
    const tensor = imageTensor({ data, ...this.#crop }, this.#preprocessing);
    return this.#classify(tensor, performance.now() - startMs);
  }

  /**
   * Classifies the catalogue's raw input tensor. A catalogue of uint8 pixels has them preprocessed as
   * a decoded image would be; one of float32 hands the values to the model as they are.
   *
   * @throws {@link TensorLengthError} when the length is not exact
   * @throws {@link TensorValueError} when the values are not finite, or too large for any model
   * @throws {@link NonFiniteOutputError} when the model answers with NaN or an infinity
   */
  async classifyTensor(bytes: Uint8Array): Promise<ClassifierResult> {
    const startMs = performance.now();
    const { input } = this.#catalogue;
    if (input.dtype === 'float32') {
      const tensor = rawTensor(bytes, input);
      const decodeMs = performance.now() - startMs;
      return this.#classify(tensor, decodeMs).catch((error) => this.#blame(error));
    }
    const data = await resizePixels(rawPixels(bytes, input), this.#crop);
    const tensor = imageTensor({ data, ...this.#crop }, this.#preprocessing);
    return this.#classify(tensor, performance.now() - startMs);
  }

  /**
   * The model's raw output for a made-up image of many colours: its answer to plain black would say little.
   *
   * @param brightness - pixels are below it, at most 256
   * @throws {@link ModelShapeError} when it does not run, or gives another number of scores than there
   *   are labels
   */
  async runOnMadeUpImage(brightness = 256): Promise<Float32Array> {
    const { width, height } = this.#crop;
    const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 37) % brightness);
    const tensor = imageTensor({ data, width, height }, this.#preprocessing);
    const output = await this.#run(tensor).catch((error: Error) => {
      const [reason] = error.message.split('\n', 1);
      throw new ModelShapeError(`it does not run on the catalogue's input: ${reason}`);
    });
    const classes = this.#catalogue.labels.length;
    if (output.length !== classes) {
      throw new ModelShapeError(
        `it gives ${output.length} scores, but the catalogue has ${classes} labels`,
      );
    }
    return output;
  }

  async #classify(tensor: Tensor, decodeMs: number): Promise<ClassifierResult> {
    const startMs = performance.now();
    const output = await this.#run(tensor);
    const runMs = performance.now() - startMs;
    const { labels } = this.#catalogue;
    return { predictions: topPredictions(output, labels, this.#outputKind), decodeMs, runMs };
  }

  async #run(tensor: Tensor): Promise<Float32Array> {
    const { inputName, outputName } = this.#signature;
    const outputs = await this.#session.run({ [inputName]: tensor }, [outputName]);
    return outputs[outputName]?.data as Float32Array;
  }

  /**
   * Pixels are bounded, a caller's floats are not: 1e38 makes any model overflow. A model that still
   * answers to an image is not to blame for it.
   */
  async #blame(error: unknown): Promise<never> {
    if (
      error instanceof NonFiniteOutputError &&
      (await this.runOnMadeUpImage()).every(Number.isFinite)
    ) {
      throw new TensorValueError('the raw tensor holds values to which the model has no answer');
    }
    throw error;
  }

  /** A raw tensor of floats goes in as it is: all models of its catalogue must take it. */
  #checkRawInput(): void {
    const { input } = this.#catalogue;
    if (input.dtype !== 'float32') return;
    const { dtype, layout } = this.#preprocessing;
    const { width, height } = inputSize(input);
    const fits = width === this.#crop.width && height === this.#crop.height;
    if (dtype === input.dtype && layout === input.layout && fits) return;
    throw new ModelShapeError(
      `it takes ${dtype} ${layout} of ${this.#crop.width} x ${this.#crop.height}, but the catalogue's raw input is ${input.dtype} ${input.layout} of ${width} x ${height}`,
    );
  }
}

function cropOf(
  { width, height }: ModelSignature,
  { input }: ClassifierOptions['catalogue'],
  { resizeShorterSide, centerCrop }: Preprocessing,
): CropSize {
  const fallback = inputSize(input);
  return {
    // A model that takes any size is given what the catalogue's data says.
    width: width ?? centerCrop ?? fallback.width,
    height: height ?? centerCrop ?? fallback.height,
    resizeShorterSide,
  };
}
