import { z } from 'zod';
import { type Architecture, type RegionPrices, tieredCost } from '../../core/pricing/prices.ts';
import type { FunctionUsage, Usage } from './usage.ts';

const amount = z.number().min(0);

/** What a deployment costs in a month, in USD. */
export const costEstimateSchema = z.object({
  /** Mean accuracy of the answers in percent, including late ones. */
  accuracyPct: amount.max(100),
  models: z.array(
    z.object({
      name: z.string(),
      accuracyPct: amount.max(100),
      share: amount.max(1),
      serviceMs: amount,
      memoryMb: amount,
      calls: amount,
      /** Its function: calls, duration, provisioned concurrency. */
      functionUsd: amount,
      /** The selector's duration for this model's calls, waiting included. */
      selectorUsd: amount,
    }),
  ),
  items: z.array(
    z.object({
      item: z.string(),
      quantity: amount,
      unit: z.string(),
      usd: amount,
      /** Whether it is for seeing how the service does: logs, metrics, alarms, dashboard, traces. */
      observability: z.boolean(),
    }),
  ),
  totalUsd: amount,
  observabilityUsd: amount,
  usdPerMillionRequests: amount,
});

/** What a deployment costs in a month, in USD. */
export type CostEstimate = z.infer<typeof costEstimateSchema>;

type Item = CostEstimate['items'][number];

/** The cost of a month's usage: list prices, no free tier. */
export function estimateCost(
  usage: Usage,
  prices: RegionPrices,
  architecture: Architecture,
): CostEstimate {
  const compute = computePrices(usage, prices, architecture);
  const models = usage.models.map(({ model, share, calls, selectorGbSeconds, ...used }) => ({
    name: model.name,
    accuracyPct: model.accuracyPct,
    share,
    serviceMs: model.meanMs,
    memoryMb: model.memoryMb,
    calls,
    functionUsd: compute.usd({ calls, ...used }),
    selectorUsd: selectorGbSeconds * compute.perGbSecond(usage.selector),
  }));
  const items = [...functionItems(usage, compute), ...otherItems(usage, prices)];
  const totalUsd = items.reduce((sum, { usd }) => sum + usd, 0);
  return {
    accuracyPct: usage.models.reduce((sum, { model, share }) => sum + share * model.accuracyPct, 0),
    models,
    items,
    totalUsd,
    observabilityUsd: total(items, ({ usd, observability }) => (observability ? usd : 0)),
    usdPerMillionRequests: (totalUsd / usage.uploads.count) * 1e6,
  };
}

/** Lambda's prices as they apply to one deployment. */
interface ComputePrices {
  readonly perCall: number;
  readonly perProvisionedGbSecond: number;
  /** Of the time that a function runs. */
  perGbSecond(used: FunctionUsage): number;
  usd(used: FunctionUsage): number;
}

function computePrices(
  { models, selector, prepares }: Usage,
  { lambda }: RegionPrices,
  architecture: Architecture,
): ComputePrices {
  const {
    perGbSecond: tiers,
    perProvisionedGbSecond,
    perGbSecondOnProvisioned,
  } = lambda[architecture];
  const onDemand = [selector, ...models].filter((used) => used.provisionedGbSeconds === 0);
  const gbSeconds = onDemand.reduce((sum, used) => sum + used.gbSeconds, prepares.gbSeconds);
  // Tiers apply to all functions together: each is charged the mean price.
  const meanPrice = gbSeconds > 0 ? tieredCost(gbSeconds, tiers) / gbSeconds : 0;
  const perCall = lambda.perMillionRequests / 1e6;
  const perGbSecond = (used: FunctionUsage) =>
    used.provisionedGbSeconds > 0 ? perGbSecondOnProvisioned : meanPrice;
  return {
    perCall,
    perProvisionedGbSecond,
    perGbSecond,
    usd: (used) =>
      used.calls * perCall +
      used.gbSeconds * perGbSecond(used) +
      used.provisionedGbSeconds * perProvisionedGbSecond,
  };
}

function functionItems({ models, selector, prepares }: Usage, compute: ComputePrices): Item[] {
  const all: FunctionUsage[] = [selector, ...models];
  const calls = total(all, (used) => used.calls);
  const provisioned = total(all, (used) => used.provisionedGbSeconds);
  const items: Omit<Item, 'observability'>[] = [
    { item: 'Lambda calls', quantity: calls, unit: 'calls', usd: calls * compute.perCall },
    {
      item: 'Models running',
      quantity: total(models, (used) => used.gbSeconds),
      unit: 'GB-s',
      usd: total(models, (used) => used.gbSeconds * compute.perGbSecond(used)),
    },
    {
      item: 'Selector running and waiting',
      quantity: selector.gbSeconds,
      unit: 'GB-s',
      usd: selector.gbSeconds * compute.perGbSecond(selector),
    },
    {
      item: 'Provisioned concurrency',
      quantity: provisioned,
      unit: 'GB-s',
      usd: provisioned * compute.perProvisionedGbSecond,
    },
    {
      item: 'Preparing: calls, models starting',
      quantity: prepares.gbSeconds,
      unit: 'GB-s',
      usd: compute.usd({ ...prepares, provisionedGbSeconds: 0 }),
    },
  ];
  const whereUsed = ['Provisioned concurrency', 'Preparing: calls, models starting'];
  return items
    .filter(({ quantity, item }) => quantity > 0 || !whereUsed.includes(item))
    .map((item) => ({ ...item, observability: false }));
}

function otherItems(
  {
    uploads,
    prepares,
    writeUnits,
    readUnits,
    logGb,
    outGb,
    metrics,
    alarmMetrics,
    dashboards,
    traces,
  }: Usage,
  { httpApi, dynamodb, cloudwatch, xray, dataTransfer }: RegionPrices,
): Item[] {
  const perUpload = Math.max(1, Math.ceil(uploads.bytes / httpApi.meteredBytes));
  const metered = uploads.count * perUpload + prepares.count;
  const item = (name: string, quantity: number, unit: string, usd: number): Item => ({
    ...{ item: name, quantity, unit, usd },
    observability: false,
  });
  const seen: typeof item = (...args) => ({ ...item(...args), observability: true });
  return [
    item('HTTP API', metered, 'requests', httpApiCost(metered, httpApi)),
    item(
      'Profile updates',
      writeUnits,
      'write units',
      (writeUnits * dynamodb.perMillionWriteUnits) / 1e6,
    ),
    item(
      'Profile reads',
      readUnits,
      'read units',
      (readUnits * dynamodb.perMillionReadUnits) / 1e6,
    ),
    seen('Logs', logGb, 'GB', logGb * cloudwatch.perLogGb),
    seen('Metrics', metrics, 'metrics', metrics * cloudwatch.perMetric),
    seen('Alarms', alarmMetrics, 'metrics', alarmMetrics * cloudwatch.perAlarmMetric),
    seen('Dashboard', dashboards, 'dashboards', dashboards * cloudwatch.perDashboard),
    seen('Traces', traces, 'traces', (traces * xray.perMillionTraces) / 1e6),
    item('Data out', outGb, 'GB', tieredCost(outGb, dataTransfer.perGbOut)),
  ];
}

function httpApiCost(requests: number, { perMillionRequests }: RegionPrices['httpApi']): number {
  return tieredCost(requests, perMillionRequests) / 1e6;
}

function total<T>(values: readonly T[], of: (value: T) => number): number {
  return values.reduce((sum, value) => sum + of(value), 0);
}
