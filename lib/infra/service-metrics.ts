import { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric, type MetricProps } from 'aws-cdk-lib/aws-cloudwatch';
import {
  type ModelMetric,
  metricsNamespace,
  type RequestMetric,
  type ServiceMetric,
} from '../service/metrics.ts';

const period = Duration.minutes(5);

/** The metrics that the functions of one deployment write (lib/service/telemetry.ts). */
export class ServiceMetrics {
  readonly #service: string;
  readonly #strategy: string;

  constructor(deployment: string, strategy: string) {
    this.#service = deployment;
    this.#strategy = strategy;
  }

  /** A metric of all requests, such as `InTime`. */
  ofRequests(metricName: RequestMetric, props: Partial<MetricProps> = {}): Metric {
    const dimensionsMap = { service: this.#service, strategy: this.#strategy };
    return new Metric({
      namespace: metricsNamespace,
      metricName,
      dimensionsMap,
      period,
      ...props,
    });
  }

  /** A metric of the requests that one model answered, such as `ServiceMs`. */
  ofModel(model: string, metricName: ModelMetric, props: Partial<MetricProps> = {}): Metric {
    const dimensionsMap = { service: this.#service, model };
    return new Metric({
      namespace: metricsNamespace,
      metricName,
      dimensionsMap,
      period,
      label: model,
      ...props,
    });
  }

  /** A count of the deployment that belongs to no request, such as `ProfileReadFailed`. */
  ofService(metricName: ServiceMetric): Metric {
    const dimensionsMap = { service: this.#service };
    return new Metric({
      namespace: metricsNamespace,
      metricName,
      dimensionsMap,
      period,
      statistic: 'Sum',
    });
  }
}

/** A share of 0 to 1 in percent. */
export function inPercent(metric: Metric, label: string): MathExpression {
  return new MathExpression({ expression: '100 * share', usingMetrics: { share: metric }, label });
}
