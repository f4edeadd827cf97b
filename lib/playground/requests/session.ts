import type { Fetch } from '../../client/api/fetch.ts';
import {
  type Classification,
  type ClassifyOptions,
  type Client,
  type ClientStatistics,
  type CloudUse,
  createClient,
  type Duplication,
  type Mode,
  type OnDeviceModel,
  type Readiness,
  type Upload,
  type UploadedImage,
} from '../../client/index.ts';

/** What the user has chosen for the next request. */
export interface Conditions {
  readonly slaMs: number;
  readonly mode: Mode;
  /** When the device runs its model. */
  readonly policy: Duplication;
  /** Whether the cloud is asked when the device is sure of its answer. */
  readonly cloud: CloudUse;
  /** What is sent of the picture. */
  readonly upload: Extract<Upload, string>;
}

/** What a session needs. */
export interface SessionOptions {
  readonly endpoint: string;
  readonly device: OnDeviceModel | undefined;
  readonly fetch: Fetch;
  readonly conditions: () => Conditions;
  /** Is told what is sent, when it is sent. */
  readonly onUpload: (upload: UploadedImage) => void;
}

/** Requests of this page: a client for each policy, so that each learns by what it did itself. */
export class Session {
  readonly #options: SessionOptions;
  readonly #clients = new Map<string, { client: Client; ready: Promise<Readiness> }>();

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /** Classifies a picture under the conditions that are chosen now. */
  async classify(image: Blob, options: ClassifyOptions = {}): Promise<Classification> {
    const { slaMs } = this.#options.conditions();
    return await this.#current().client.classify(image, { slaMs, ...options });
  }

  /** Makes the client of the chosen policy ready, once, so that its first request is not slower. */
  async prepare(): Promise<Readiness> {
    return await this.#current().ready;
  }

  /** Forgets what was counted and learned; what still runs ends by itself. */
  startOver(): void {
    this.#clients.clear();
    void this.prepare();
  }

  /** What the client of the chosen policy knows; what all of them did together is in the sums. */
  statistics(): ClientStatistics {
    const current = this.#current().client.statistics();
    const all = [...this.#clients.values()].map(({ client }) => client.statistics());
    const sum = (key: 'requests' | 'inTime' | 'uploadsSaved' | 'deviceRuns' | 'deviceRunsSaved') =>
      all.reduce((total, statistics) => total + statistics[key], 0);
    const longest = Math.max(...all.map(({ longestTimerErrorMs }) => longestTimerErrorMs));
    return {
      ...current,
      requests: sum('requests'),
      inTime: sum('inTime'),
      uploadsSaved: sum('uploadsSaved'),
      deviceRuns: sum('deviceRuns'),
      deviceRunsSaved: sum('deviceRunsSaved'),
      longestTimerErrorMs: longest,
    };
  }

  /** The client of the conditions that are chosen now. */
  #current(): { client: Client; ready: Promise<Readiness> } {
    const { endpoint, device, fetch, conditions, onUpload } = this.#options;
    const { slaMs, mode, policy, cloud, upload } = conditions();
    const key = [mode, policy, cloud, upload].join();
    const known = this.#clients.get(key);
    if (known) return known;
    const client = createClient({
      endpoint,
      fetch,
      slaMs,
      mode,
      duplication: policy,
      cloud,
      upload,
      onEvent: (event) => {
        if (event.type === 'upload') onUpload(event.upload);
      },
      ...(device && { onDevice: device }),
    });
    const made = { client, ready: client.prepare() };
    this.#clients.set(key, made);
    return made;
  }
}
