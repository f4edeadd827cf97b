import type { TimeSource } from '../time/time-source.ts';
import type { Auth } from './auth.ts';
import type { ClientEvent } from './events.ts';
import type { Fetch } from './fetch.ts';
import type { ImageInput } from './image.ts';
import type { ImagePipeline } from './pipeline.ts';
import type { ClientStatistics } from './statistics.ts';
import type { Classification, ImageKind, OnDeviceModel, Readiness, RequestKind } from './types.ts';
import type { Upload } from './upload-settings.ts';

/**
 * Where images are classified: in the cloud and on the device, whoever has the better answer in time
 * (`race`); on the device alone, so that nothing leaves it (`device-only`); in the cloud alone.
 */
export type Mode = 'race' | 'device-only' | 'cloud-only';

/** When the cloud is asked: for every image, or only for those of which the device is not sure. */
export type CloudUse = 'always' | 'when-unsure';

/** When the device runs its model beside the cloud's. */
export type Duplication = 'always' | 'when-needed' | 'never';

/** What is done at the deadline when there is no answer: go on waiting for one, or fail. */
export type AtDeadline = 'wait' | 'fail';

/** Settings of every client, whatever it is asked. */
export interface CommonOptions<Kind extends RequestKind = ImageKind> {
  /** The service's address, such as `https://abc.execute-api.eu-central-1.amazonaws.com`. */
  readonly endpoint: string;
  /** T_sla in ms: how long an answer may take, from the call that asks for it. */
  readonly slaMs: number;
  /** @default 'race' */
  readonly mode?: Mode | undefined;
  /**
   * Whether every image is uploaded (`always`), or whether the device runs first and an image is uploaded
   * only when the device is less likely to be right than the cloud would be (`when-unsure`). That
   * needs a model whose reliability has been measured.
   *
   * @default 'always'
   */
  readonly cloud?: CloudUse | undefined;
  /**
   * The chance of being right, 0 to 1, from which on `when-unsure` takes the device's answer.
   *
   * @default - the accuracy of the best model that the cloud could run in the time left
   */
  readonly sureFrom?: number | undefined;
  /**
   * Authorizes requests, see `bearer` and `sigV4`.
   *
   * @default - none
   */
  readonly auth?: Auth | undefined;
  /**
   * When the device runs its model: beside the cloud's (`always`); as late as it can, unless the cloud
   * has answered by then, while the cloud is likely to answer in time (`when-needed`); or only when the
   * cloud has failed or the SLA has ended (`never`).
   *
   * @default 'always'
   */
  readonly duplication?: Duplication | undefined;
  /**
   * The chance of the cloud answering in time, 0 to 1, above which `when-needed` postpones the
   * device's run.
   *
   * @default 0.9
   */
  readonly chanceThreshold?: number | undefined;
  /**
   * What a request does at the deadline without an answer: wait for the first one, at most
   * {@link lateMs} (`wait`), or reject (`fail`): with {@link SlaExceededError}, or with the cloud's error
   * if it has failed by then.
   *
   * @default 'wait'
   */
  readonly atDeadline?: AtDeadline | undefined;
  /**
   * How long to wait for the cloud's answer after the deadline, in ms, to learn how late it is.
   *
   * @default 2000
   */
  readonly lateMs?: number | undefined;
  /**
   * How the server's clock is learned: exchanges per synchronization, ms between synchronizations,
   * and the uncertainty in ms beyond which uploads are sent without a timestamp.
   *
   * @default - 5 exchanges, every 5 minutes, 250 ms
   */
  readonly clock?:
    | {
        readonly samples?: number | undefined;
        readonly resyncMs?: number | undefined;
        readonly maxErrorMs?: number | undefined;
      }
    | undefined;
  /** Is told what happens, for an app's own metrics; what it throws is ignored. */
  readonly onEvent?: ((event: ClientEvent<Kind>) => void) | undefined;
  /** @default - the global `fetch` */
  readonly fetch?: Fetch | undefined;
  /** @default - the system's clocks and timers */
  readonly time?: TimeSource | undefined;
}

/** Settings of a client. */
export interface ClientOptions extends CommonOptions {
  /**
   * The model that answers when the cloud cannot in time; of several, the most accurate that meets the
   * SLA on this device.
   *
   * @default - none: the cloud answers, or no one does
   */
  readonly onDevice?: OnDeviceModel | readonly OnDeviceModel[] | undefined;
  /**
   * What is sent of an image, see {@link Upload}.
   *
   * @default 'adaptive', where `images` can encode views, and the service has told what its models see;
   *   until then, and elsewhere, large images are scaled down, small ones are sent as they are
   */
  readonly upload?: Upload | undefined;
  /**
   * Decodes and encodes images.
   *
   * @default - what the model on the device brings; without any, files are sent as they are
   */
  readonly images?: ImagePipeline | undefined;
}

/** Options of one request, whatever it asks. */
export interface RequestOptions<Kind extends RequestKind = ImageKind> {
  /** @default - the client's */
  readonly slaMs?: number | undefined;
  /** Ends both runs; the request then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Is given the device's answer as soon as it is there, while a better one may still come; what it throws
   * is ignored.
   */
  readonly onInterim?: ((answer: Kind['device']) => void) | undefined;
}

/** Options of one `classify`. */
export interface ClassifyOptions extends RequestOptions {
  /**
   * Such as `image/jpeg`; `application/octet-stream` is the catalogue's raw tensor.
   *
   * @default - the type of a Blob
   */
  readonly contentType?: string | undefined;
}

/** Options of `prepare`. */
export interface PrepareOptions {
  /**
   * The SLA of the image that is coming, in ms.
   *
   * @default - the client's
   */
  readonly slaMs?: number | undefined;
  /** An image to measure the models on the device with. */
  readonly sample?: ImageInput | undefined;
  /** The sample's content type. */
  readonly contentType?: string | undefined;
}

/** Classifies images within an SLA, in the cloud or on the device. */
export interface Client {
  /**
   * Classifies an image: the cloud's answer if it is there within the SLA, otherwise the device's.
   *
   * @throws SlaExceededError, ApiError, NetworkError,
   * MalformedAnswerError or ImageFormatError when no model on the device works either;
   * DeviceModelError when only the device may answer; the signal's reason; TypeError when the
   * content type is not known
   */
  classify(image: ImageInput, options?: ClassifyOptions): Promise<Classification>;
  /**
   * Gets ready, best when the camera opens: loads the models and, given a sample, measures them where
   * that matters; meanwhile it opens the connection, synchronizes the clock and asks the service to
   * warm the models that it would choose (`POST /v1/prepare`). It does not wait for the service, and
   * does not reject when a model cannot be loaded: that is what it tells. Without it the first calls of
   * `classify` do all this.
   *
   * @throws TypeError when the sample's content type is not known
   */
  prepare(options?: PrepareOptions): Promise<Readiness>;
  /**
   * Tells the service whether an answer was right (`POST /v1/feedback`); the device's own answers are
   * not sent.
   *
   * @returns whether it was counted
   * @throws ApiError: of status 503 with `retryAfterMs`, send it again after that; NetworkError
   */
  feedback(answer: Classification, correct: boolean): Promise<boolean>;
  /** What has happened so far. */
  statistics(): ClientStatistics;
  /** Ends everything that is running and releases the models; `classify` rejects from now on. */
  close(): void;
}
