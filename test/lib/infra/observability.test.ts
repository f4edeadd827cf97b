import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { beforeAll, describe, expect, it } from 'vitest';
import { MdInference } from '../../../lib/index.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

let service: MdInference;
let template: Template;
let widgets: { properties: { title: string; metrics: unknown[] } }[];
beforeAll(() => {
  const stack = new Stack(
    new App({ outdir: temporaryFolder(), analyticsReporting: false }),
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
      'SLA attainment',
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
  it('are the four that somebody must act on, sent to the topic', () => {
    expect([...service.observability.alarms.keys()].sort()).toEqual([
      'ProfilerFailed',
      'ServerErrors',
      'SlowAnswers',
      'TableThrottled',
    ]);
    template.resourceCountIs('AWS::CloudWatch::Alarm', 4);
    template.allResourcesProperties('AWS::CloudWatch::Alarm', {
      AlarmActions: [Match.objectLike({ Ref: Match.stringLikeRegexp('Alarms') })],
      OKActions: [Match.anyValue()],
      AlarmDescription: Match.anyValue(),
      TreatMissingData: 'notBreaching',
    });
  });

  it.each([
    ['More than 1 % of the requests were answered with 5xx', 1, 3],
    ['A model could not be measured at deploy', 0, 1],
    ['The profile table throttles: raise the shard count', 0, 3],
  ])('ring as they say: %s', (AlarmDescription, Threshold, EvaluationPeriods) => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmDescription,
      Threshold,
      EvaluationPeriods,
      ComparisonOperator: 'GreaterThanThreshold',
    });
  });

  it('ring when answers take longer than the default SLA', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Metrics: [
        Match.objectLike({
          MetricStat: Match.objectLike({
            Metric: Match.objectLike({ MetricName: 'ServerMs' }),
            Stat: 'p95',
          }),
        }),
      ],
      Threshold: 250,
      ComparisonOperator: 'GreaterThanThreshold',
    });
  });
});
