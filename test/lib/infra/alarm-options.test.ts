import { Stack } from 'aws-cdk-lib';
import type { Alarm, IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { beforeAll, describe, expect, it } from 'vitest';
import { type AlarmSetting, InvalidPropertyError } from '../../../lib/index.ts';
import { changed } from '../../../lib/infra/alarm-options.ts';
import { propertiesOf, synthesized } from './synthesized.ts';

const action = (name: string): IAlarmAction => ({ bind: () => ({ alarmActionArn: name }) });

describe('alarms', () => {
  let made: ReturnType<typeof synthesized>;
  beforeAll(() => {
    made = synthesized({
      slaTargetPct: 95,
      alarms: {
        actions: [action('page')],
        okActions: [action('calm')],
        serverErrors: { threshold: 5, periods: 4, breachingPeriods: 2, actions: [action('call')] },
        slaMissed: { threshold: 80 },
        breakerOpened: { periods: 1 },
        tableThrottled: false,
      },
    });
  });

  const alarm = (id: string) => {
    const { node } = made.service.observability.alarms.get(id) as Alarm;
    const logicalId = made.stack.getLogicalId(node.defaultChild as never);
    return made.template.findResources('AWS::CloudWatch::Alarm')[logicalId]?.Properties;
  };

  it('ring at what a team sets, and say so', () => {
    expect(alarm('ServerErrors')).toMatchObject({
      AlarmDescription: expect.stringContaining('More than 5 % of the requests'),
      ...{ Threshold: 5, EvaluationPeriods: 4, DatapointsToAlarm: 2 },
    });
    expect(alarm('SlaMissed')).toMatchObject({
      AlarmDescription: expect.stringContaining('Fewer than 80 %'),
      ...{ Threshold: 80, EvaluationPeriods: 3, DatapointsToAlarm: 3 },
    });
    expect(alarm('BreakerOpened')).toMatchObject({ EvaluationPeriods: 1, DatapointsToAlarm: 1 });
    expect(alarm('Fallbacks')).toMatchObject({ Threshold: 5, EvaluationPeriods: 3 });
  });

  it('do what a team wants of all, and of one', () => {
    expect(alarm('ServerErrors')).toMatchObject({
      AlarmActions: ['page', 'call'],
      OKActions: ['calm'],
    });
    expect(alarm('Fallbacks')).toMatchObject({ AlarmActions: ['page'], OKActions: ['calm'] });
  });

  it('are left out one by one, with their line in the graph, or all together', () => {
    expect([...made.service.observability.alarms.keys()]).not.toContain('TableThrottled');
    made.template.resourceCountIs('AWS::CloudWatch::Alarm', 6);
    const annotations = ({ template }: typeof made) =>
      JSON.stringify(propertiesOf(template, 'AWS::CloudWatch::Dashboard')).split(
        'label\\":\\"alarm',
      ).length - 1;
    expect(annotations(made)).toBe(6);

    const without = synthesized({ alarms: false });
    without.template.resourceCountIs('AWS::CloudWatch::Alarm', 0);
    expect(without.service.observability.alarms.size).toBe(0);
    expect(annotations(without)).toBe(0);
  });

  it.each<[AlarmSetting, string]>([
    [{ threshold: Number.NaN }, 'threshold must be a number from 0, not NaN'],
    [{ threshold: -1 }, 'threshold must be a number from 0, not -1'],
    [{ periods: 0 }, 'periods must be a whole number from 1 to 288, not 0'],
    [{ periods: 289 }, 'periods must be a whole number from 1 to 288, not 289'],
    [
      { periods: 2, breachingPeriods: 3 },
      'breachingPeriods must be a whole number from 1 to 2, not 3',
    ],
  ])('are refused with numbers that cannot be: %j', (setting, message) => {
    const usual = { threshold: 90, evaluationPeriods: 3 };
    const wrong = () => changed(new Stack(undefined, 'Test'), 'slaMissed', usual, setting);
    expect(wrong).toThrow(InvalidPropertyError);
    expect(wrong).toThrow(`Test: alarms.slaMissed.${message}`);
  });
});
