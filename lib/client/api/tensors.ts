import type { Datatype } from '../../core/contract/datatypes.ts';
import type { InferResponse } from '../../core/contract/messages.ts';
import type { CommonOptions, RequestOptions } from './options.ts';
import type { ClientStatistics } from './statistics.ts';
import type {
  Answered,
  AnyCloudAnswer,
  AnyDeviceAnswer,
  DescribedModel,
  Readiness,
  RequestKind,
} from './types.ts';

/** A `Float16Array`, which not every browser has. */
export interface HalfFloats {
  readonly [Symbol.toStringTag]: 'Float16Array';
  readonly buffer: ArrayBufferLike;
  readonly byteOffset: number;
  readonly length: number;
}

/** What the elements of a tensor come as, by its datatype, in the order of its rows. */
export interface TypedData {
  /** 0 or 1. */
  readonly BOOL: Uint8Array;
  readonly UINT8: Uint8Array;
  readonly UINT16: Uint16Array;
  readonly UINT32: Uint32Array;
  readonly UINT64: BigUint64Array;
  readonly INT8: Int8Array;
  readonly INT16: Int16Array;
  readonly INT32: Int32Array;
  readonly INT64: BigInt64Array;
  /** The bits of half-precision numbers (IEEE 754 binary16). */
  readonly FP16: Uint16Array;
  readonly FP32: Float32Array;
  readonly FP64: Float64Array;
  readonly BYTES: readonly Uint8Array[];
}

/** What the elements of a tensor may be given as: as they come, or as a list of their values. */
export interface GivenData {
  readonly BOOL: TypedData['BOOL'] | readonly (boolean | number)[];
  readonly UINT8: TypedData['UINT8'] | Uint8ClampedArray | readonly number[];
  readonly UINT16: TypedData['UINT16'] | readonly number[];
  readonly UINT32: TypedData['UINT32'] | readonly number[];
  readonly UINT64: TypedData['UINT64'] | readonly (bigint | number)[];
  readonly INT8: TypedData['INT8'] | readonly number[];
  readonly INT16: TypedData['INT16'] | readonly number[];
  readonly INT32: TypedData['INT32'] | readonly number[];
  readonly INT64: TypedData['INT64'] | readonly (bigint | number)[];
  readonly FP16: TypedData['FP16'] | HalfFloats | readonly number[];
  readonly FP32: TypedData['FP32'] | readonly number[];
  readonly FP64: TypedData['FP64'] | readonly number[];
  /** Texts are sent as UTF-8. */
  readonly BYTES: readonly (Uint8Array | string)[];
}

/** A tensor whose elements are what `Data` says of its datatype. */
export type TensorOf<Data extends Record<Datatype, unknown>> = {
  [D in Datatype]: {
    readonly datatype: D;
    readonly shape: readonly number[];
    readonly data: Data[D];
  };
}[Datatype];

/** A tensor as callers and models on the device give it. */
export type GivenTensor = TensorOf<GivenData>;
/** By their names. */
export type GivenTensors = Readonly<Record<string, GivenTensor>>;
/** A tensor of an answer, or for a model on the device. */
export type TypedTensor = TensorOf<TypedData>;
/** By their names. */
export type TypedTensors = Readonly<Record<string, TypedTensor>>;

/**
 * A model as a function, on any runtime.
 *
 * @param options.signal - aborted when the answer is no longer wanted
 * @param options.outputs - the outputs that are wanted; absent for all
 */
export type TensorFunction = (
  tensors: TypedTensors,
  options: { readonly signal: AbortSignal; readonly outputs?: readonly string[] | undefined },
) => GivenTensors | Promise<GivenTensors>;

/** A model on the device that takes and gives the tensors of its catalogue. */
export interface TensorModel extends DescribedModel {
  readonly infer: TensorFunction;
  /**
   * The chance, 0 to 1, that outputs are right; needed for `cloud: 'when-unsure'`.
   */
  readonly chanceOf?: ((outputs: TypedTensors) => number) | undefined;
}

/** The tensors of a request. */
export interface TensorRequest {
  readonly contentType?: undefined;
  readonly tensors: TypedTensors;
  /** The names of the outputs that are wanted; absent for all. */
  readonly outputs?: readonly string[] | undefined;
}

/** The cloud's answer. */
export interface TensorCloudAnswer extends AnyCloudAnswer {
  readonly outputs: TypedTensors;
  /** All times in ms. */
  readonly timing: Pick<
    InferResponse['timing'],
    'slaMs' | 'inputMs' | 'networkMs' | 'budgetMs' | 'serviceMs' | 'serverMs' | 'coldStart'
  >;
  readonly selection: Pick<InferResponse['selection'], 'baseModel'>;
}

/** The device's answer. */
export interface TensorDeviceAnswer extends AnyDeviceAnswer {
  readonly outputs: TypedTensors;
}

/** Tensors that models are asked with. */
export interface TensorKind extends RequestKind {
  readonly given: GivenTensors;
  readonly options: { readonly outputs?: readonly string[] | undefined };
  readonly input: TensorRequest;
  readonly call: TensorRequest;
  readonly model: TensorModel;
  readonly upload: { readonly bytes: number };
  readonly cloud: TensorCloudAnswer;
  readonly device: TensorDeviceAnswer;
  readonly content: { readonly outputs: TypedTensors };
}

/** Settings of a client for tensors. */
export interface TensorClientOptions extends CommonOptions<TensorKind> {
  /** Name of the catalogue whose models answer: the Open Inference Protocol's model. */
  readonly model: string;
  /**
   * The model that answers when the cloud cannot in time; of several, the most accurate that meets the SLA
   * on this device. A function alone counts as less accurate than all models of the cloud.
   *
   * @default - none: the cloud answers, or no one does
   */
  readonly onDevice?: TensorFunction | TensorModel | readonly TensorModel[] | undefined;
}

/** Options of one `infer`. */
export interface InferOptions extends RequestOptions<TensorKind> {
  /**
   * The names of the outputs that are wanted.
   *
   * @default - all of them
   */
  readonly outputs?: readonly string[] | undefined;
}

/** Options of `prepare`. */
export interface PrepareTensorsOptions {
  /**
   * The SLA of the request that is coming, in ms.
   *
   * @default - the client's
   */
  readonly slaMs?: number | undefined;
  /** Inputs to measure the models on the device with. */
  readonly sample?: GivenTensors | undefined;
}

/** The answer of `infer`. */
export interface TensorAnswer extends Answered<TensorKind> {
  /** By their names. */
  readonly outputs: TypedTensors;
}

/** Has models answer to tensors within an SLA, in the cloud or on the device. */
export interface TensorClient {
  /**
   * Has a model answer: the cloud's outputs if they are there within the SLA, otherwise the device's.
   *
   * @param tensors - by the names of the inputs; not to be changed before the answer is there
   * @throws SlaExceededError, ApiError, NetworkError, MalformedAnswerError or RequestTooLargeError when no
   * model on the device works either; DeviceModelError when only the device may answer; the signal's
   * reason; TypeError or RangeError, naming the tensor, when its datatype, shape and elements do not fit
   * each other
   */
  infer(tensors: GivenTensors, options?: InferOptions): Promise<TensorAnswer>;
  /**
   * Gets ready: loads the models and, given a sample, measures them where that matters; meanwhile it opens
   * the connection, synchronizes the clock and asks the service to warm the models that it would choose. It
   * does not wait for the service. Without it the first calls of `infer` do all this.
   *
   * @throws TypeError or RangeError when something is wrong with the sample
   */
  prepare(options?: PrepareTensorsOptions): Promise<Readiness>;
  /** What has happened so far. */
  statistics(): ClientStatistics;
  /** Ends everything that is running and releases the models; `infer` rejects from now on. */
  close(): void;
}
