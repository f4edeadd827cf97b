import { beforeAll, describe, expect, it } from 'vitest';
import { InvalidPropertyError, type MdInferenceProps } from '../../../lib/index.ts';
import { propertiesOf, synthesized } from './synthesized.ts';

let made: ReturnType<typeof synthesized>;
beforeAll(() => {
  made = synthesized({
    retainVersions: true,
    reservedConcurrency: 50,
    models: { 'nano-24': { reservedConcurrency: 10, provisionedConcurrency: { min: 1, max: 10 } } },
    logLevel: 'ERROR',
    metricsShare: 0.25,
  });
});

describe('reserved concurrency', () => {
  it('is what a function is given, and no other', () => {
    const { stack, service, template } = made;
    const functions = template.findResources('AWS::Lambda::Function');
    const reserved = Object.entries(functions).flatMap(([id, { Properties }]) =>
      'ReservedConcurrentExecutions' in Properties
        ? [[id, Properties.ReservedConcurrentExecutions]]
        : [],
    );
    const idOf = (fn: { functionArn: string }) => stack.resolve(fn.functionArn)['Fn::GetAtt'][0];
    expect(Object.fromEntries(reserved)).toEqual({
      [idOf(service.selector.function)]: 50,
      [idOf(service.models.get('nano-24')?.function as never)]: 10,
    });
  });

  it.each<[MdInferenceProps, RegExp]>([
    [{ reservedConcurrency: 0 }, /^Test\/Api: reservedConcurrency must be a whole number from 1/],
    [{ reservedConcurrency: 1.5 }, /reservedConcurrency must be a whole number from 1/],
    [
      { models: { 'nano-24': { reservedConcurrency: 0 } } },
      /^Test\/Api\/Model-nano-24: reservedConcurrency must be a whole number from 1, not 0/,
    ],
    [
      { reservedConcurrency: 4, provisionedConcurrency: { min: 1, max: 5 } },
      /reservedConcurrency must be at least the 5 environments that are kept ready, not 4/,
    ],
  ])('is refused when Lambda would: %j', (props, message) => {
    expect(() => synthesized(props)).toThrow(InvalidPropertyError);
    expect(() => synthesized(props)).toThrow(message);
  });
});

describe('versions', () => {
  const policies = ({ template }: typeof made) =>
    Object.values(template.findResources('AWS::Lambda::Version')).map(
      ({ DeletionPolicy, UpdateReplacePolicy }) => [DeletionPolicy, UpdateReplacePolicy].join(),
    );

  it('stay when that is asked for, but those that a failing deployment has made', () => {
    expect(policies(made)).toHaveLength(made.service.models.size + 1);
    expect(new Set(policies(made))).toEqual(new Set(['RetainExceptOnCreate,Retain']));
  });

  it('go with the deployment that replaces them by default', () => {
    expect(new Set(policies(synthesized()))).toEqual(new Set([',']));
  });
});

describe('what is logged', () => {
  const variables = ({ template }: typeof made, name: string) =>
    propertiesOf(template, 'AWS::Lambda::Function').flatMap(({ Environment }) => {
      const { Variables } = (Environment ?? {}) as { Variables?: Record<string, string> };
      return Variables?.[name] ?? [];
    });

  it('is as severe as is asked for, in every function, without lines of Lambda for each call', () => {
    const functions = made.service.models.size + 2;
    expect(variables(made, 'MDI_LOG_LEVEL')).toEqual(Array(functions).fill('ERROR'));
    const configurations = propertiesOf(made.template, 'AWS::Lambda::Function')
      .map(({ LoggingConfig }) => LoggingConfig)
      .filter((config) => (config as { SystemLogLevel?: string }).SystemLogLevel === 'WARN');
    expect(configurations).toHaveLength(functions);
    // Lambda would drop metrics below its own level.
    expect(JSON.stringify(configurations)).not.toContain('ApplicationLogLevel');
  });

  it('is warnings by default, and Lambda’s lines of each call when they are asked for', () => {
    const system = ({ template }: typeof made) =>
      propertiesOf(template, 'AWS::Lambda::Function').flatMap(
        ({ LoggingConfig }) => (LoggingConfig as { SystemLogLevel?: string }).SystemLogLevel ?? [],
      );
    const functions = made.service.models.size + 2;
    expect(variables(synthesized(), 'MDI_LOG_LEVEL')).toEqual([]);
    expect(system(synthesized())).toEqual(Array(functions).fill('WARN'));
    const all = synthesized({ logLevel: 'INFO' });
    expect(variables(all, 'MDI_LOG_LEVEL')).toEqual(Array(functions).fill('INFO'));
    expect(system(all)).toEqual([]);
  });

  it('is metrics of a share of the requests', () => {
    expect(variables(made, 'MDI_METRICS_SHARE')).toEqual(['0.25']);
    expect(variables(synthesized(), 'MDI_METRICS_SHARE')).toEqual(['1']);
  });

  it.each<[MdInferenceProps, RegExp]>([
    [{ metricsShare: 0 }, /metricsShare must be a share above 0 to 1, not 0/],
    [{ metricsShare: Number.NaN }, /metricsShare must be a share above 0 to 1, not NaN/],
    [{ logLevel: 'DEBUG' as never }, /logLevel must be one of INFO, WARN, ERROR, not DEBUG/],
    [{ apiName: '' }, /apiName must have 1 to 128 characters, not 0/],
  ])('is refused when it cannot be: %j', (props, message) => {
    expect(() => synthesized(props)).toThrow(message);
  });
});
