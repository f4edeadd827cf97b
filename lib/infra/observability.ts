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
import { type AlarmName, type AlarmOptions, changed } from './alarm-options.ts';
import { notify } from './notify.ts';
import { type Watched, type WatchedAlarm, type WatchedService, watchedOf } from './watched.ts';

/** Properties of {@link Observability}. */
export interface ObservabilityProps extends WatchedService {
  /** Where alarms are sent. */
  readonly alarmsTopic?: ITopic | undefined;
  readonly alarms: AlarmOptions | false;
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
    const { alarms } = props;
    const watched = watchedOf(props).map((each) => withSetting(scope, each, alarms));
    this.dashboard = new Dashboard(this, 'Dashboard', {
      defaultInterval: Duration.hours(3),
      widgets: inRowsOf(3, watched.map(toWidget)),
    });
    this.alarms = new Map(
      watched.flatMap(({ alarm }) => (alarm ? [[alarm.id, this.#addAlarm(alarm)] as const] : [])),
    );
    if (!alarms) return;
    if (props.alarmsTopic) notify(this.alarms.values(), props.alarmsTopic);
    for (const [id, alarm] of this.alarms) {
      const { actions = [] } = alarms[nameOf(id)] || {};
      alarm.addAlarmAction(...(alarms.actions ?? []), ...actions);
      alarm.addOkAction(...(alarms.okActions ?? []));
    }
  }

  #addAlarm({ id, says, ...props }: WatchedAlarm): Alarm {
    return new Alarm(this, id, {
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription: says(props.threshold),
      ...props,
    });
  }
}

/** What is watched as a team wants it, without the alarm where it wants none. */
function withSetting(
  scope: Construct,
  { alarm, ...graph }: Watched,
  alarms: AlarmOptions | false,
): Watched {
  const setting = alarm && alarms && (alarms[nameOf(alarm.id)] ?? {});
  return alarm && setting
    ? { ...graph, alarm: changed(scope, nameOf(alarm.id), alarm, setting) }
    : graph;
}

function nameOf(id: string): AlarmName {
  return `${id.charAt(0).toLowerCase()}${id.slice(1)}` as AlarmName;
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
