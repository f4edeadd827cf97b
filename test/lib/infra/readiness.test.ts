import { Duration } from 'aws-cdk-lib';
import { beforeAll, describe, expect, it } from 'vitest';
import { InvalidPropertyError } from '../../../lib/index.ts';
import { propertiesOf, synthesized } from './synthesized.ts';

let made: ReturnType<typeof synthesized>;
beforeAll(() => {
  made = synthesized({
    provisionedConcurrency: 2,
    models: { 'nano-24': { provisionedConcurrency: { min: 1, max: 10, utilization: 0.5 } } },
    keepWarm: Duration.minutes(5),
  });
});

describe('provisioned concurrency', () => {
  it('is kept on the aliases that it was asked for, and on no other', () => {
    const { template, stack, service } = made;
    const provided = propertiesOf(template, 'AWS::Lambda::Alias').filter(
      (alias) => alias.ProvisionedConcurrencyConfig,
    );
    const nameOf = (fn: { functionName: string } | undefined) => stack.resolve(fn?.functionName);
    expect(provided).toEqual([
      expect.objectContaining({
        FunctionName: nameOf(service.models.get('nano-24')?.function),
        ProvisionedConcurrencyConfig: { ProvisionedConcurrentExecutions: 1 },
      }),
      expect.objectContaining({
        FunctionName: nameOf(service.selector.function),
        ProvisionedConcurrencyConfig: { ProvisionedConcurrentExecutions: 2 },
      }),
    ]);
  });

  it('scales where it was given a range', () => {
    const { template } = made;
    expect(propertiesOf(template, 'AWS::ApplicationAutoScaling::ScalableTarget')).toEqual([
      expect.objectContaining({ MinCapacity: 1, MaxCapacity: 10 }),
    ]);
    expect(propertiesOf(template, 'AWS::ApplicationAutoScaling::ScalingPolicy')).toEqual([
      expect.objectContaining({
        TargetTrackingScalingPolicyConfiguration: expect.objectContaining({ TargetValue: 0.5 }),
      }),
    ]);
  });

  it.each([
    [0, /^Test\/Api\/Selector: provisionedConcurrency must be a whole number from 1, not 0/],
    [{ min: 2, max: 1 }, /may grow to a whole number from 2, not 1/],
    [{ min: 1, max: 2, utilization: 95 }, /utilization must be from 0.1 to 0.9, not 95/],
  ])('of %j is refused', (provisionedConcurrency, message) => {
    expect(() => synthesized({ provisionedConcurrency })).toThrow(InvalidPropertyError);
    expect(() => synthesized({ provisionedConcurrency })).toThrow(message);
  });
});

describe('warm-ups', () => {
  it('that come late or fail are not repeated, by any alias', () => {
    const { template, service } = made;
    const configs = propertiesOf(template, 'AWS::Lambda::EventInvokeConfig');
    expect(configs).toHaveLength(service.models.size + 1);
    for (const config of configs) {
      expect(JSON.stringify(config.Qualifier)).toContain('Live');
      expect(config).toMatchObject({
        MaximumRetryAttempts: 0,
        MaximumEventAgeInSeconds: 60,
      });
    }
  });
});

describe('warm-keeping', () => {
  it('sends every alias that nothing is kept ready of an event that is no request', () => {
    const { template, stack, service } = made;
    const targets = propertiesOf(template, 'AWS::Events::Rule').flatMap((rule) => {
      expect(rule).toMatchObject({ ScheduleExpression: 'rate(5 minutes)', State: 'ENABLED' });
      return rule.Targets as { Arn: unknown; Input: string }[];
    });
    const rest = [...service.models.values()].filter(({ model }) => model.name !== 'nano-24');
    expect(targets.map(({ Arn }) => Arn)).toEqual(
      rest.map(({ live }) => stack.resolve(live.functionArn)),
    );
    for (const { Input } of targets) expect(Input).toBe('{"warm":true}');
  });

  it('is off by default', () => {
    expect(propertiesOf(synthesized().template, 'AWS::Events::Rule')).toEqual([]);
  });
});
