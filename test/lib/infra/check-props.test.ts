import { App, Duration, Lazy, Stack, Token } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { InvalidPropertyError, type MdInferenceProps } from '../../../lib/index.ts';
import { checkProps } from '../../../lib/infra/check-props.ts';

const stack = new Stack(new App(), 'Test');
const check = (props: object) => () => checkProps(stack, props as MdInferenceProps);
const issuer = 'https://id.example.com/';
const throttle = { rate: 10, burst: 20 };

describe('a service’s properties', () => {
  it.each<MdInferenceProps>([
    {},
    { defaultSlaMs: 29_000, defaultNetworkMs: 0, maxInputMs: 0, clockToleranceMs: 0.5 },
    { hedgeShare: 0, callerShare: 1, feedbackWeight: 0.1, shards: 1, slaTargetPct: 100 },
    {
      lateWait: Duration.seconds(0),
      windowLength: Duration.millis(1),
      keepWarm: Duration.hours(1),
    },
    { auth: { jwt: { issuer, audience: ['app'] } } },
    { auth: { jwt: { issuer: Lazy.string({ produce: () => issuer }), audience: ['app'] } } },
    { cors: { origins: ['*'] } },
    { cors: { origins: ['https://*', 'http://localhost:5173', 'capacitor://localhost'] } },
    { cors: { origins: ['https://a.example'], headers: ['x-a'], maxAge: Duration.days(1) } },
    { throttling: { ...throttle, routes: { 'POST /v1/feedback': { rate: 0, burst: 0 } } } },
    { throttling: { rate: Token.asNumber({ Ref: 'Rate' }), burst: 1 } },
    { tags: { team: 'vision', empty: '' } },
  ])('may be %j', (props) => {
    expect(check(props)).not.toThrow();
  });

  it.each([
    [{ strategy: 'guess' }, 'strategy must be one of three-stage, .*, not guess'],
    [{ auth: 'IAM' }, "auth must be 'iam', 'none' or { jwt: ... }, not IAM"],
    [
      { auth: { jwt: { issuer: 'id.example.com', audience: ['a'] } } },
      'auth.jwt.issuer must be .*https',
    ],
    [
      { auth: { jwt: { issuer: `${issuer}.well-known/openid-configuration`, audience: ['a'] } } },
      'auth.jwt.issuer must be the provider',
    ],
    [{ auth: { jwt: { issuer, audience: [] } } }, 'auth.jwt.audience must name at least one'],
    [{ auth: { jwt: { issuer, audience: [''] } } }, 'auth.jwt.audience must name at least one'],
    [{ cors: { origins: [] } }, 'cors.origins must name at least one origin'],
    [
      { cors: { origins: ['https://a.example/'] } },
      'cors.origins cannot work: .* would be https://a.example$',
    ],
    [{ cors: { origins: ['https://a.example:443'] } }, 'would be https://a.example$'],
    [{ cors: { origins: ['https://A.example'] } }, 'would be https://a.example$'],
    [{ cors: { origins: ['a.example'] } }, '"a.example" is not an origin'],
    [{ cors: { origins: ['https://*.example'] } }, 'is not an origin'],
    [{ cors: { origins: ['*'], headers: ['x a'] } }, 'cors.headers "x a" is no header'],
    [{ cors: { origins: ['*'], maxAge: Duration.days(2) } }, 'cors.maxAge must .* not 172800'],
    [
      { throttling: { rate: 0, burst: 1 } },
      'throttling.rate must be requests a second above 0, not 0',
    ],
    [
      { throttling: { rate: 1, burst: 0.5 } },
      'throttling.burst must be a whole number from 1, not 0.5',
    ],
    [
      { throttling: { ...throttle, routes: { 'GET /v1/infer': throttle } } },
      'throttling.routes\\["GET /v1/infer"\\] is not a route: POST /v1/infer',
    ],
    [
      { throttling: { ...throttle, routes: { 'POST /v1/infer': { rate: -1, burst: 1 } } } },
      'routes\\["POST /v1/infer"\\].rate must be requests a second from 0, not -1',
    ],
    [
      { defaultSlaMs: Number.NaN },
      'defaultSlaMs must be a number of ms from 0.001 to 29000, not NaN',
    ],
    [{ defaultSlaMs: 0 }, 'not 0'],
    [{ defaultSlaMs: 30_000 }, 'not 30000'],
    [{ defaultSlaMs: Token.asNumber({ Ref: 'Sla' }) }, 'must be known when'],
    [{ defaultNetworkMs: Number.NaN }, 'defaultNetworkMs must be a number of ms from 0, not NaN'],
    [{ clockToleranceMs: -1 }, 'clockToleranceMs .* not -1'],
    [{ maxInputMs: Number.POSITIVE_INFINITY }, 'maxInputMs .* not Infinity'],
    [{ clockErrorMs: '5 ms' }, 'clockErrorMs .* not 5 ms'],
    [{ atDeadline: 'sleep' }, 'atDeadline must be one of wait, fail, not sleep'],
    [
      { lateWait: Duration.millis(Number.NaN) },
      'lateWait must be a whole number of ms from 0, not NaN',
    ],
    [{ hedgeShare: 5 }, 'hedgeShare must be a share from 0 to 1, not 5'],
    [{ callerShare: Number.NaN }, 'callerShare must be a share from 0 to 1, not NaN'],
    [{ feedback: 'on' }, 'feedback must be one of off, callers, anybody, not on'],
    [{ feedbackWeight: 0 }, 'feedbackWeight must be a number of labels above 0, not 0'],
    [
      { windowLength: Duration.millis(0) },
      'windowLength must be a whole number of ms from 1, not 0',
    ],
    [{ windowLength: Duration.millis(1.5) }, 'not 1.5'],
    [{ windowLength: Duration.minutes(Lazy.number({ produce: () => 1 })) }, 'must be known when'],
    [{ shards: 1.5 }, 'shards must be a whole number from 1, not 1.5'],
    [{ slaTargetPct: 0 }, 'slaTargetPct must be a percentage above 0 to 100, not 0'],
    [{ slaTargetPct: 101 }, 'not 101'],
    [
      { keepWarm: Duration.seconds(30) },
      'keepWarm must be a whole number of minutes from 1, not 0.5',
    ],
    [{ logRetention: 31 }, 'logRetention must be one of 1, 3, 5, .*, not 31'],
    [{ tags: { 'aws:team': 'a' } }, 'tags\\["aws:team"\\] must have 1 to 128 characters'],
    [{ tags: { team: 'a'.repeat(257) } }, 'must have at most 256 characters, not 257'],
  ])('may not be %j', (props, message) => {
    expect(check(props)).toThrow(InvalidPropertyError);
    expect(check(props)).toThrow(new RegExp(`^Test: .*${message}`));
  });
});
