import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { defaultAssumptions } from '../../../../lib/evaluation/cost/assumptions.ts';
import { MdInference } from '../../../../lib/index.ts';
import { Telemetry } from '../../../../lib/service/telemetry.ts';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';

const outdir = temporaryFolder();
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

describe('what the cost estimate assumes', () => {
  const stack = new Stack(new App({ outdir, analyticsReporting: false }), 'Test');
  const service = new MdInference(stack, 'Api');
  const template = Template.fromStack(stack);
  const propertiesOf = (type: string) =>
    Object.values(template.findResources(type)).map(({ Properties }) => Properties);

  it('is what the construct deploys', () => {
    const alarmMetrics = propertiesOf('AWS::CloudWatch::Alarm').map(({ Metrics = [1] }) => {
      // Expressions are free; the metrics that they are made of are not.
      const charged = Metrics.filter((metric: { Expression?: string }) => !metric.Expression);
      return charged.length;
    });
    expect(alarmMetrics.reduce((sum, n) => sum + n, 0)).toBe(defaultAssumptions.alarmMetrics);
    const dashboards = propertiesOf('AWS::CloudWatch::Dashboard').length;
    expect(dashboards).toBe(defaultAssumptions.dashboards);
    const selector = stack.resolve(service.selector.function.functionName).Ref;
    const functions = template.findResources('AWS::Lambda::Function');
    expect(functions[selector]?.Properties.MemorySize).toBe(defaultAssumptions.selectorMemoryMb);
  });

  it('is what the functions count', () => {
    vi.stubEnv('POWERTOOLS_DEV', 'true');
    vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false');
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const telemetry = new Telemetry('Stack-Api');
    telemetry.requested({
      ...{ epochMs: 1_795_726_576_600.25, slaMs: 250, inputMs: 43.125, source: 'client' },
      ...{ outputMs: 12.5, outputInputMs: 40.001, deviceAccuracyPct: 81.37 },
      ...{ strategy: 'three-stage', model: 'resnet-64-views12', accuracyPct: 96.68 },
      ...{ serviceMs: 23.456, serverMs: 25.678, coldStart: false, hedged: false, inTime: true },
    });
    const [line = ''] = write.mock.calls.map(([text]) => String(text));
    write.mockRestore();
    telemetry.answered({
      ...{ strategy: 'three-stage', model: 'resnet-64-views12', accuracyPct: 96.68 },
      ...{ budgetMs: 123.456, selectMs: 0.123, serviceMs: 23.456, serverMs: 25.678 },
      ...{
        coldStart: false,
        hedged: false,
        fellBack: false,
        deadlineExceeded: false,
        inTime: true,
      },
    });
    const counted = log.mock.calls.map(([line]) => String(line));
    const metrics = counted.map(
      (line) => JSON.parse(line)._aws.CloudWatchMetrics[0].Metrics.length,
    );
    const { metrics: ofAll, metricsPerModel, logBytes } = defaultAssumptions;
    expect(metrics).toEqual([ofAll, metricsPerModel]);
    // What Lambda logs of two calls comes on top, and has been a little more.
    const bytes = counted.join('').length + line.length;
    expect(logBytes).toBeGreaterThan(2 * bytes);
    expect(logBytes).toBeLessThan(4 * bytes);
  });
});
