import { metricsNamespace } from './metrics.ts';

/** Values that are counted by one dimension beside the deployment. */
export interface MetricGroup {
  readonly by: readonly [dimension: string, value: string];
  readonly values: Readonly<Record<string, number>>;
}

/**
 * One line of CloudWatch's embedded metric format with several groups, each of which is counted by its own
 * dimensions alone. Every metric and every byte is paid for: no value is counted by a dimension that nobody looks
 * at, and units, which would be a sixth of the line, are in the metrics' names.
 *
 * @param nowMs - Unix ms
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function embeddedMetrics(
  service: string,
  groups: readonly MetricGroup[],
  nowMs: number,
): string {
  const directives = groups.map(({ by: [dimension], values }) => ({
    Namespace: metricsNamespace,
    Dimensions: [['service', dimension]],
    Metrics: Object.keys(values).map((Name) => ({ Name })),
  }));
  return JSON.stringify({
    _aws: { Timestamp: nowMs, CloudWatchMetrics: directives },
    service,
    ...Object.fromEntries(groups.map(({ by }) => by)),
    ...Object.assign({}, ...groups.map(({ values }) => values)),
  });
}
