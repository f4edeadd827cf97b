import { modelNameOf } from '../../core/selection/sizes.ts';
import { type Assumptions, secondsPerMonth } from './assumptions.ts';
import type { Mix } from './mix.ts';
import type { PricedModel } from './models.ts';

/** What is deployed, and how much it is used. */
export interface Deployment {
  readonly models: readonly PricedModel[];
  readonly mix: Mix;
  /** A whole number, at least 1. */
  readonly requestsPerMonth: number;
  /**
   * Calls of `POST /v1/prepare` for each request.
   *
   * @default 0
   */
  readonly preparesPerRequest?: number | undefined;
  /** Provisioned concurrency: execution environments that are kept ready. */
  readonly provisioned: {
    readonly selector: number;
    /** By model name; absent models have none. */
    readonly models: ReadonlyMap<string, number>;
  };
}

/** What a function uses in a month. */
export interface FunctionUsage {
  readonly calls: number;
  readonly gbSeconds: number;
  /** 0 without provisioned concurrency; with it, all calls are assumed to run on it. */
  readonly provisionedGbSeconds: number;
}

/** What a model uses in a month. */
export interface ModelUsage extends FunctionUsage {
  readonly model: PricedModel;
  readonly share: number;
  /** The selector's duration for this model's calls, waiting included. */
  readonly selectorGbSeconds: number;
}

/** What a deployment uses in a month, in billing units; a GB is 2^30 bytes. */
export interface Usage {
  readonly models: readonly ModelUsage[];
  readonly selector: FunctionUsage;
  /** Calls of `POST /v1/prepare`, with those of functions that they lead to. */
  readonly prepares: Omit<FunctionUsage, 'provisionedGbSeconds'> & { readonly count: number };
  readonly uploads: { readonly count: number; readonly bytes: number };
  readonly writeUnits: number;
  readonly readUnits: number;
  readonly logGb: number;
  readonly outGb: number;
  readonly metrics: number;
  readonly alarmMetrics: number;
  readonly dashboards: number;
  readonly traces: number;
}

const bytesPerGb = 2 ** 30;
/** Durations are rounded up to whole ms, which adds half a ms on average. */
const roundingMs = 0.5;

/**
 * What a deployment uses in a month, with its requests spread evenly over it.
 *
 * @see https://aws.amazon.com/lambda/pricing/ for how durations are counted
 */
export function usageOf(deployment: Deployment, assumptions: Assumptions): Usage {
  const { requestsPerMonth, models, provisioned } = deployment;
  const modelUsages = models.map((model) => modelUsage(model, deployment, assumptions));
  const selector: FunctionUsage = {
    calls: requestsPerMonth,
    gbSeconds: modelUsages.reduce((sum, { selectorGbSeconds }) => sum + selectorGbSeconds, 0),
    provisionedGbSeconds: keptReady(provisioned.selector, assumptions.selectorMemoryMb),
  };
  const selectorSeconds = selector.gbSeconds / gb(assumptions.selectorMemoryMb);
  return {
    models: modelUsages,
    selector,
    prepares: prepares(deployment, assumptions),
    uploads: { count: requestsPerMonth, bytes: assumptions.uploadBytes },
    writeUnits: requestsPerMonth * assumptions.writeUnitsPerCall,
    readUnits:
      refreshes(requestsPerMonth, selectorSeconds, assumptions.refreshSeconds) *
      models.length *
      assumptions.readUnitsPerProfile,
    logGb: (requestsPerMonth * assumptions.logBytes) / bytesPerGb,
    outGb: (requestsPerMonth * assumptions.answerBytes) / bytesPerGb,
    metrics:
      assumptions.metrics + new Set(models.map(modelNameOf)).size * assumptions.metricsPerModel,
    alarmMetrics: assumptions.alarmMetrics,
    dashboards: assumptions.dashboards,
    traces: traces(requestsPerMonth, assumptions),
  };
}

function modelUsage(
  model: PricedModel,
  { mix, requestsPerMonth, provisioned }: Deployment,
  { recordMs, selectorMs, selectorMemoryMb }: Assumptions,
): ModelUsage {
  const share = mix.get(model.name) ?? 0;
  const calls = requestsPerMonth * share;
  const seconds = (ms: number) => (calls * (ms + roundingMs)) / 1000;
  return {
    model,
    share,
    calls,
    gbSeconds: seconds(model.meanMs + recordMs) * gb(model.memoryMb),
    provisionedGbSeconds: keptReady(provisioned.models.get(model.name) ?? 0, model.memoryMb),
    // The selector waits for the model: its time is billed twice.
    selectorGbSeconds: seconds(model.meanMs + selectorMs) * gb(selectorMemoryMb),
  };
}

/** An upper bound: warm-ups that find a warm environment cost next to nothing. */
function prepares(
  { models, requestsPerMonth, preparesPerRequest = 0 }: Deployment,
  { modelsPerPrepare, startMs, prepareMs, selectorMemoryMb }: Assumptions,
): Usage['prepares'] {
  const count = requestsPerMonth * preparesPerRequest;
  const started = Math.min(modelsPerPrepare, models.length);
  const modelGb = models.reduce((sum, { memoryMb }) => sum + gb(memoryMb), 0) / models.length;
  const gbMs = prepareMs * gb(selectorMemoryMb) + started * startMs * modelGb;
  return { count, calls: count * (1 + started), gbSeconds: (count * gbMs) / 1000 };
}

/**
 * How often selectors read all profiles. A request triggers a read when the last one is old enough: with
 * requests at random times, the reads of an environment are apart by the refresh time plus one gap
 * between its requests.
 */
function refreshes(requests: number, selectorSeconds: number, refreshSeconds: number): number {
  const environments = Math.max(1, selectorSeconds / secondsPerMonth);
  const requestsPerSecond = requests / environments / secondsPerMonth;
  return requests / (1 + refreshSeconds * requestsPerSecond);
}

/**
 * How many requests X-Ray traces: the first one of every second that has any, and a share of the others,
 * with requests at random times.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html
 */
function traces(
  requests: number,
  { tracesPerSecond, tracedShare }: Pick<Assumptions, 'tracesPerSecond' | 'tracedShare'>,
): number {
  const busySeconds = secondsPerMonth * (1 - Math.exp(-requests / secondsPerMonth));
  const first = busySeconds * tracesPerSecond;
  return first + (requests - busySeconds) * tracedShare;
}

function keptReady(environments: number, memoryMb: number): number {
  return environments * gb(memoryMb) * secondsPerMonth;
}

function gb(memoryMb: number): number {
  return memoryMb / 1024;
}
