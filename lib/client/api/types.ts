import type { InferResponse, Prediction } from '../../core/contract/messages.ts';
import type { CropSize } from '../../core/preprocessing/crop.ts';
import type { Pixels } from '../../core/preprocessing/tensor.ts';
import type { ImageInput } from './image.ts';
import type { ImagePipeline } from './pipeline.ts';

export type { Prediction };

/** How much of a model's file has come. */
export interface LoadProgress {
  readonly loadedBytes: number;
  /** Absent when the server does not say. */
  readonly totalBytes?: number | undefined;
}

/** A model that runs on the device, on any runtime. */
export interface OnDeviceModel {
  readonly name: string;
  readonly version?: string | undefined;
  /** Top-1 accuracy in percent. */
  readonly accuracyPct: number;
  /**
   * The longest time in ms that a run takes on this device, if it is known from an earlier session: then
   * the model is not measured again (see `statistics().onDevice`).
   */
  readonly measuredMs?: number | undefined;
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
  /** Loads the model; called once, before its first run, and again after a failure. */
  readonly prepare?:
    | ((onProgress?: (progress: LoadProgress) => void) => Promise<unknown>)
    | undefined;
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
  /** Releases the model. */
  readonly close?: (() => void) | undefined;
}

/** Where an answer comes from. */
export type Source = 'cloud' | 'device';

/**
 * The state of a run: not begun (`waiting`), `running`, ended with an answer or an error, no longer
 * wanted (`cancelled`), or never wanted, because the device was sure or nothing may leave it
 * (`skipped`).
 */
export type RunState = 'waiting' | 'running' | 'answered' | 'failed' | 'cancelled' | 'skipped';

/** One of the two runs of a race; times are in ms since `classify` was called. */
export interface Run<Answer> {
  readonly state: RunState;
  /** The device's run began, or the upload to the cloud; undefined when it never did. */
  readonly startMs?: number | undefined;
  readonly endMs?: number | undefined;
  readonly answer?: Answer | undefined;
  readonly error?: unknown;
}

/** What happened to the two runs of one `classify`: what a time line shows. */
export interface Race {
  readonly slaMs: number;
  /** The cloud's whole answer is in `cloud.answer`, even when it lost or came late. */
  readonly cloud: Run<InferResponse>;
  /** Absent when the client has no model on the device. */
  readonly device?: Run<DeviceAnswer> | undefined;
  /** Where the answer was taken from; absent when there was none. */
  readonly winner?: Source | undefined;
}

/** The model that answered, or would. */
export interface AnsweringModel {
  readonly name: string;
  readonly version?: string | undefined;
  /** Top-1 accuracy in percent. */
  readonly accuracyPct: number;
}

/** The device's answer. */
export interface DeviceAnswer {
  readonly model: AnsweringModel;
  readonly predictions: readonly Prediction[];
  /** The chance, 0 to 1, that it is right, by the model's reliability; absent where that is not known. */
  readonly chance?: number | undefined;
  /** From the call of `classify`, in ms. */
  readonly elapsedMs: number;
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

/** The answer of `classify`. */
export interface Classification {
  /** Best first. */
  readonly predictions: readonly Prediction[];
  readonly source: Source;
  readonly model: AnsweringModel;
  /** Whether the answer was handed over by the deadline, judged by the clock. */
  readonly inTime: boolean;
  readonly timing: {
    readonly slaMs: number;
    /** From the call of `classify` until its answer was handed over. */
    readonly totalMs: number;
    /** By how much the timer for the deadline was late; 0 when it was not needed. */
    readonly timerErrorMs: number;
  };
  /** The race as it stood when the answer was taken. */
  readonly race: Race;
  /** The race when both runs have ended, a late answer of the cloud included; never rejects. */
  readonly settled: Promise<Race>;
}
