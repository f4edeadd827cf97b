import type { IHttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import {
  type AlarmProps,
  ComparisonOperator,
  type IMetric,
  MathExpression,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Operation } from 'aws-cdk-lib/aws-dynamodb';
import { modelNameOf } from '../core/selection/sizes.ts';
import type { ModelMetric } from '../service/metrics.ts';
import type { AlarmName } from './alarm-options.ts';
import { hourlyCost } from './hourly-cost.ts';
import type { ModelFunction } from './model-function.ts';
import type { ProfileTable } from './profile-table.ts';
import type { Profiler } from './profiler.ts';
import type { Selector } from './selector.ts';
import { ServiceMetrics } from './service-metrics.ts';

/** What is monitored. */
export interface WatchedService {
  readonly deployment: string;
  readonly strategy: string;
  /** Share of the requests, in percent, that must be answered within their SLA. */
  readonly slaTargetPct: number;
  readonly api: IHttpApi;
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
  readonly alarm?: WatchedAlarm;
}

/** The ids of the alarms. */
export type AlarmId = Capitalize<AlarmName>;

/** An alarm by its id, and what it says for a threshold. */
export interface WatchedAlarm extends Omit<AlarmProps, 'alarmDescription'> {
  readonly id: AlarmId;
  says(threshold: number): string;
}

/** The one description from which the dashboard and the alarms are made. */
export function watchedOf(props: WatchedService): Watched[] {
  const { api, models, profiler, table } = props;
  const metrics = new ServiceMetrics(props.deployment, props.strategy);
  const names = [...new Set(models.map(({ model }) => modelNameOf(model)))];
  const eachModel = (name: ModelMetric, statistic: string) =>
    names.map((model) => metrics.ofModel(model, name, { statistic }));
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
  // Without FILL the sum would be missing unless all three are throttled at once.
  const throttledRequests = new MathExpression({
    expression: 'FILL(gets, 0) + FILL(queries, 0) + FILL(updates, 0)',
    usingMetrics: {
      gets: table.metricThrottledRequestsForOperation(Operation.GET_ITEM),
      queries: table.metricThrottledRequestsForOperation(Operation.QUERY),
      updates: table.metricThrottledRequestsForOperation(Operation.UPDATE_ITEM),
    },
    label: 'throttled',
  });
  const accuracyShift = metrics.ofService('AccuracyShiftPct', {
    statistic: 'Maximum',
    label: 'shift',
  });
  const breakersOpened = metrics.ofService('BreakerOpened');
  const profilerErrors = profiler.function.metricErrors({ label: 'profiler' });

  return [
    {
      title: 'Accuracy delivered',
      unit: '%',
      metrics: [metrics.ofRequests('AccuracyPct', { statistic: 'Average', label: 'accuracy' })],
    },
    {
      title: 'Accuracies moved by feedback',
      unit: 'points, the largest',
      metrics: [accuracyShift],
      alarm: {
        id: 'AccuracyShifted',
        says: (points) =>
          `Feedback has moved a model's accuracy by more than ${points} points from the catalogue's. GET /v1/models shows which: measure it again with labels of your own. If it is as good as ever, the labels were false: set feedback to 'off', and find who sends them in the access log`,
        metric: accuracyShift,
        threshold: 2,
        evaluationPeriods: 1,
      },
    },
    {
      title: 'SLA attainment',
      unit: '% of requests',
      metrics: [metrics.shareOf('SlaMet', 'in time')],
      alarm: {
        id: 'SlaMissed',
        says: (pct) =>
          `Fewer than ${pct} % of the requests were answered within their SLA. Where Fallbacks, Server errors or Service time rose, repair or provision that model; where Budget left for the model fell, the callers' networks became slower`,
        metric: metrics.judgedShareOf('SlaMet', 100),
        threshold: props.slaTargetPct,
        comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
        evaluationPeriods: 3,
      },
    },
    {
      title: 'Deadline exceeded',
      unit: '% of requests',
      metrics: [metrics.shareOf('DeadlineExceeded', 'too late')],
    },
    {
      title: 'Fallbacks',
      unit: '% of answers',
      metrics: [metrics.shareOf('Fallback', 'fallbacks')],
      alarm: {
        id: 'Fallbacks',
        says: (pct) =>
          `More than ${pct} % of the answers came from another model, because the chosen one failed. The log of the selector names it (model could not answer), Failed calls and Throttled calls show why`,
        metric: metrics.judgedShareOf('Fallback', 0),
        threshold: 5,
        evaluationPeriods: 3,
      },
    },
    {
      title: 'Hedged',
      unit: '% of answers',
      metrics: [metrics.shareOf('Hedged', 'hedged')],
    },
    {
      title: 'Models that fail',
      unit: 'times',
      metrics: [metrics.ofService('ModelFailed'), breakersOpened],
      alarm: {
        id: 'BreakerOpened',
        says: () =>
          'A model keeps failing, and requests go to less accurate ones. GET /v1/models names it; look at its log, and roll its last change back. It is used again by itself once it answers',
        metric: breakersOpened,
        threshold: 0,
        // One that is closed by its first probe needs nobody.
        datapointsToAlarm: 2,
        evaluationPeriods: 3,
      },
    },
    { title: 'Model usage', unit: 'requests', metrics: eachModel('ServiceMs', 'SampleCount') },
    { title: 'Service time, median', unit: 'ms', metrics: eachModel('ServiceMs', 'p50') },
    { title: 'Service time, p95', unit: 'ms', metrics: eachModel('ServiceMs', 'p95') },
    { title: 'Service time, p99', unit: 'ms', metrics: eachModel('ServiceMs', 'p99') },
    {
      title: 'Time on the server',
      unit: 'ms',
      metrics: [
        metrics.ofRequests('ServerMs', { statistic: 'p50', label: 'median' }),
        metrics.ofRequests('ServerMs', { statistic: 'p95', label: 'p95' }),
      ],
    },
    {
      title: 'Cold starts',
      unit: '% of answers',
      metrics: [metrics.shareOf('ColdStart', 'cold starts')],
    },
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
        says: (pct) =>
          `More than ${pct} % of the requests were answered with 5xx. Look at Failed calls, Throttled calls and the log of the selector`,
        metric: serverErrors,
        threshold: 1,
        evaluationPeriods: 3,
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
        says: () =>
          'A model could not be measured at deploy. The message of the failed deployment names it and the reason',
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
        says: () => 'The profile table throttles: raise the shard count',
        metric: throttledRequests,
        threshold: 0,
        evaluationPeriods: 3,
      },
    },
  ];
}
