import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';

/** The CloudWatch namespace of all metrics. */
export const metricsNamespace = 'mdinference';

/** What a function logs and counts: JSON lines, and metrics in CloudWatch's embedded format. */
export class Telemetry {
  readonly logger: Logger;
  readonly #metrics: Metrics;

  /** @param serviceName - the function's part of the service, such as `selector` */
  constructor(serviceName: string) {
    this.logger = new Logger({ serviceName });
    this.#metrics = new Metrics({ namespace: metricsNamespace, serviceName });
  }

  /** Counts something, at once: work behind an answer has no later moment that is sure to come. */
  count(name: string, value = 1): void {
    this.#metrics.singleMetric().addMetric(name, MetricUnit.Count, value);
  }
}
