import type { Fetch } from '../../client/api/fetch.ts';
import {
  type Client,
  type ClientStatistics,
  createClient,
  type Duplication,
  type OnDeviceModel,
} from '../../client/index.ts';

/** What the user has chosen for the next request. */
export interface Conditions {
  readonly slaMs: number;
  readonly policy: Duplication;
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
  readonly #clients = new Map<Duplication, Client>();

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /** Classifies a picture under the conditions that are chosen now. */
  async classify(image: Blob, options: { slaMs?: number; signal?: AbortSignal } = {}) {
    const { slaMs, policy } = this.#options.conditions();
    return await this.#client(policy).classify(image, { slaMs, ...options });
  }

  /** Learns the server's clock and loads the model on the device. */
  async prepare(): Promise<void> {
    await this.#client(this.#options.conditions().policy).prepare();
  }

  /** Forgets what was counted and learned; what still runs ends by itself. */
  startOver(): void {
    this.#clients.clear();
    void this.prepare();
  }

  /** What the client of the chosen policy knows; what all of them did together is in the sums. */
  statistics(): ClientStatistics {
    const current = this.#client(this.#options.conditions().policy).statistics();
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

  #client(policy: Duplication): Client {
    const known = this.#clients.get(policy);
    if (known) return known;
    const { endpoint, device, fetch, conditions } = this.#options;
    const client = createClient({
      endpoint,
      fetch,
      slaMs: conditions().slaMs,
      duplication: policy,
      ...(device && { onDevice: device }),
    });
    this.#clients.set(policy, client);
    return client;
  }
}
