import { Duration } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { SettingError, settingsOf } from '../../../bin/start/settings.ts';

const of = (context: Record<string, unknown>) => settingsOf((name) => context[name]);

describe('the settings of the app', () => {
  it('are the construct’s defaults when nothing is set', () => {
    expect(of({})).toEqual({ stackName: 'MdInference' });
  });

  it('are text on the command line, and become properties', () => {
    const settings = of({
      ...{ catalogue: './mine', strategy: 'expected-accuracy', auth: 'none', slaMs: '400' },
      ...{ corsOrigins: 'https://a.example, https://b.example', requestsPerSecond: '50' },
      ...{ keepWarmMinutes: '5', provisionedConcurrency: 2, tracing: 'off', stackName: 'Other' },
      feedback: 'anybody',
    });
    expect(settings).toEqual({
      catalogue: './mine',
      strategy: 'expected-accuracy',
      auth: 'none',
      cors: { origins: ['https://a.example', 'https://b.example'] },
      defaultSlaMs: 400,
      throttling: { rate: 50, burst: 100 },
      keepWarm: Duration.minutes(5),
      provisionedConcurrency: 2,
      tracing: false,
      feedback: 'anybody',
      stackName: 'Other',
    });
  });

  it('name a provider of tokens with its audience', () => {
    const jwt = { jwtIssuer: 'https://id.example.com', jwtAudience: 'app' };
    expect(of({ auth: 'jwt', ...jwt }).auth).toEqual({
      jwt: { issuer: 'https://id.example.com', audience: ['app'] },
    });
    expect(() => of({ auth: 'jwt' })).toThrow(
      new SettingError('context auth: jwt needs jwtIssuer and jwtAudience as well'),
    );
  });

  it.each([
    [{ auth: 'open' }, /^context auth: .*"iam"/],
    [{ strategy: 'best' }, /^context strategy: .*"three-stage"/],
    [{ slaMs: 'soon' }, /^context slaMs: must be a number/],
    [{ keepWarmMinutes: '0.5' }, /^context keepWarmMinutes: /],
    [{ corsOrigins: '' }, /^context corsOrigins\.0: /],
  ])('that make no sense are refused by name: %o', (context, message) => {
    expect(() => of(context)).toThrow(message);
  });
});
