import { Duration } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { synthesized } from './synthesized.ts';

describe('the metrics of a service', () => {
  it('are of this deployment and strategy, with a statistic that suits them', () => {
    const { service } = synthesized();
    const { deployment, strategy } = service;
    const all = [
      ['SlaMet', service.metricSlaMet(), 'Average'],
      ['DeadlineExceeded', service.metricDeadlineExceeded(), 'Average'],
      ['SlaMet', service.metricRequests(), 'SampleCount'],
      ['ServerMs', service.metricAnswers(), 'SampleCount'],
      ['AccuracyPct', service.metricAccuracyPct(), 'Average'],
      ['ServerMs', service.metricServerMs(), 'p50'],
      ['BudgetMs', service.metricBudgetMs(), 'p50'],
      ['Fallback', service.metricFallbacks(), 'Average'],
      ['Hedged', service.metricHedged(), 'Average'],
    ] as const;
    for (const [metricName, metric, statistic] of all) {
      expect(metric).toMatchObject({
        ...{ namespace: 'mdinference', metricName, statistic, period: Duration.minutes(5) },
        dimensions: { service: deployment, strategy },
      });
    }
  });

  it('are of one model where a model is named', () => {
    const { service } = synthesized();
    const all = [
      ['ServiceMs', service.metricServiceMs('nano-24'), 'p50'],
      ['ServiceMs', service.metricModelAnswers('nano-24'), 'SampleCount'],
    ] as const;
    for (const [metricName, metric, statistic] of all) {
      const dimensions = { service: service.deployment, model: 'nano-24' };
      expect(metric).toMatchObject({ metricName, statistic, dimensions });
    }
    expect(() => service.metricServiceMs('nano')).toThrow(
      'Test/Api: model "nano" is none of nano-24, ',
    );
  });

  it('are one model’s at all its sizes', () => {
    const { service } = synthesized({ models: { 'nano-24': { memoryMb: [1769, 3538] } } });
    expect(service.models.has('nano-24-3538mb')).toBe(true);
    expect(service.metricServiceMs('nano-24')).toMatchObject({ dimensions: { model: 'nano-24' } });
    expect(() => service.metricServiceMs('nano-24-3538mb')).toThrow(/is none of nano-24, mobile/);
  });

  it('take the options of all metrics', () => {
    const options = { statistic: 'p99', period: Duration.minutes(1), label: 'slowest' };
    expect(synthesized().service.metricServerMs(options)).toMatchObject(options);
  });
});

it('the deployment’s name is an output, and what functions are told', () => {
  const { service, template } = synthesized();
  template.hasOutput('*', { Value: service.deployment });
  template.hasResourceProperties('AWS::Lambda::Function', {
    Environment: { Variables: { MDI_DEPLOYMENT: service.deployment } },
  });
});
