import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  type AlarmProps,
  ComparisonOperator,
  Dashboard,
  GraphWidget,
  type IMetric,
  MathExpression,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Operation } from 'aws-cdk-lib/aws-dynamodb';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { ServiceApi } from './http-api.ts';
import type { ModelFunction } from './model-function.ts';
import type { ProfileTable } from './profile-table.ts';
import type { Profiler } from './profiler.ts';
import { inPercent, ServiceMetrics } from './service-metrics.ts';

/** Properties of {@link Observability}. */
export interface ObservabilityProps {
  readonly deployment: string;
  readonly strategy: string;
  readonly defaultSlaMs: number;
  readonly api: ServiceApi;
  readonly models: readonly ModelFunction[];
  readonly profiler: Profiler;
  readonly table: ProfileTable;
  /** Where alarms are sent. */
  readonly alarmsTopic?: ITopic | undefined;
}

/** One graph of the dashboard, and the alarm on it if there is one. */
interface Watched {
  readonly title: string;
  readonly metrics: IMetric[];
  readonly unit: string;
  readonly alarm?: Omit<AlarmProps, 'evaluationPeriods'> & {
    readonly id: string;
    readonly evaluationPeriods?: number;
  };
}

/** The dashboard and the alarms of a service, made of one description. */
export class Observability extends Construct {
  readonly dashboard: Dashboard;
  /** By their ids: `ServerErrors`, `SlowAnswers`, `ProfilerFailed`, `TableThrottled`. */
  readonly alarms: ReadonlyMap<string, Alarm>;

  constructor(scope: Construct, id: string, props: ObservabilityProps) {
    super(scope, id);
    const watched = describe(props);
    this.dashboard = new Dashboard(this, 'Dashboard', {
      defaultInterval: Duration.hours(3),
      widgets: inRowsOf(3, watched.map(toWidget)),
    });
    this.alarms = new Map(
      watched.flatMap(({ alarm }) => (alarm ? [[alarm.id, this.#addAlarm(alarm)] as const] : [])),
    );
    if (!props.alarmsTopic) return;
    const action = new SnsAction(props.alarmsTopic);
    for (const alarm of this.alarms.values()) {
      alarm.addAlarmAction(action);
      alarm.addOkAction(action);
    }
  }

  #addAlarm({ id, ...props }: NonNullable<Watched['alarm']>): Alarm {
    return new Alarm(this, id, {
      evaluationPeriods: 3,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      ...props,
    });
  }
}

function describe(props: ObservabilityProps): Watched[] {
  const { api, models, profiler, table } = props;
  const metrics = new ServiceMetrics(props.deployment, props.strategy);
  const eachModel = (name: string, statistic: string) =>
    models.map(({ model }) => metrics.ofModel(model.name, name, { statistic }));
  const functions = models.map(({ function: fn, model }) => ({ fn, label: model.name }));
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
      metrics: [inPercent(metrics.ofRequests('SlaMet', { statistic: 'Average' }), 'in time')],
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
      title: 'Failed and throttled calls of models',
      unit: 'calls',
      metrics: functions.flatMap(({ fn, label }) => [
        fn.metricErrors({ label: `${label} failed` }),
        fn.metricThrottles({ label: `${label} throttled` }),
      ]),
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

function toWidget({ title, metrics, unit, alarm }: Watched): GraphWidget {
  return new GraphWidget({
    title,
    left: metrics,
    leftYAxis: { label: unit, showUnits: false, min: 0 },
    ...(alarm && { leftAnnotations: [{ value: alarm.threshold, label: 'alarm' }] }),
    width: 8,
    height: 6,
  });
}

function inRowsOf(count: number, widgets: GraphWidget[]): GraphWidget[][] {
  const rows = Map.groupBy(widgets, (widget) => Math.floor(widgets.indexOf(widget) / count));
  return [...rows.values()];
}
