import type { Fetch } from '../../client/api/fetch.ts';
import {
  type Classification,
  type Client,
  type ClientStatistics,
  createClient,
  type Duplication,
  type OnDeviceModel,
} from '../../client/index.ts';

/** What the user has chosen for the next request. */
export interface Conditions {
  readonly slaMs: number;
  readonly mode: 'race' | 'device-only' | 'cloud-only';
  /** When the device runs its model. */
  readonly policy: Duplication;
  /** Whether the cloud is asked when the device is sure of its answer. */
  readonly cloud: 'always' | 'when-unsure';
}

/** What a session needs. */
export interface SessionOptions {
  readonly endpoint: string;
  readonly device: OnDeviceModel | undefined;
  readonly fetch: Fetch;
  readonly conditions: () => Conditions;
}

/** Requests of this page: a client for each policy, so that each learns by what it did itself. */
export class Session {
  readonly #options: SessionOptions;
  readonly #clients = new Map<string, Client>();

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /** Classifies a picture under the conditions that are chosen now. */
  async classify(
    image: Blob,
    options: { slaMs?: number; signal?: AbortSignal } = {},
  ): Promise<Classification> {
    const { slaMs } = this.#options.conditions();
    return await this.#client().classify(image, { slaMs, ...options });
  }

  /** Learns the server's clock and loads the model on the device. */
  async prepare(): Promise<void> {
    await this.#client().prepare();
  }

  /** Forgets what was counted and learned; what still runs ends by itself. */
  startOver(): void {
    this.#clients.clear();
    void this.prepare();
  }

  /** What the client of the chosen policy knows; what all of them did together is in the sums. */
  statistics(): ClientStatistics {
    const current = this.#client().statistics();
    const all = [...this.#clients.values()].map((client) => client.statistics());
    const sum = (key: 'requests' | 'inTime' | 'deviceRuns' | 'deviceRunsSaved') =>
      all.reduce((total, statistics) => total + statistics[key], 0);
    const longest = Math.max(...all.map(({ longestTimerErrorMs }) => longestTimerErrorMs));
    return {
      ...current,
      requests: sum('requests'),
      inTime: sum('inTime'),
      deviceRuns: sum('deviceRuns'),
      deviceRunsSaved: sum('deviceRunsSaved'),
      longestTimerErrorMs: longest,
    };
  }

  /** The client of the conditions that are chosen now. */
  #client(): Client {
    const { endpoint, device, fetch, conditions } = this.#options;
    const { slaMs, mode, policy, cloud } = conditions();
    const key = [mode, policy, cloud].join();
    const known = this.#clients.get(key);
    if (known) return known;
    const client = createClient({
      endpoint,
      fetch,
      slaMs,
      duplication: policy,
      ...(device && { onDevice: device }),
    });
    this.#clients.set(key, client);
    return client;
  }
}
