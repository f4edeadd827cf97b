import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { metricsNamespace } from './metrics-namespace.ts';

/** One answered request, for metrics. All times in ms. */
export interface AnsweredRequest {
  readonly strategy: string;
  /** The model that answered. */
  readonly model: string;
  /** Its accuracy in percent. */
  readonly accuracyPct: number;
  readonly budgetMs: number;
  readonly selectMs: number;
  readonly serviceMs: number;
  readonly serverMs: number;
  readonly coldStart: boolean;
  /** Whether another model had been chosen and could not answer. */
  readonly fellBack: boolean;
  /** Whether the answer will be with the client within the SLA, as far as the selector can tell. */
  readonly slaMet: boolean;
}

/** What a function logs and counts: JSON lines, and metrics in CloudWatch's embedded format. */
export class Telemetry {
  readonly logger: Logger;
  readonly #metrics: Metrics;
  readonly #modelMetrics: Metrics;

  /** @param deployment - the `service` dimension of all metrics: deployments of one account stay apart */
  constructor(deployment: string) {
    const serviceName = deployment;
    this.logger = new Logger({ serviceName });
    this.#metrics = new Metrics({ namespace: metricsNamespace, serviceName });
    this.#modelMetrics = new Metrics({ namespace: metricsNamespace, serviceName });
  }

  /** Counts an answered request, for its strategy and for its model. No image data, no ids. */
  answered(request: AnsweredRequest): void {
    const all = this.#metrics;
    all.addDimension('strategy', request.strategy);
    all.addMetric('BudgetMs', MetricUnit.Milliseconds, request.budgetMs);
    all.addMetric('SelectMs', MetricUnit.Milliseconds, request.selectMs);
    all.addMetric('ServerMs', MetricUnit.Milliseconds, request.serverMs);
    all.addMetric('AccuracyPct', MetricUnit.Percent, request.accuracyPct);
    all.addMetric('SlaMet', MetricUnit.Count, Number(request.slaMet));
    all.addMetric('Fallback', MetricUnit.Count, Number(request.fellBack));
    all.publishStoredMetrics();

    const own = this.#modelMetrics;
    own.addDimension('model', request.model);
    own.addMetric('ServiceMs', MetricUnit.Milliseconds, request.serviceMs);
    own.addMetric('ColdStart', MetricUnit.Count, Number(request.coldStart));
    own.publishStoredMetrics();
  }

  /** Counts something, at once: work behind an answer has no later moment that is sure to come. */
  count(name: string, value = 1): void {
    this.#metrics.singleMetric().addMetric(name, MetricUnit.Count, value);
  }
}
