import type { InferResponse } from '../../core/contract/messages.ts';
import type { CropSize } from '../../core/preprocessing/crop.ts';
import type { Pixels } from '../../core/preprocessing/tensor.ts';
import type { UploadRung } from '../../core/upload/rung.ts';
import type { TimeSource } from '../time/time-source.ts';
import type { EncodedImage } from './codec.ts';
import type { DeviceInput } from './image.ts';
import type { Upload } from './upload-settings.ts';

/** What is read of a model of the service. */
export interface ServedModel {
  readonly name: string;
  /** Top-1 accuracy in percent. */
  readonly accuracyPct: number;
  /** Whether its answers have no meaning, so that no client gets one. */
  readonly latencyOnly?: boolean | undefined;
  /** Of its circuit breaker: `open` leaves it out. */
  readonly breaker?: string | undefined;
  /** Its service time in ms, and the share of its calls that meet a cold start. */
  readonly profile: {
    readonly meanMs: number;
    readonly stdMs: number;
    readonly coldShare: number;
  };
}

/** What is read of `GET /v1/models`. */
export interface ServedModels {
  readonly models: readonly ServedModel[];
  /** The pixels that all models see of an image; absent when they see differently shaped parts. */
  readonly view?: CropSize | undefined;
  /** The ways to send an image that have been measured. */
  readonly uploads?: { readonly rungs: readonly UploadRung[] } | undefined;
}

/** The service, as far as it decides what is sent to it. */
export interface Destination {
  /** Undefined as long as the service has not told. */
  readonly models: ServedModels | undefined;
  /** What a packet takes one way at best, in ms; undefined as long as that is not known. */
  readonly delayMs: number | undefined;
  /**
   * Asks for the models, if it is time to; never rejects.
   *
   * @param anew - its view has turned out to be another: what is known is forgotten
   */
  refreshModels(anew?: boolean): Promise<void>;
}

/** An image as it is uploaded, and why so. */
export interface UploadedImage extends EncodedImage {
  readonly bytes: number;
  /** What the service is told of it. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The measured way that it is sent by, such as `view-webp-80`; absent when nothing was chosen. */
  readonly rung?: string | undefined;
  /** Width and height, such as `192x192`, where it is the service's view. */
  readonly view?: string | undefined;
  /** Accuracy in percent of the answer that is expected, the device's included. */
  readonly expectedAccuracyPct?: number | undefined;
}

/** What an upload is part of. */
export interface Sending {
  readonly time: Pick<TimeSource, 'nowMs'>;
  /** When the SLA ends, on that clock. */
  readonly endMs: number;
  /** Accuracy in percent of what answers when the cloud does not; absent when nothing does. */
  readonly deviceAccuracyPct?: number | undefined;
}

/** Uploads an image. */
export type Post = (image: UploadedImage) => Promise<InferResponse>;

/** The image of one request: decoded once, by whoever needs it first. */
export interface PipelineImage {
  /** The part that a model sees, in its size: scaled and cropped as the service does it. */
  pixels(size: CropSize): Promise<Pixels>;
  /**
   * Uploads what is best uploaded of it: a file that the service takes, within its limit, upright. Where
   * the service refuses it as not its view, it is uploaded once more, without a view.
   *
   * @throws {@link ImageFormatError} when no such file can be made of it, or what `post` throws
   */
  send(post: Post, sending: Sending): Promise<InferResponse>;
  /** Frees the memory; calls that are under way may fail. */
  close(): void;
}

/**
 * Gets images ready for the models, on the device and in the cloud: `webImages`, `sharpImages`,
 * `appImages`. What it learns of the network from the uploads is for all clients that use it.
 */
export interface ImagePipeline {
  /** Starts what is needed, before the first image; never rejects, and does not wait for the service. */
  prepare?(upload?: Upload | undefined, service?: Destination | undefined): Promise<void>;
  /**
   * Takes hold of an image: what a video or a canvas shows later no longer counts. Decodes nothing
   * yet, and never throws: what is wrong with the image is told by the calls.
   *
   * @param shorterSide - pixels that the models on the device need of the shorter side: no more may be
   *   decoded, unless the upload needs it
   * @param service - where it will be uploaded to, if it will
   */
  open(
    input: DeviceInput,
    shorterSide: number,
    upload?: Upload | undefined,
    service?: Destination | undefined,
  ): PipelineImage;
  /** Releases a worker. */
  close?(): void;
}
