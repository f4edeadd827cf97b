import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  defaultAssumptions,
  defaultOverheadMs,
  logged,
  tracingAssumptions,
} from '../../../../lib/evaluation/cost/assumptions.ts';
import { simulateMix } from '../../../../lib/evaluation/cost/mix.ts';
import { modelsOfCatalogue } from '../../../../lib/evaluation/cost/models.ts';
import { costReport } from '../../../../lib/evaluation/cost/report.ts';
import { MdInference } from '../../../../lib/index.ts';
import { resolveCatalogue } from '../../../../lib/infra/package-files.ts';
import { readCatalogue } from '../../../../lib/service/catalogue/load.ts';
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

  it('is what the functions log by default: nothing of calls that went well, no traces', () => {
    for (const properties of propertiesOf('AWS::Lambda::Function')) {
      const { LoggingConfig, TracingConfig, Environment } = properties;
      // That of the CDK's provider runs at deploy alone.
      if (!Environment?.Variables?.MDI_DEPLOYMENT) continue;
      expect(LoggingConfig).toMatchObject({ SystemLogLevel: 'WARN' });
      expect(TracingConfig).toBeUndefined();
    }
    const { tracesPerSecond, tracedShare } = defaultAssumptions;
    expect([tracesPerSecond, tracedShare]).toEqual([0, 0]);
  });

  it('is what the access log has of a request', () => {
    const [stage] = propertiesOf('AWS::ApiGatewayV2::Stage');
    const examples: Record<string, string> = {
      '$context.requestId': 'PtOeMhHYoAMEPkQ=',
      '$context.identity.sourceIp': '192.0.2.123',
      '$context.identity.userArn':
        'arn:aws:sts::123456789012:assumed-role/MyService-Caller/session',
      '$context.routeKey': 'POST /v1/infer',
    };
    const line = String(stage?.AccessLogSettings.Format).replaceAll(
      /\$context\.[\w.]+/g,
      (variable) => examples[variable] ?? '-',
    );
    expect(line.length + 26).toBeGreaterThan(0.8 * logged.accessLog);
    expect(line.length + 26).toBeLessThan(1.1 * logged.accessLog);
  });

  it('is under a quarter of the bill for observability, at ten million requests a month', async () => {
    const models = modelsOfCatalogue(readCatalogue(resolveCatalogue('shapes')), defaultOverheadMs);
    const times = { slaMs: 250, networkMeanMs: 100, networkStdMs: 50 };
    const mix = simulateMix(models, {
      strategy: 'three-stage',
      ...times,
      requests: 2_000,
      seed: 1,
    });
    const provisioned = { selector: 0, models: new Map() };
    const deployment = { models, mix, requestsPerMonth: 10e6, provisioned };
    const place = { region: 'us-east-1', architecture: 'x86_64' as const };
    const { estimate } = costReport(deployment, place, defaultAssumptions);
    expect(estimate.observabilityUsd / estimate.totalUsd).toBeLessThan(0.25);
    const traced = costReport(deployment, place, { ...defaultAssumptions, ...tracingAssumptions });
    expect(traced.estimate.observabilityUsd).toBeGreaterThan(2 * estimate.observabilityUsd);
  });

  it('is what the functions count', () => {
    vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false');
    const lines: string[] = [];
    vi.spyOn(process.stdout, 'write').mockImplementation((line) => {
      lines.push(String(line));
      return true;
    });
    new Telemetry('Stack-Api').answered({
      ...{ strategy: 'three-stage', model: 'resnet-64-views12', accuracyPct: 96.68 },
      ...{ budgetMs: 123.456, serviceMs: 23.456, serverMs: 25.678 },
      ...{
        coldStart: false,
        hedged: false,
        fellBack: false,
        deadlineExceeded: false,
        inTime: true,
      },
    });
    vi.restoreAllMocks();
    const [line = ''] = lines;
    const directives: { Metrics: unknown[] }[] = JSON.parse(line)._aws.CloudWatchMetrics;
    const { metrics: ofAll, metricsPerModel } = defaultAssumptions;
    expect(directives.map(({ Metrics }) => Metrics.length)).toEqual([ofAll, metricsPerModel]);
    const perLine = 26;
    expect(line.length + perLine).toBeGreaterThan(0.95 * logged.metrics);
    expect(line.length + perLine).toBeLessThan(1.05 * logged.metrics);
  });
});
