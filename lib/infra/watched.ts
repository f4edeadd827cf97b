import { Duration } from 'aws-cdk-lib';
import { type AlarmProps, type IMetric, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { Operation } from 'aws-cdk-lib/aws-dynamodb';
import { Architecture } from 'aws-cdk-lib/aws-lambda';
import { pricesOf, tieredCost } from '../core/pricing/prices.ts';
import type { ModelMetric } from '../service/metrics.ts';
import type { ServiceApi } from './http-api.ts';
import type { ModelFunction } from './model-function.ts';
import type { ProfileTable } from './profile-table.ts';
import type { Profiler } from './profiler.ts';
import type { Selector } from './selector.ts';
import type { ServiceFunction } from './service-function.ts';
import { inPercent, ServiceMetrics } from './service-metrics.ts';

/** What is monitored. */
export interface WatchedService {
  readonly deployment: string;
  readonly strategy: string;
  readonly defaultSlaMs: number;
  readonly api: ServiceApi;
  readonly selector: Selector;
  readonly models: readonly ModelFunction[];
  readonly profiler: Profiler;
  readonly table: ProfileTable;
}

/** One graph of the dashboard, and the alarm on it if there is one. */
export interface Watched {
  readonly title: string;
  readonly metrics: IMetric[];
  readonly unit: string;
  readonly alarm?: Omit<AlarmProps, 'evaluationPeriods'> & {
    readonly id: string;
    readonly evaluationPeriods?: number;
  };
}

/** The one description from which the dashboard and the alarms are made. */
export function watchedOf(props: WatchedService): Watched[] {
  const { api, models, profiler, table } = props;
  const metrics = new ServiceMetrics(props.deployment, props.strategy);
  const eachModel = (name: ModelMetric, statistic: string) =>
    models.map(({ model }) => metrics.ofModel(model.name, name, { statistic }));
  const functions = [
    ...models.map((of) => ({ of, label: of.model.name })),
    { of: props.selector, label: 'selector' },
  ];
  const serverErrors = new MathExpression({
    expression: '100 * errors / FILL(requests, 1)',
    usingMetrics: {
      errors: api.metricServerError({ statistic: 'Sum' }),
      requests: api.metricCount({ statistic: 'Sum' }),
    },
    label: '5xx',
  });
  const throttledRequests = table.metricThrottledRequestsForOperations({
    operations: [Operation.GET_ITEM, Operation.QUERY, Operation.UPDATE_ITEM],
  });
  const serverMs = metrics.ofRequests('ServerMs', { statistic: 'p95', label: 'p95' });
  const profilerErrors = profiler.function.metricErrors({ label: 'profiler' });

  return [
    {
      title: 'Accuracy delivered',
      unit: '%',
      metrics: [metrics.ofRequests('AccuracyPct', { statistic: 'Average', label: 'accuracy' })],
    },
    {
      title: 'SLA attainment',
      unit: '%',
      metrics: [inPercent(metrics.ofRequests('InTime', { statistic: 'Average' }), 'in time')],
    },
    { title: 'Model usage', unit: 'requests', metrics: eachModel('ServiceMs', 'SampleCount') },
    { title: 'Service time, median', unit: 'ms', metrics: eachModel('ServiceMs', 'p50') },
    { title: 'Service time, p95', unit: 'ms', metrics: eachModel('ServiceMs', 'p95') },
    { title: 'Service time, p99', unit: 'ms', metrics: eachModel('ServiceMs', 'p99') },
    {
      title: 'Time on the server',
      unit: 'ms',
      metrics: [metrics.ofRequests('ServerMs', { statistic: 'p50', label: 'median' }), serverMs],
      alarm: {
        id: 'SlowAnswers',
        alarmDescription: `95 % of the answers take up to more than the default SLA of ${props.defaultSlaMs} ms on the server alone`,
        metric: serverMs,
        threshold: props.defaultSlaMs,
      },
    },
    { title: 'Cold starts', unit: 'calls', metrics: eachModel('ColdStart', 'Sum') },
    {
      title: 'Budget left for the model',
      unit: 'ms',
      metrics: ['p5', 'p50', 'p95'].map((statistic) =>
        metrics.ofRequests('BudgetMs', { statistic, label: statistic }),
      ),
    },
    {
      title: 'Server errors',
      unit: '% of requests',
      metrics: [serverErrors],
      alarm: {
        id: 'ServerErrors',
        alarmDescription: 'More than 1 % of the requests were answered with 5xx',
        metric: serverErrors,
        threshold: 1,
      },
    },
    {
      title: 'Failed calls',
      unit: 'calls',
      metrics: functions.map(({ of, label }) => of.function.metricErrors({ label })),
    },
    {
      title: 'Throttled calls',
      unit: 'calls',
      metrics: functions.map(({ of, label }) => of.function.metricThrottles({ label })),
    },
    {
      title: 'Cost of the functions, at list price',
      unit: 'USD an hour',
      metrics: functions.map(({ of, label }, i) => hourlyCost(of, label, i)),
    },
    {
      title: 'Profiler',
      unit: 'failures',
      metrics: [profilerErrors],
      alarm: {
        id: 'ProfilerFailed',
        alarmDescription: 'A model could not be measured at deploy',
        metric: profilerErrors,
        threshold: 0,
        evaluationPeriods: 1,
      },
    },
    {
      title: 'Profile table',
      unit: 'requests',
      metrics: [
        throttledRequests,
        metrics.ofService('ProfileReadFailed'),
        metrics.ofService('ProfileUpdateLost'),
      ],
      alarm: {
        id: 'TableThrottled',
        alarmDescription: 'The profile table throttles: raise the shard count',
        metric: throttledRequests,
        threshold: 0,
      },
    },
  ];
}

/** What a function's calls and their duration cost, on demand: list prices of us-east-1, without tiers. */
function hourlyCost(
  { function: fn, memoryMb, architecture }: ServiceFunction,
  label: string,
  index: number,
): MathExpression {
  const { lambda } = pricesOf('us-east-1');
  const { perGbSecond } = lambda[architecture === Architecture.ARM_64 ? 'arm64' : 'x86_64'];
  const perCall = lambda.perMillionRequests / 1e6;
  const perMs = (tieredCost(1, perGbSecond) * memoryMb) / 1024 / 1000;
  const hour = { period: Duration.hours(1), statistic: 'Sum' };
  return new MathExpression({
    expression: `calls${index} * ${perCall.toFixed(12)} + ms${index} * ${perMs.toFixed(15)}`,
    usingMetrics: {
      [`calls${index}`]: fn.metricInvocations(hour),
      [`ms${index}`]: fn.metricDuration(hour),
    },
    period: hour.period,
    label,
  });
}
