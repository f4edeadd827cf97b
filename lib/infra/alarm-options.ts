import type { AlarmProps, IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import type { IConstruct } from 'constructs';
import { InvalidPropertyError } from './errors.ts';

/** What a team changes about one alarm. */
export interface AlarmSetting {
  /** The value at which it rings, in the unit of the alarm. */
  readonly threshold?: number;
  /** The periods of five minutes that are looked at, 1 to 288. */
  readonly periods?: number;
  /** In how many of these periods the value must be beyond the threshold, 1 to `periods`. */
  readonly breachingPeriods?: number;
  /**
   * What else it does when it rings.
   *
   * @default - nothing
   */
  readonly actions?: readonly IAlarmAction[];
}

/** The service's alarms: what they do, and at what each rings; `false` leaves one out. */
export interface AlarmOptions {
  /**
   * What each does when it rings, beside telling `alarmsTopic`.
   *
   * @default - nothing
   */
  readonly actions?: readonly IAlarmAction[];
  /**
   * What each does when all is well again, beside telling `alarmsTopic`.
   *
   * @default - nothing
   */
  readonly okActions?: readonly IAlarmAction[];
  /**
   * Requests that were answered with 5xx, in percent. With `api` it counts those of the whole API.
   *
   * @default - rings above 1, in 3 of 3 periods
   */
  readonly serverErrors?: AlarmSetting | false;
  /**
   * Requests that were answered within their SLA, in percent.
   *
   * @default - rings below `slaTargetPct`, in 3 of 3 periods
   */
  readonly slaMissed?: AlarmSetting | false;
  /**
   * Answers of another model than the chosen one, because that one failed, in percent.
   *
   * @default - rings above 5, in 3 of 3 periods
   */
  readonly fallbacks?: AlarmSetting | false;
  /**
   * How often a model was left out because it kept failing.
   *
   * @default - rings above 0, in 2 of 3 periods
   */
  readonly breakerOpened?: AlarmSetting | false;
  /**
   * By how many points feedback has moved a model's accuracy.
   *
   * @default - rings above 2, in 1 period
   */
  readonly accuracyShifted?: AlarmSetting | false;
  /**
   * Failures of the profiler.
   *
   * @default - rings above 0, in 1 period
   */
  readonly profilerFailed?: AlarmSetting | false;
  /**
   * Requests that the profile table has throttled.
   *
   * @default - rings above 0, in 3 of 3 periods
   */
  readonly tableThrottled?: AlarmSetting | false;
}

/** The name of an alarm's setting. */
export type AlarmName = Exclude<keyof AlarmOptions, 'actions' | 'okActions'>;

/** The most periods that CloudWatch looks at: a day's. */
const mostPeriods = 288;

/**
 * An alarm's properties with a team's changes.
 *
 * @param scope - whose property `alarms` the setting is of
 * @throws {@link InvalidPropertyError} for numbers that CloudWatch would refuse
 */
export function changed<
  T extends Pick<AlarmProps, 'threshold' | 'evaluationPeriods' | 'datapointsToAlarm'>,
>(scope: IConstruct, name: AlarmName, alarm: T, setting: AlarmSetting): T {
  const wrong = (property: keyof AlarmSetting, message: string) =>
    new InvalidPropertyError(scope, `alarms.${name}.${property}`, message);
  const { threshold = alarm.threshold, periods = alarm.evaluationPeriods } = setting;
  const usual = alarm.datapointsToAlarm ?? alarm.evaluationPeriods;
  const { breachingPeriods = Math.min(usual, periods) } = setting;
  if (!(Number.isFinite(threshold) && threshold >= 0)) {
    throw wrong('threshold', `must be a number from 0, not ${threshold}`);
  }
  if (!isWhole(periods, mostPeriods)) {
    throw wrong('periods', `must be a whole number from 1 to ${mostPeriods}, not ${periods}`);
  }
  if (!isWhole(breachingPeriods, periods)) {
    const message = `must be a whole number from 1 to ${periods}, not ${breachingPeriods}`;
    throw wrong('breachingPeriods', message);
  }
  return { ...alarm, threshold, evaluationPeriods: periods, datapointsToAlarm: breachingPeriods };
}

function isWhole(value: number, most: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= most;
}
