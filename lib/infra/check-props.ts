import { type Duration, Token } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IConstruct } from 'constructs';
import { feedbackChoices } from '../core/contract/feedback-choices.ts';
import { atDeadlineChoices } from '../core/contract/headers.ts';
import { maxSlaMs, minSlaMs } from '../core/contract/limits.ts';
import { routeKeys } from '../core/contract/routes.ts';
import { strategyNames } from '../core/selection/strategies.ts';
import { logLevels } from '../service/log-levels.ts';
import { InvalidPropertyError } from './errors.ts';
import type { ApiAuth, ApiCors, Throttle, Throttling } from './http-api.ts';
import type { MdInferenceProps } from './props.ts';
import { originFault } from './web-origin.ts';

/** Throws when a value is wrong, with what it must be. */
type Check<T> = (value: T, name: string, wrong: Wrong) => void;
type Wrong = (name: string, message: string) => Error;

/** Properties of which every value of their type can be deployed, or that a part of the service checks. */
type CheckedElsewhere =
  | 'api'
  | 'domain'
  | 'vpc'
  | 'encryption'
  | 'table'
  | 'retainVersions'
  | 'alarms'
  | 'catalogue'
  | 'tracing'
  | 'alarmsTopic'
  | 'architecture'
  | 'models'
  | 'tunedFile'
  | 'provisionedConcurrency'
  | 'rollout'
  | 'profiling'
  | 'modelBucket'
  | 'removalPolicy'
  | 'logRemovalPolicy';

const checks: {
  [Name in Exclude<keyof MdInferenceProps, CheckedElsewhere>]-?: Check<
    NonNullable<MdInferenceProps[Name]>
  >;
} = {
  strategy: oneOf(strategyNames),
  auth: checkAuth,
  apiName: text(128),
  cors: checkCors,
  throttling: checkThrottling,
  defaultSlaMs: number('a number of ms', { from: minSlaMs, to: maxSlaMs }),
  defaultNetworkMs: number('a number of ms', { from: 0 }),
  clockToleranceMs: number('a number of ms', { from: 0 }),
  maxInputMs: number('a number of ms', { from: 0 }),
  clockErrorMs: number('a number of ms', { from: 0 }),
  atDeadline: oneOf(atDeadlineChoices),
  lateWait: duration('ms', 0),
  hedgeShare: number('a share', { from: 0, to: 1 }),
  callerShare: number('a share', { from: 0, to: 1 }),
  requestLogShare: number('a share', { from: 0, to: 1 }),
  feedback: oneOf(feedbackChoices),
  feedbackWeight: number('a number of labels', { above: 0 }),
  windowLength: duration('ms', 1),
  shards: wholeNumber(1),
  slaTargetPct: number('a percentage', { above: 0, to: 100 }),
  keepWarm: duration('minutes', 1),
  logRetention: oneOf(Object.values(RetentionDays).filter((days) => typeof days === 'number')),
  reservedConcurrency: wholeNumber(1),
  logLevel: oneOf(logLevels),
  metricsShare: number('a share', { above: 0, to: 1 }),
  tags: checkTags,
};

/**
 * Checks every property whose value would be deployed, and fail then or, worse, in every request.
 *
 * @throws {@link InvalidPropertyError} naming the first one that is wrong, and what it must be
 */
export function checkProps(scope: IConstruct, props: MdInferenceProps): void {
  const wrong: Wrong = (name, message) => new InvalidPropertyError(scope, name, message);
  for (const name of Object.keys(checks) as (keyof typeof checks)[]) {
    const value = props[name];
    if (value !== undefined) (checks[name] as Check<unknown>)(value, name, wrong);
  }
}

interface Range {
  readonly from?: number;
  readonly above?: number;
  readonly to?: number;
}

function number(what: string, { from, above, to }: Range): Check<number> {
  const least = above === undefined ? `from ${from}` : `above ${above}`;
  const range = to === undefined ? least : `${least} to ${to}`;
  return (value, name, wrong) => {
    refuseToken(value, name, wrong);
    const isEnough = above === undefined ? value >= (from ?? 0) : value > above;
    if (Number.isFinite(value) && isEnough && value <= (to ?? value)) return;
    throw wrong(name, `must be ${what} ${range}, not ${value}`);
  };
}

function wholeNumber(least: number): Check<number> {
  return (value, name, wrong) => {
    refuseToken(value, name, wrong);
    if (Number.isSafeInteger(value) && value >= least) return;
    throw wrong(name, `must be a whole number from ${least}, not ${value}`);
  };
}

function duration(unit: 'ms' | 'minutes', least: number): Check<Duration> {
  return (value, name, wrong) => {
    if (value.isUnresolved()) throw wrong(name, 'must be known when the app is synthesized');
    const amount = value.toMilliseconds({ integral: false }) / (unit === 'minutes' ? 60_000 : 1);
    if (Number.isSafeInteger(amount) && amount >= least) return;
    throw wrong(name, `must be a whole number of ${unit} from ${least}, not ${amount}`);
  };
}

function oneOf<T extends string | number>(choices: readonly T[]): Check<T> {
  return (value, name, wrong) => {
    if (choices.includes(value)) return;
    throw wrong(name, `must be one of ${choices.join(', ')}, not ${value}`);
  };
}

function text(longest: number): Check<string> {
  return (value, name, wrong) => {
    if (Token.isUnresolved(value) || (value.length > 0 && value.length <= longest)) return;
    throw wrong(name, `must have 1 to ${longest} characters, not ${value.length}`);
  };
}

/** A number goes into a function's environment, where nothing resolves what is known at deploy only. */
function refuseToken(value: number, name: string, wrong: Wrong): void {
  if (Token.isUnresolved(value)) throw wrong(name, 'must be known when the app is synthesized');
}

function checkAuth(auth: ApiAuth, name: string, wrong: Wrong): void {
  if (auth === 'iam' || auth === 'none') return;
  const { jwt } = Object(auth) as Partial<Exclude<ApiAuth, string>>;
  if (!jwt) throw wrong(name, `must be 'iam', 'none' or { jwt: ... }, not ${auth}`);
  const { issuer, audience } = jwt;
  if (!Token.isUnresolved(issuer) && !/^https:\/\/(?!.*\/\.well-known\/)/.test(issuer)) {
    const message = `must be the provider's https URL without /.well-known/..., not "${issuer}"`;
    throw wrong(`${name}.jwt.issuer`, message);
  }
  if (audience.length === 0 || audience.includes('')) {
    throw wrong(`${name}.jwt.audience`, 'must name at least one audience, none of them empty');
  }
}

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html */
function checkCors({ origins, headers = [], maxAge }: ApiCors, name: string, wrong: Wrong): void {
  if (origins.length === 0) throw wrong(`${name}.origins`, 'must name at least one origin');
  for (const origin of origins) {
    // AWS has these for every origin with the scheme.
    if (Token.isUnresolved(origin) || /^https?:\/\/\*$/.test(origin)) continue;
    const fault = originFault(origin);
    if (fault) throw wrong(`${name}.origins`, `cannot work: ${fault}`);
  }
  const header = headers.find(
    (each) => !Token.isUnresolved(each) && !/^[\w!#$%&'*+.^`|~-]+$/.test(each),
  );
  if (header !== undefined) throw wrong(`${name}.headers`, `"${header}" is no header's name`);
  const seconds = maxAge?.isUnresolved() ? 0 : (maxAge?.toSeconds({ integral: false }) ?? 0);
  if (Number.isInteger(seconds) && seconds <= 86_400) return;
  throw wrong(`${name}.maxAge`, `must be a whole number of seconds up to a day, not ${seconds}`);
}

function checkThrottling({ routes = {}, ...all }: Throttling, name: string, wrong: Wrong): void {
  checkThrottle(all, name, wrong, { above: 0 });
  for (const [key, throttle] of Object.entries(routes)) {
    const route = `${name}.routes["${key}"]`;
    if (!routeKeys.some((known) => known === key)) {
      throw wrong(route, `is not a route: ${routeKeys.join(', ')}`);
    }
    // A limit of 0 closes the route.
    checkThrottle(throttle, route, wrong, { from: 0 });
  }
}

function checkThrottle({ rate, burst }: Throttle, name: string, wrong: Wrong, range: Range): void {
  if (!Token.isUnresolved(rate)) number('requests a second', range)(rate, `${name}.rate`, wrong);
  const least = range.from ?? 1;
  if (!Token.isUnresolved(burst)) wholeNumber(least)(burst, `${name}.burst`, wrong);
}

/** @see https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html#id_tags_naming_best_practices */
function checkTags(tags: Readonly<Record<string, string>>, name: string, wrong: Wrong): void {
  for (const [key, value] of Object.entries(tags)) {
    if (!/^(?!aws:).{1,128}$/i.test(key)) {
      throw wrong(`${name}["${key}"]`, 'must have 1 to 128 characters and not begin with aws:');
    }
    if (!Token.isUnresolved(value) && value.length > 256) {
      throw wrong(`${name}["${key}"]`, `must have at most 256 characters, not ${value.length}`);
    }
  }
}
