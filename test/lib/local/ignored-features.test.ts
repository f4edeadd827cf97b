import { describe, expect, it } from 'vitest';
import { ignoredFeatures } from '../../../lib/local/ignored-features.ts';
import { readFunctions } from '../../../lib/local/template/functions.ts';
import { readHttpApis } from '../../../lib/local/template/http-api.ts';
import { Stack } from '../../../lib/local/template/stack.ts';

const notesOf = (Resources: object) => {
  const stack = new Stack('s', { Resources });
  return ignoredFeatures(stack, readHttpApis(stack));
};

describe('ignoredFeatures', () => {
  it.each([
    ['nothing', 'AWS::Logs::LogGroup', {}, []],
    [
      'rollouts',
      'AWS::CodeDeploy::DeploymentGroup',
      {},
      ['New versions take over at once, not step by step'],
    ],
    ['schedules', 'AWS::Scheduler::Schedule', {}, ['Schedules do not fire']],
    [
      'throttling',
      'AWS::ApiGatewayV2::Stage',
      { DefaultRouteSettings: { ThrottlingRateLimit: 1 } },
      ['Throttling of routes is not enforced'],
    ],
    [
      'access logs',
      'AWS::ApiGatewayV2::Stage',
      { AccessLogSettings: {} },
      ['Access logs are not written'],
    ],
    [
      'provisioned concurrency',
      'AWS::Lambda::Alias',
      { ProvisionedConcurrencyConfig: {} },
      ['Provisioned concurrency is not provided: environments start when they are needed'],
    ],
    [
      'retries',
      'AWS::Lambda::EventInvokeConfig',
      { MaximumRetryAttempts: 1 },
      ['Asynchronous invocations are not retried'],
    ],
    ['no retries', 'AWS::Lambda::EventInvokeConfig', { MaximumRetryAttempts: 0 }, []],
    [
      'custom resources of CDK',
      'Custom::LogRetention',
      {},
      ['Custom::LogRetention is not created: it calls AWS'],
    ],
  ])('says %s', (_, Type, Properties, expected) => {
    const here = process.platform === 'linux' ? [] : [expect.stringContaining('Memory')];
    expect(notesOf({ A: { Type, Properties } })).toEqual([...expected, ...here]);
  });

  it('says once which types do nothing', () => {
    const rule = { Type: 'AWS::Events::Rule' };
    expect(notesOf({ A: rule, B: rule })).toContain('Event rules do not fire');
  });
});

describe('readFunctions', () => {
  it('skips what is not Node.js, in one line', () => {
    const skipped: string[] = [];
    const properties = { Handler: 'a.b', Runtime: 'python3.13', Code: {} };
    const stack = new Stack('s', {
      Resources: { A: { Type: 'AWS::Lambda::Function', Properties: properties } },
    });
    expect(readFunctions(stack, skipped)).toEqual([]);
    expect(skipped).toEqual(['Function A does not run: Runtime: only Node.js runtimes run here']);
  });
});
