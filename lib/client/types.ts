import type { InferResponse, Prediction } from '../core/contract/messages.ts';

export type { Prediction };

/** An image file, or a catalogue's raw tensor, to be classified. */
export type ImageInput = Blob | ArrayBuffer | ArrayBufferView;

/** An image as models on the device get it. */
export interface DeviceInput {
  readonly image: ImageInput;
  /** Such as `image/jpeg`; `application/octet-stream` is the catalogue's raw tensor. */
  readonly contentType: string;
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
  /** Loads the model; called once, before its first run. */
  readonly prepare?: (() => Promise<unknown>) | undefined;
  /**
   * Classifies an image.
   *
   * @param options.signal - aborted when the answer is no longer wanted
   * @returns the labels, best first
   */
  classify(
    image: ImageInput,
    options: { readonly signal: AbortSignal; readonly contentType: string },
  ): Promise<{ readonly predictions: readonly Prediction[] }>;
  /** Releases the model. */
  readonly close?: (() => void) | undefined;
}

/** Where an answer comes from. */
export type Source = 'cloud' | 'device';

/**
 * The state of a run: not begun (`waiting`), `running`, ended with an answer or an error, or no
 * longer wanted (`cancelled`).
 */
export type RunState = 'waiting' | 'running' | 'answered' | 'failed' | 'cancelled';

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
}

/** The answer of `classify`. */
export interface Classification {
  /** Best first. */
  readonly predictions: readonly Prediction[];
  readonly source: Source;
  readonly model: AnsweringModel;
  /**
   * Whether the answer was there at the deadline; if none was, the first one after it was taken.
   */
  readonly inTime: boolean;
  readonly timing: {
    readonly slaMs: number;
    /** From the call of `classify` to its answer. */
    readonly totalMs: number;
    /** How long after the deadline its timer fired; 0 when the answer came before. */
    readonly timerErrorMs: number;
  };
  /** The race as it stood when the answer was taken. */
  readonly race: Race;
  /** The race when both runs have ended, a late answer of the cloud included; never rejects. */
  readonly settled: Promise<Race>;
}

/** When the device runs its model beside the cloud's. */
export type Duplication = 'always' | 'when-needed' | 'never';
