import { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric, type MetricProps } from 'aws-cdk-lib/aws-cloudwatch';
import {
  type AnswerMetric,
  type ModelMetric,
  metricsNamespace,
  type RequestMetric,
  type ServiceMetric,
} from '../service/metrics.ts';

const period = Duration.minutes(5);

/** Requests in a period below which a share of them rings no alarm. */
const minRequests = 20;

/** Metrics that are 0 or 1 for each request. */
type ShareMetric = RequestMetric | Extract<AnswerMetric, 'Fallback' | 'Hedged' | 'ColdStart'>;

/** The metrics that the functions of one deployment write (lib/service/telemetry.ts). */
export class ServiceMetrics {
  readonly #service: string;
  readonly #strategy: string;

  constructor(deployment: string, strategy: string) {
    this.#service = deployment;
    this.#strategy = strategy;
  }

  /** A metric of all requests, such as `SlaMet`, or of all that were answered, such as `Hedged`. */
  ofRequests(metricName: RequestMetric | AnswerMetric, props: Partial<MetricProps> = {}): Metric {
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

  /** The share of the requests whose metric is 1, in percent. */
  shareOf(metricName: ShareMetric, label: string): MathExpression {
    const share = this.ofRequests(metricName, { statistic: 'Average' });
    return new MathExpression({
      expression: '100 * share',
      usingMetrics: { share },
      period,
      label,
    });
  }

  /**
   * The same for an alarm: a period of fewer than {@link minRequests} requests says nothing, as one of
   * them would be too large a share.
   *
   * @param harmless - what such a period counts as, in percent
   */
  judgedShareOf(metricName: ShareMetric, harmless: number): MathExpression {
    return new MathExpression({
      expression: `IF(requests >= ${minRequests}, 100 * share, ${harmless})`,
      usingMetrics: {
        share: this.ofRequests(metricName, { statistic: 'Average' }),
        requests: this.ofRequests(metricName, { statistic: 'SampleCount' }),
      },
      period,
    });
  }

  /**
   * The share of the requests answered within their SLA, in percent, of those that have certain dimensions, such as
   * one version; 100 in periods of fewer than `minRequests`.
   */
  static slaMetBy(
    deployment: string,
    dimensions: Readonly<Record<string, string>>,
    { period, minRequests }: { period: Duration; minRequests: number },
  ): MathExpression {
    const of = (statistic: string) =>
      new Metric({
        namespace: metricsNamespace,
        metricName: 'SlaMet' satisfies RequestMetric,
        dimensionsMap: { service: deployment, ...dimensions },
        period,
        statistic,
      });
    return new MathExpression({
      expression: `IF(requests >= ${minRequests}, 100 * share, 100)`,
      usingMetrics: { share: of('Average'), requests: of('SampleCount') },
      period,
    });
  }

  /** A count of the deployment that belongs to no single request, such as `ProfileReadFailed`. */
  ofService(metricName: ServiceMetric, props: Partial<MetricProps> = {}): Metric {
    const dimensionsMap = { service: this.#service };
    return new Metric({
      namespace: metricsNamespace,
      metricName,
      dimensionsMap,
      period,
      statistic: 'Sum',
      ...props,
    });
  }
}
