import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  Dashboard,
  GraphWidget,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { notify } from './notify.ts';
import { type Watched, type WatchedService, watchedOf } from './watched.ts';

/** Properties of {@link Observability}. */
export interface ObservabilityProps extends WatchedService {
  /** Where alarms are sent. */
  readonly alarmsTopic?: ITopic | undefined;
}

/** The dashboard and the alarms of a service, made from one description. */
export class Observability extends Construct {
  readonly dashboard: Dashboard;
  /**
   * By their ids: `ServerErrors`, `SlaMissed`, `Fallbacks`, `BreakerOpened`, `AccuracyShifted`,
   * `ProfilerFailed`, `TableThrottled`.
   */
  readonly alarms: ReadonlyMap<string, Alarm>;

  constructor(scope: Construct, id: string, props: ObservabilityProps) {
    super(scope, id);
    const watched = watchedOf(props);
    this.dashboard = new Dashboard(this, 'Dashboard', {
      defaultInterval: Duration.hours(3),
      widgets: inRowsOf(3, watched.map(toWidget)),
    });
    this.alarms = new Map(
      watched.flatMap(({ alarm }) => (alarm ? [[alarm.id, this.#addAlarm(alarm)] as const] : [])),
    );
    if (props.alarmsTopic) notify(this.alarms.values(), props.alarmsTopic);
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
