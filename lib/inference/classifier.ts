import type { InferenceSession, Tensor } from 'onnxruntime-common';
import {
  type Catalogue,
  type CatalogueModel,
  inputSize,
  type Preprocessing,
  preprocessingSchema,
} from '../catalogue/schema.ts';
import { type CropSize, decodeImage } from './decode.ts';
import { ModelShapeError } from './errors.ts';
import { ort } from './native.ts';
import { type Prediction, topPredictions } from './predictions.ts';
import { imageTensor, rawTensor } from './tensor.ts';

/** MB of memory for which Lambda gives one vCPU (https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html). */
const mbPerVcpu = 1769;

/** The threads that pay off in a function of some memory: one for each whole vCPU, at most 6. */
export function threadsFor(memoryMb: number): number {
  return Math.min(6, Math.max(1, Math.floor(memoryMb / mbPerVcpu)));
}

/** What one classification gave, with its two times in ms. */
export interface Classification {
  readonly predictions: Prediction[];
  readonly decodeMs: number;
  readonly runMs: number;
}

/** A model, loaded once, that classifies images and raw tensors of its catalogue. */
export class Classifier {
  readonly #session: InferenceSession;
  readonly #catalogue: Catalogue;
  readonly #preprocessing: Preprocessing;
  readonly #crop: CropSize;

  private constructor(session: InferenceSession, catalogue: Catalogue, model: CatalogueModel) {
    this.#session = session;
    this.#catalogue = catalogue;
    const { dtype, layout } = catalogue.input;
    this.#preprocessing = model.preprocessing ?? preprocessingSchema.parse({ dtype, layout });
    this.#crop = cropOf(session, catalogue, this.#preprocessing);
  }

  /**
   * Loads a model and runs it once, so that the first request meets a warm model.
   *
   * @throws {@link ModelShapeError} when it is no classifier of the catalogue's labels and input
   */
  static async load(options: {
    path: string;
    catalogue: Catalogue;
    model: CatalogueModel;
    threads?: number;
  }): Promise<Classifier> {
    const threads = options.threads ?? threadsFor(options.model.memoryMb);
    const session = await ort.InferenceSession.create(options.path, {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
    });
    const classifier = new Classifier(session, options.catalogue, options.model);
    await classifier.#warmUp(options.model.name);
    return classifier;
  }

  /**
   * Classifies an image of any size.
   *
   * @throws UndecodableImageError, NonFiniteOutputError
   */
  async classifyImage(bytes: Uint8Array): Promise<Classification> {
    const startMs = performance.now();
    const data = await decodeImage(bytes, this.#crop);
    const tensor = imageTensor({ data, ...this.#crop }, this.#preprocessing);
    return this.#classify(tensor, performance.now() - startMs);
  }

  /**
   * Classifies the catalogue's raw input tensor. A catalogue of uint8 pixels has them preprocessed as
   * a decoded image would be; one of float32 hands the values to the model as they are.
   *
   * @throws TensorLengthError, NonFiniteOutputError
   */
  async classifyTensor(bytes: Uint8Array): Promise<Classification> {
    const startMs = performance.now();
    const { input } = this.#catalogue;
    const raw = rawTensor(bytes, input);
    const pixels = input.dtype === 'uint8' && input.layout === 'NHWC';
    const tensor = pixels
      ? imageTensor({ data: bytes, ...inputSize(input) }, this.#preprocessing)
      : raw;
    return this.#classify(tensor, performance.now() - startMs);
  }

  async #classify(tensor: Tensor, decodeMs: number): Promise<Classification> {
    const startMs = performance.now();
    const output = await this.#run(tensor);
    const runMs = performance.now() - startMs;
    return { predictions: topPredictions(output, this.#catalogue.labels), decodeMs, runMs };
  }

  async #run(tensor: Tensor): Promise<Float32Array> {
    const [inputName = ''] = this.#session.inputNames;
    const [outputName = ''] = this.#session.outputNames;
    const outputs = await this.#session.run({ [inputName]: tensor }, [outputName]);
    return outputs[outputName]?.data as Float32Array;
  }

  async #warmUp(name: string): Promise<void> {
    const { width, height } = this.#crop;
    const data = new Uint8Array(width * height * 3);
    const output = await this.#run(imageTensor({ data, width, height }, this.#preprocessing)).catch(
      (error: Error) => {
        throw new ModelShapeError(
          `model "${name}" does not take the catalogue's input: ${error.message}`,
        );
      },
    );
    const classes = this.#catalogue.labels.length;
    if (output.length !== classes) {
      throw new ModelShapeError(
        `model "${name}" gives ${output.length} values, but the catalogue has ${classes} labels`,
      );
    }
  }
}

function cropOf(
  session: InferenceSession,
  { input }: Catalogue,
  { layout, resizeShorterSide, centerCrop }: Preprocessing,
): CropSize {
  const metadata = session.inputMetadata[0];
  const shape = metadata?.isTensor ? metadata.shape : [];
  const [height, width] = layout === 'NHWC' ? [shape[1], shape[2]] : [shape[2], shape[3]];
  const fallback = inputSize(input);
  return {
    // Exported models often leave the sides open (a name, or -1): then the catalogue's data decides.
    width: isSide(width) ? width : (centerCrop ?? fallback.width),
    height: isSide(height) ? height : (centerCrop ?? fallback.height),
    resizeShorterSide,
  };
}

function isSide(dimension: number | string | undefined): dimension is number {
  return typeof dimension === 'number' && dimension > 0;
}
