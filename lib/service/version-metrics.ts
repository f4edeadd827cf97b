import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { metricsNamespace } from './metrics.ts';

/** One valid request, by the versions that took part in it. */
export interface VersionedRequest {
  /** Whether its answer reaches the client within its SLA; a request without one misses it. */
  readonly inTime: boolean;
  /** The model that answered, and the version of its function. */
  readonly answeredBy?: { readonly model: string; readonly version: string } | undefined;
}

/**
 * Counts `SlaMet` by the version of the selector and of the model's function, while versions take over step by
 * step: what all requests are counted together for would hide a new version behind the one before it.
 */
export class VersionMetrics {
  readonly #metrics: Metrics;
  readonly #selectorVersion: string;

  /** @param selectorVersion - the number of the version that this is */
  constructor(deployment: string, selectorVersion: string) {
    this.#metrics = new Metrics({ namespace: metricsNamespace, serviceName: deployment });
    this.#selectorVersion = selectorVersion;
  }

  count({ inTime, answeredBy }: VersionedRequest): void {
    this.#metrics.addDimensions({ selectorVersion: this.#selectorVersion });
    if (answeredBy) {
      this.#metrics.addDimensions({ model: answeredBy.model, modelVersion: answeredBy.version });
    }
    this.#metrics.addMetric('SlaMet', MetricUnit.Count, Number(inTime));
    this.#metrics.publishStoredMetrics();
  }
}
