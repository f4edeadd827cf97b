import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import {
  type ModelMetric,
  metricsNamespace,
  type RequestMetric,
  type ServiceMetric,
} from './metrics.ts';

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
  /** Whether the answer will reach the client within the SLA, as far as the selector can tell. */
  readonly inTime: boolean;
}

/** What a function logs and counts: JSON lines, and metrics in CloudWatch's embedded format. */
export class Telemetry {
  readonly logger: Pick<Logger, 'warn' | 'error'>;
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
    const all: Record<RequestMetric, Measured> = {
      BudgetMs: [MetricUnit.Milliseconds, request.budgetMs],
      SelectMs: [MetricUnit.Milliseconds, request.selectMs],
      ServerMs: [MetricUnit.Milliseconds, request.serverMs],
      AccuracyPct: [MetricUnit.Percent, request.accuracyPct],
      InTime: [MetricUnit.Count, Number(request.inTime)],
      Fallback: [MetricUnit.Count, Number(request.fellBack)],
    };
    const own: Record<ModelMetric, Measured> = {
      ServiceMs: [MetricUnit.Milliseconds, request.serviceMs],
      ColdStart: [MetricUnit.Count, Number(request.coldStart)],
    };
    publish(this.#metrics, ['strategy', request.strategy], all);
    publish(this.#modelMetrics, ['model', request.model], own);
  }

  /** Counts something and publishes it at once: after an answer there may be no later moment. */
  count(name: ServiceMetric, value = 1): void {
    this.#metrics.singleMetric().addMetric(name, MetricUnit.Count, value);
  }
}

type Measured = readonly [unit: Parameters<Metrics['addMetric']>[1], value: number];

function publish(
  metrics: Metrics,
  dimension: readonly [name: string, value: string],
  values: Readonly<Record<string, Measured>>,
): void {
  metrics.addDimension(...dimension);
  for (const [name, [unit, value]] of Object.entries(values)) metrics.addMetric(name, unit, value);
  metrics.publishStoredMetrics();
}
