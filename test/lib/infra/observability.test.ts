import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { beforeAll, describe, expect, it } from 'vitest';
import { MdInference } from '../../../lib/index.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';
import { synthesized, withoutAssets } from './synthesized.ts';

let service: MdInference;
let template: Template;
let widgets: { properties: { title: string; metrics: unknown[] } }[];
beforeAll(() => {
  const stack = new Stack(
    new App({ outdir: temporaryFolder(), analyticsReporting: false, context: withoutAssets }),
    'Test',
  );
  service = new MdInference(stack, 'Api', { alarmsTopic: new Topic(stack, 'Alarms') });
  template = Template.fromStack(stack);
  const [dashboard] = Object.values(template.findResources('AWS::CloudWatch::Dashboard'));
  const parts: unknown[] = dashboard?.Properties.DashboardBody['Fn::Join'][1];
  const body = parts.map((part) => (typeof part === 'string' ? part : 'token')).join('');
  widgets = JSON.parse(body).widgets;
});

describe('the dashboard', () => {
  it('shows what a team asks of the service', () => {
    expect(widgets.map(({ properties }) => properties.title)).toEqual([
      'Accuracy delivered',
      'Accuracies moved by feedback',
      'SLA attainment',
      'Deadline exceeded',
      'Fallbacks',
      'Hedged',
      'Models that fail',
      'Model usage',
      'Service time, median',
      'Service time, p95',
      'Service time, p99',
      'Time on the server',
      'Cold starts',
      'Budget left for the model',
      'Server errors',
      'Failed calls',
      'Throttled calls',
      'Cost of the functions, at list price',
      'Profiler',
      'Profile table',
    ]);
  });

  it('tells every model apart', () => {
    const usage = widgets.find(({ properties }) => properties.title === 'Model usage');
    const shown = JSON.stringify(usage?.properties.metrics);
    for (const name of service.models.keys()) expect(shown).toContain(`"model","${name}"`);
  });

  it('puts a price on every function', () => {
    const cost = widgets.find(({ properties }) => properties.title.startsWith('Cost'));
    const expressions = JSON.stringify(cost?.properties.metrics).match(/calls\d+ \* [\d.]+ \+ ms/g);
    expect(expressions).toHaveLength(service.models.size + 1);
  });

  it('is of this deployment alone', () => {
    const deployments = new Set(
      Array.from(JSON.stringify(widgets).matchAll(/"service","([^"]+)"/g), ([, name]) => name),
    );
    expect(deployments.size).toBe(1);
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: { MDI_DEPLOYMENT: [...deployments][0] } },
    });
  });
});

describe('the alarms', () => {
  it('are the seven that somebody must act on, sent to the topic', () => {
    expect([...service.observability.alarms.keys()].sort()).toEqual([
      'AccuracyShifted',
      'BreakerOpened',
      'Fallbacks',
      'ProfilerFailed',
      'ServerErrors',
      'SlaMissed',
      'TableThrottled',
    ]);
    template.resourceCountIs('AWS::CloudWatch::Alarm', 7);
    template.allResourcesProperties('AWS::CloudWatch::Alarm', {
      AlarmActions: [Match.objectLike({ Ref: Match.stringLikeRegexp('Alarms') })],
      OKActions: [Match.anyValue()],
      AlarmDescription: Match.anyValue(),
      TreatMissingData: 'notBreaching',
    });
  });

  it.each([
    ['More than 1 % of the requests were answered with 5xx', 'Greater', 1, 3, 3],
    ['Fewer than 90 % of the requests were answered within their SLA', 'Less', 90, 3, 3],
    ['More than 5 % of the answers came from another model', 'Greater', 5, 3, 3],
    ["Feedback has moved a model's accuracy by more than 2 points", 'Greater', 2, 1, 1],
    ['A model keeps failing', 'Greater', 0, 3, 2],
    ['A model could not be measured at deploy', 'Greater', 0, 1, 1],
    ['The profile table throttles: raise the shard count', 'Greater', 0, 3, 3],
  ])('ring as they say: %s', (says, comparison, threshold, periods, breaching) => {
    const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm'));
    const rings = alarms.filter(({ Properties }) => Properties.AlarmDescription.startsWith(says));
    expect(rings.map(({ Properties }) => Properties)).toMatchObject([
      { Threshold: threshold, ComparisonOperator: `${comparison}ThanThreshold` },
    ]);
    const { EvaluationPeriods, DatapointsToAlarm = EvaluationPeriods } = rings[0]?.Properties ?? {};
    expect([EvaluationPeriods, DatapointsToAlarm]).toEqual([periods, breaching]);
  });

  it.each([
    ['SlaMet', 'IF(requests >= 20, 100 * share, 100)'],
    ['Fallback', 'IF(requests >= 20, 100 * share, 0)'],
  ])('judge the share of %s only where there are enough requests', (MetricName, Expression) => {
    const of = (Stat: string, Id: string) =>
      Match.objectLike({
        ...{ Id, ReturnData: false },
        MetricStat: Match.objectLike({ Metric: Match.objectLike({ MetricName }), Stat }),
      });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Metrics: [
        Match.objectLike({ Expression, ReturnData: true }),
        of('Average', 'share'),
        of('SampleCount', 'requests'),
      ],
    });
  });

  it('ring when one operation alone is throttled: the others have no data then', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Metrics: Match.arrayWith([
        Match.objectLike({ Expression: 'FILL(gets, 0) + FILL(queries, 0) + FILL(updates, 0)' }),
      ]),
    });
  });

  it('have the SLA target of the deployment', () => {
    const { template: stricter } = synthesized({ slaTargetPct: 99 });
    stricter.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmDescription: Match.stringLikeRegexp('Fewer than 99 %'),
      Threshold: 99,
    });
  });
});
