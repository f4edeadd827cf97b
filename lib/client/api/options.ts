import type { TimeSource } from '../time/time-source.ts';
import type { Auth } from './auth.ts';
import type { Fetch } from './fetch.ts';
import type { ImageInput } from './image.ts';
import type { ClientStatistics } from './statistics.ts';
import type { Classification, Duplication, OnDeviceModel } from './types.ts';
import type { Upload } from './upload-settings.ts';

/** Settings of a client. */
export interface ClientOptions {
  /** The service's address, such as `https://abc.execute-api.eu-central-1.amazonaws.com`. */
  readonly endpoint: string;
  /** T_sla in ms: how long an answer may take, from the call of `classify`. */
  readonly slaMs: number;
  /**
   * The model that answers when the cloud cannot in time; of several, the most accurate that meets the
   * SLA on this device.
   *
   * @default - none: the cloud answers, or no one does
   */
  readonly onDevice?: OnDeviceModel | readonly OnDeviceModel[] | undefined;
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
   * Scales images down on the device before they are uploaded.
   *
   * @default - they are uploaded as they are
   */
  readonly upload?: Upload | undefined;
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
  /** @default - the global `fetch` */
  readonly fetch?: Fetch | undefined;
  /** @default - the system's clocks and timers */
  readonly time?: TimeSource | undefined;
}

/** Options of one `classify`. */
export interface ClassifyOptions {
  /** @default - the client's */
  readonly slaMs?: number | undefined;
  /** Ends both runs; `classify` then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Such as `image/jpeg`; `application/octet-stream` is the catalogue's raw tensor.
   *
   * @default - the type of a Blob
   */
  readonly contentType?: string | undefined;
}

/** Classifies images within an SLA, in the cloud or on the device. */
export interface Client {
  /**
   * Classifies an image: the cloud's answer if it is there within the SLA, otherwise the device's.
   *
   * @throws {@link SlaExceededError}, {@link ApiError}, {@link NetworkError} or
   * {@link MalformedAnswerError} when no model on the device works either; the signal's reason;
   * TypeError when the content type is not known
   */
  classify(image: ImageInput, options?: ClassifyOptions): Promise<Classification>;
  /**
   * Gets ready: synchronizes the clock, loads the models and, given an image, measures them where
   * that matters. Without it the first calls of `classify` do. Whatever fails is tried again by
   * them.
   *
   * @throws TypeError when the sample's content type is not known
   */
  prepare(
    sample?: ImageInput,
    options?: { readonly contentType?: string | undefined },
  ): Promise<void>;
  /** What has happened so far. */
  statistics(): ClientStatistics;
  /** Ends everything that is running and releases the models; `classify` rejects from now on. */
  close(): void;
}
