import type { InferenceSession } from 'onnxruntime-common';
import type { Prediction } from '../../core/contract/messages.ts';
import { type DecodeLimits, decodeLimitsFor } from '../../core/images/limits.ts';
import { type CropSize, cropSizeOf } from '../../core/preprocessing/crop.ts';
import {
  ModelShapeError,
  NonFiniteOutputError,
  TensorValueError,
} from '../../core/preprocessing/errors.ts';
import {
  labelScores,
  type OutputKind,
  outputKind,
  scoresOf,
  topPredictions,
} from '../../core/preprocessing/predictions.ts';
import {
  fullPreprocessing,
  inputSize,
  type Preprocessing,
} from '../../core/preprocessing/preprocessing.ts';
import { numbersOf } from '../../core/preprocessing/runtime-tensor.ts';
import {
  imageTensor,
  madeUpPixels,
  type Pixels,
  rawPixels,
  rawTensor,
  type TensorData,
} from '../../core/preprocessing/tensor.ts';
import type { Catalogue, ListedModel } from '../catalogue/schema.ts';
import { decodeImage, decodeView, resizePixels } from './decode.ts';
import { Decodings } from './decodings.ts';
import { runtimeReason } from './runtime-reason.ts';
import { openSession, runSession } from './session.ts';
import { checkPreprocessing, type ModelSignature, readSignature } from './signature.ts';
import { threadsFor } from './threads.ts';

/** The result of one classification, with what took time. */
export interface ClassifierResult {
  readonly predictions: Prediction[];
  /** The score of every label, 0 to 1, in their order, for those who want more than the best. */
  readonly scores?: () => readonly number[];
  /** From the file to pixels of the model's size, in ms; 0 for a raw tensor. */
  readonly decodeMs: number;
  /** The model alone, in ms. */
  readonly runMs: number;
}

/** What a classifier needs to know about its catalogue and its model. */
export interface ClassifierOptions {
  /** The model's path, or its bytes. */
  readonly path: string | Uint8Array;
  readonly catalogue: Pick<Catalogue, 'input' | 'labels'>;
  readonly model: Pick<
    ListedModel,
    'preprocessing' | 'output' | 'outputName' | 'backgroundClass' | 'memoryMb'
  >;
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
  readonly #limits: DecodeLimits;
  readonly #decodings = new Decodings();
  readonly #backgroundClass: ListedModel['backgroundClass'];
  #outputKind: OutputKind;

  private constructor(session: InferenceSession, { catalogue, model }: ClassifierOptions) {
    this.#session = session;
    this.#signature = readSignature(session, model.outputName);
    this.#catalogue = catalogue;
    this.#preprocessing = fullPreprocessing(model.preprocessing, catalogue.input);
    checkPreprocessing(this.#signature, this.#preprocessing);
    this.#crop = cropSizeOf(this.#signature, this.#preprocessing, catalogue.input);
    this.#limits = decodeLimitsFor(model.memoryMb);
    this.#checkRawInput();
    this.#backgroundClass = model.backgroundClass;
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
   * Classifies an image of any size, or one that is its catalogue's view already.
   *
   * @param byEpochMs - Unix ms until which it must be decoded, so that the model can run
   * @throws {@link NotTheViewError} when it has another size than that
   * @throws {@link UndecodableImageError} when the bytes are not an image, or too costly a one
   * @throws {@link DeadlinePassedError}
   * @throws {@link NonFiniteOutputError} when the model answers with NaN or an infinity
   */
  async classifyImage(
    bytes: Uint8Array,
    view?: CropSize,
    byEpochMs?: number,
  ): Promise<ClassifierResult> {
    const startMs = performance.now();
    const decode = () =>
      view
        ? decodeView(bytes, view, this.#crop, this.#limits)
        : decodeImage(bytes, this.#crop, this.#limits);
    const data = await this.#decodings.run(decode, byEpochMs);
    const decodeMs = performance.now() - startMs;
    return this.#classify(imageTensor({ data, ...this.#crop }, this.#preprocessing), decodeMs);
  }

  /**
   * Classifies the catalogue's raw input tensor. A catalogue of uint8 pixels has them preprocessed
   * as a decoded image would be; one of float32 passes the values to the model as they are.
   *
   * @throws {@link TensorLengthError} when the length is not exact
   * @throws {@link TensorValueError} when the values are not finite, or too large for any model
   * @throws {@link NonFiniteOutputError} when the model answers with NaN or an infinity
   */
  async classifyTensor(bytes: Uint8Array): Promise<ClassifierResult> {
    const { input } = this.#catalogue;
    if (input.dtype === 'float32') {
      return this.#classify(rawTensor(bytes, input)).catch((error) => this.#blame(error));
    }
    const data = await resizePixels(rawPixels(bytes, input), this.#crop);
    return this.#classify(imageTensor({ data, ...this.#crop }, this.#preprocessing));
  }

  /** The pixels that the model takes of an image. */
  get crop(): CropSize {
    return this.#crop;
  }

  /** The names of all of the model's outputs. */
  get outputNames(): readonly string[] {
    return this.#session.outputNames;
  }

  /** The model's raw output for pixels of the size of its {@link crop}. */
  async outputOf(pixels: Pixels): Promise<ArrayLike<number>> {
    return await this.#run(imageTensor(pixels, this.#preprocessing));
  }

  /**
   * The model's raw output for a made-up image of many colours: its answer to plain black would say little.
   *
   * @throws {@link ModelShapeError} when it does not run, or does not give one score per label
   */
  async runOnMadeUpImage(): Promise<ArrayLike<number>> {
    const output = await this.outputOf(madeUpPixels(this.#crop)).catch((error: Error) => {
      const reason = runtimeReason(error);
      throw new ModelShapeError(`it does not run on the catalogue's input: ${reason}`);
    });
    const scores = output.length - (this.#backgroundClass === undefined ? 0 : 1);
    const classes = this.#catalogue.labels.length;
    if (scores !== classes) {
      throw new ModelShapeError(
        `it gives ${scores} scores, but the catalogue has ${classes} labels`,
      );
    }
    return output;
  }

  async #classify(tensor: TensorData, decodeMs = 0): Promise<ClassifierResult> {
    const startMs = performance.now();
    const output = await this.#run(tensor);
    const runMs = performance.now() - startMs;
    const [{ labels }, kind] = [this.#catalogue, this.#outputKind];
    const values = labelScores(output, { kind, backgroundClass: this.#backgroundClass });
    const predictions = topPredictions(values, labels, kind);
    return { predictions, scores: () => scoresOf(values, kind), decodeMs, runMs };
  }

  async #run(tensor: TensorData): Promise<ArrayLike<number>> {
    const { outputName } = this.#signature;
    const outputs = await runSession(this.#session, tensor, [outputName]);
    return numbersOf(outputs[outputName]?.data);
  }

  /**
   * Pixels are bounded, a caller's floats are not: 1e38 makes any model overflow. A model that still
   * answers to an image is not to blame for it.
   */
  async #blame(error: unknown): Promise<never> {
    if (
      error instanceof NonFiniteOutputError &&
      Array.from(await this.runOnMadeUpImage()).every(Number.isFinite)
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
