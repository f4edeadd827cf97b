import { type CropSize, cropSizeOf } from '../../core/preprocessing/crop.ts';
import { ModelShapeError } from '../../core/preprocessing/errors.ts';
import {
  labelScores,
  type OutputKind,
  outputKind,
  topPredictions,
} from '../../core/preprocessing/predictions.ts';
import { fullPreprocessing, type Preprocessing } from '../../core/preprocessing/preprocessing.ts';
import {
  numbersOf,
  runtimeTensor,
  type TensorConstructor,
} from '../../core/preprocessing/runtime-tensor.ts';
import {
  imageTensor,
  madeUpPixels,
  type Pixels,
  rawPixels,
  rawTensor,
  type TensorData,
} from '../../core/preprocessing/tensor.ts';
import type { Decode } from '../api/codec.ts';
import { DeviceModelError } from '../api/errors.ts';
import type { DeviceInput, ImageFile } from '../api/image.ts';
import type { LoadProgress, OnDeviceModel, Prediction } from '../api/types.ts';
import { factsOf, type ModelDescription } from './model-description.ts';
import { loadModelFile, type ModelStorage } from './model-file.ts';

/** What is used of a session of onnxruntime. */
export interface OnnxSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** Some runtimes for React Native throw when they are asked. */
  readonly inputMetadata: readonly {
    readonly isTensor: boolean;
    readonly shape?: readonly (number | string)[];
  }[];
  /** `never`: each runtime takes tensors of its own. */
  run(
    feeds: Readonly<Record<string, never>>,
    fetches: readonly string[],
  ): Promise<Readonly<Record<string, { readonly data: unknown }>>>;
  release(): Promise<void>;
}

/**
 * An onnxruntime of any kind: web, React Native, Node. In its own words, so that none of them has to be
 * installed for the types.
 */
export interface Runtime {
  readonly InferenceSession: {
    create(model: string, options?: object): Promise<OnnxSession>;
    create(model: Uint8Array, options?: object): Promise<OnnxSession>;
  };
  readonly Tensor: TensorConstructor;
}

/** A model to load with a runtime that decodes no images by itself. */
export interface OnnxOnDeviceOptions extends ModelDescription {
  /** The .onnx file: its path on the device, its http(s) address, or its bytes. */
  readonly model: string | Uint8Array;
  /**
   * Keeps a downloaded file for the next start.
   *
   * @default - it is downloaded at every start
   */
  readonly storage?: ModelStorage | undefined;
  /**
   * Decodes an image to `width` x `height` RGB pixels: those of the part that `regionOf` gives.
   *
   * @default - the client's `images` do
   */
  readonly decode?: Decode | undefined;
  /** See `OnDeviceModel`. */
  readonly measuredMs?: number | undefined;
}

/**
 * A model on the device that any onnxruntime runs. It is loaded when it is first needed, and again when
 * that has failed.
 *
 * @param sessionOptions - for `InferenceSession.create`
 */
export function onnxOnDevice(
  runtime: Runtime,
  options: OnnxOnDeviceOptions,
  sessionOptions: object = {},
): OnDeviceModel {
  const { model, decode, measuredMs, storage, ...description } = options;
  let loading: Promise<OnnxModel> | undefined;
  const begin = async (onProgress?: (progress: LoadProgress) => void) => {
    const isAddress = typeof model === 'string' && /^https?:/.test(model);
    const file = isAddress
      ? await loadModelFile({ ...description, url: model }, storage, onProgress)
      : model;
    return await OnnxModel.load(runtime, file, description, sessionOptions);
  };
  const load = async (onProgress?: (progress: LoadProgress) => void) => {
    loading ??= begin(onProgress);
    try {
      return await loading;
    } catch (error) {
      loading = undefined;
      throw error;
    }
  };
  return {
    ...factsOf(description),
    measuredMs,
    prepare: load,
    classify: async (image, { contentType, pixels }) => {
      const loaded = await load();
      const decoder: Decode = decode ?? (async (_, size) => await (pixels ?? noDecoder)(size));
      return { predictions: await loaded.classify({ image, contentType }, decoder) };
    },
    close: () => {
      loading?.then((loaded) => loaded.release()).catch(() => undefined);
      loading = undefined;
    },
  };
}

async function noDecoder(): Promise<never> {
  throw new DeviceModelError('nothing decodes images here: set decode, or images of the client');
}

/** A model in an onnxruntime session that classifies as the service would. */
export class OnnxModel {
  readonly #runtime: Runtime;
  readonly #session: OnnxSession;
  readonly #description: ModelDescription;
  readonly #preprocessing: Preprocessing;
  readonly #size: CropSize;
  #outputKind: OutputKind = 'logits';

  private constructor(runtime: Runtime, session: OnnxSession, description: ModelDescription) {
    const { preprocessing, input } = description;
    this.#runtime = runtime;
    this.#session = session;
    this.#description = description;
    this.#preprocessing = fullPreprocessing(preprocessing, input);
    const fixed = fixedSides(session, this.#preprocessing.layout);
    this.#size = cropSizeOf(fixed, this.#preprocessing, input);
  }

  /**
   * Loads a model and runs it once: the first run is slower than all others.
   *
   * @param model - a path or an address, or the file's bytes
   * @throws {@link ModelShapeError} when it gives another number of scores than there are labels; what
   *   the runtime throws when it cannot load or run it
   */
  static async load(
    runtime: Runtime,
    model: string | Uint8Array,
    description: ModelDescription,
    options: object = {},
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

  /**
   * Classifies an image, or the catalogue's raw tensor.
   *
   * @throws {@link TensorLengthError}, {@link TensorValueError} or {@link ModelShapeError} when a raw
   *   tensor is not what the model takes, {@link NonFiniteOutputError}; what `decode` throws
   */
  async classify(input: DeviceInput, decode: Decode): Promise<Prediction[]> {
    const { image, contentType } = input;
    if (!contentType.startsWith('image/')) return await this.classifyTensor(image as ImageFile);
    return await this.classifyPixels(await decode(input, this.#size));
  }

  /** Classifies pixels of the model's {@link size}. */
  async classifyPixels(pixels: Pixels): Promise<Prediction[]> {
    return await this.#predict(imageTensor(pixels, this.#preprocessing));
  }

  /** Classifies the catalogue's raw tensor. */
  async classifyTensor(tensor: ImageFile): Promise<Prediction[]> {
    return await this.#predict(this.#tensorOf(await bytesOf(tensor)));
  }

  /** The pixels that the model takes of an image. */
  get size(): CropSize {
    return this.#size;
  }

  /** Frees the session's memory. */
  async release(): Promise<void> {
    await this.#session.release();
  }

  #tensorOf(bytes: Uint8Array): TensorData {
    const { input: raw, name } = this.#description;
    if (raw.dtype === 'float32') return rawTensor(bytes, raw);
    const pixels = rawPixels(bytes, raw);
    const { width, height } = this.#size;
    if (pixels.width === width && pixels.height === height) {
      return imageTensor(pixels, this.#preprocessing);
    }
    throw new ModelShapeError(`"${name}" takes raw images of ${width} x ${height} only`);
  }

  async #predict(tensor: TensorData): Promise<Prediction[]> {
    const { labels, backgroundClass } = this.#description;
    const kind = this.#outputKind;
    const scores = labelScores(await this.#run(tensor), { kind, backgroundClass });
    return topPredictions(scores, labels, kind);
  }

  async #run(tensor: TensorData): Promise<ArrayLike<number>> {
    const [inputName = ''] = this.#session.inputNames;
    const [firstOutput = ''] = this.#session.outputNames;
    const { outputName = firstOutput } = this.#description;
    const feeds = { [inputName]: runtimeTensor(this.#runtime.Tensor, tensor) as never };
    const outputs = await this.#session.run(feeds, [outputName]);
    return numbersOf(outputs[outputName]?.data);
  }

  async #warmUp(): Promise<void> {
    const { labels, output, name, backgroundClass } = this.#description;
    const scores = await this.#run(imageTensor(madeUpPixels(this.#size), this.#preprocessing));
    this.#outputKind = output ?? outputKind(scores);
    const count = scores.length - (backgroundClass === undefined ? 0 : 1);
    if (count !== labels.length) {
      throw new ModelShapeError(
        `"${name}" gives ${count} scores, but there are ${labels.length} labels`,
      );
    }
  }
}

/** The sides that a model's file fixes, in pixels. */
function fixedSides(session: OnnxSession, layout: 'NHWC' | 'NCHW') {
  const shape = inputShape(session);
  const [height, width] = layout === 'NHWC' ? shape.slice(1, 3) : shape.slice(2, 4);
  return { width: fixed(width), height: fixed(height) };
}

function inputShape(session: OnnxSession): readonly (number | string)[] {
  try {
    return session.inputMetadata[0]?.shape ?? [];
  } catch {
    // Some runtimes for React Native refuse to tell: then the catalogue's data decides.
    return [];
  }
}

/** Exported models often leave a dimension open: a name, or -1. */
function fixed(side: number | string | undefined): number | undefined {
  return typeof side === 'number' && side > 0 ? side : undefined;
}

async function bytesOf(image: ImageFile): Promise<Uint8Array> {
  if ('arrayBuffer' in image) return new Uint8Array(await image.arrayBuffer());
  if (!ArrayBuffer.isView(image)) return new Uint8Array(image);
  return new Uint8Array(image.buffer, image.byteOffset, image.byteLength);
}
