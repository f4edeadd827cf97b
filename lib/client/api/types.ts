import type { InferResponse, Prediction } from '../../core/contract/messages.ts';
import type { CropSize } from '../../core/preprocessing/crop.ts';
import type { Pixels } from '../../core/preprocessing/tensor.ts';
import type { DeviceInput, ImageInput } from './image.ts';
import type { ImagePipeline, UploadedImage } from './pipeline.ts';

export type { Prediction };

/** How much of a model's file has come. */
export interface LoadProgress {
  readonly loadedBytes: number;
  /** Absent when the server does not say. */
  readonly totalBytes?: number | undefined;
}

/** What is said of any model that runs on the device. */
export interface DescribedModel {
  readonly name: string;
  readonly version?: string | undefined;
  /** Top-1 accuracy in percent, or what else the catalogue's models are measured by. */
  readonly accuracyPct: number;
  /**
   * The longest time in ms that a run takes on this device, if it is known from an earlier session: then
   * the model is not measured again (see `statistics().onDevice`).
   */
  readonly measuredMs?: number | undefined;
  /** Loads the model; called once, before its first run, and again after a failure. */
  readonly prepare?:
    | ((onProgress?: (progress: LoadProgress) => void) => Promise<unknown>)
    | undefined;
  /** Releases the model. */
  readonly close?: (() => void) | undefined;
}

/** A model that runs on the device, on any runtime. */
export interface OnDeviceModel extends DescribedModel {
  /** What its indices mean, in order; compared with what the service says, once. */
  readonly labels?: readonly string[] | undefined;
  /**
   * The chance, 0 to 1, that it is right when its best label has this score, as measured; needed for
   * `cloud: 'when-unsure'`.
   */
  readonly chanceOf?: ((score: number) => number) | undefined;
  /**
   * Pixels that the shorter side of an image is needed with, so that no more are decoded.
   *
   * @default 256
   */
  readonly shorterSide?: number | undefined;
  /**
   * Decodes and encodes images for the whole client.
   *
   * @default - files are sent as they are
   */
  readonly images?: ImagePipeline | undefined;
  /**
   * Classifies an image.
   *
   * @param options.signal - aborted when the answer is no longer wanted
   * @param options.pixels - decodes the image, in the size that the model takes; what has been decoded
   *   for the upload is not decoded again. Absent where nothing can decode, as in React Native and Node
   * @returns the labels, best first
   */
  classify(
    image: ImageInput,
    options: {
      readonly signal: AbortSignal;
      readonly contentType: string;
      readonly pixels?: ((size: CropSize) => Promise<Pixels>) | undefined;
    },
  ): Promise<{ readonly predictions: readonly Prediction[] }>;
}

/** Where an answer comes from. */
export type Source = 'cloud' | 'device';

/**
 * The state of a run: not begun (`waiting`), `running`, ended with an answer or an error, no longer
 * wanted (`cancelled`), or never wanted, because the device was sure or nothing may leave it
 * (`skipped`).
 */
export type RunState = 'waiting' | 'running' | 'answered' | 'failed' | 'cancelled' | 'skipped';

/** One of the two runs of a race; times are in ms since the call that asked for it. */
export interface Run<Answer> {
  readonly state: RunState;
  /** The device's run began, or the upload to the cloud; undefined when it never did. */
  readonly startMs?: number | undefined;
  readonly endMs?: number | undefined;
  readonly answer?: Answer | undefined;
  readonly error?: unknown;
}

/** What happened to the two runs of one request: what a time line shows. */
export interface Race<Kind extends RequestKind = ImageKind> {
  readonly slaMs: number;
  /** The cloud's whole answer is in `cloud.answer`, even when it lost or came late. */
  readonly cloud: Run<Kind['cloud']>;
  /** Absent when the client has no model on the device. */
  readonly device?: Run<Kind['device']> | undefined;
  /** Where the answer was taken from; absent when there was none. */
  readonly winner?: Source | undefined;
}

/** The model that answered, or would. */
export interface AnsweringModel {
  readonly name: string;
  readonly version?: string | undefined;
  /** Top-1 accuracy in percent, or what else the catalogue's models are measured by. */
  readonly accuracyPct: number;
}

/** What the device's answers to all kinds of requests say. */
export interface AnyDeviceAnswer {
  readonly model: AnsweringModel;
  /** The chance, 0 to 1, that it is right, by the model's reliability; absent where that is not known. */
  readonly chance?: number | undefined;
  /** From the call that asked for it, in ms. */
  readonly elapsedMs: number;
}

/** The device's answer. */
export interface DeviceAnswer extends AnyDeviceAnswer {
  readonly predictions: readonly Prediction[];
}

/** What the cloud's answers to all kinds of requests say. */
export interface AnyCloudAnswer {
  /** What feedback refers to. */
  readonly requestId: string;
  readonly model: InferResponse['model'];
  /** All times in ms. */
  readonly timing: Pick<InferResponse['timing'], 'slaMs' | 'inputMs' | 'serverMs'> & {
    readonly source?: InferResponse['timing']['source'] | undefined;
  };
}

/** What belongs to the requests of one kind: the types of what they ask and of what they get. */
export interface RequestKind {
  /** What the caller gives, with which options beside those of every request. */
  readonly given: unknown;
  readonly options: object;
  /** What is made of it: for a request, and for the models on the device. */
  readonly input: object & { readonly contentType?: string | undefined };
  readonly call: object;
  readonly model: DescribedModel & Pick<OnDeviceModel, 'shorterSide'>;
  /** What is sent to the cloud. */
  readonly upload: { readonly bytes: number };
  readonly cloud: AnyCloudAnswer;
  readonly device: AnyDeviceAnswer;
  /** The part of an answer that the caller has asked for. */
  readonly content: object;
}

/** Images that are classified. */
export interface ImageKind extends RequestKind {
  readonly given: ImageInput;
  readonly options: { readonly contentType?: string | undefined };
  readonly input: DeviceInput;
  readonly call: DeviceInput;
  readonly model: OnDeviceModel;
  readonly upload: UploadedImage;
  readonly cloud: InferResponse;
  readonly device: DeviceAnswer;
  readonly content: { readonly predictions: readonly Prediction[] };
}

/** The server's clock as seen from the client. */
export interface ClockEstimate {
  /** Unix ms of the server minus the client's monotonic clock, in ms. */
  readonly offsetMs: number;
  /** The offset is wrong by no more than this, in ms. */
  readonly errorMs: number;
}

/** Which models on the device are ready, and why the others are not. */
export interface Readiness {
  readonly models: readonly {
    readonly name: string;
    readonly ready: boolean;
    readonly error?: unknown;
  }[];
}

/** What every answer says of how it came about. */
export interface Answered<Kind extends RequestKind> {
  readonly source: Source;
  readonly model: AnsweringModel;
  /** Whether the answer was handed over by the deadline, judged by the clock. */
  readonly inTime: boolean;
  readonly timing: {
    readonly slaMs: number;
    /** From the call until its answer was handed over. */
    readonly totalMs: number;
    /** By how much the timer for the deadline was late; 0 when it was not needed. */
    readonly timerErrorMs: number;
  };
  /** The race as it stood when the answer was taken. */
  readonly race: Race<Kind>;
  /** The race when both runs have ended, a late answer of the cloud included; never rejects. */
  readonly settled: Promise<Race<Kind>>;
}

/** The answer of `classify`. */
export interface Classification extends Answered<ImageKind> {
  /** Best first. */
  readonly predictions: readonly Prediction[];
}
