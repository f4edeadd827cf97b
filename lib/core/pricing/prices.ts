import { z } from 'zod';
import { MdInferenceError } from '../errors.ts';
import data from './prices.json' with { type: 'json' };

const price = z.number().min(0);

/** The unit price up to a monthly amount; the last tier is open-ended. */
const tiersSchema = z
  .array(z.strictObject({ upTo: z.number().positive().default(Number.POSITIVE_INFINITY), price }))
  .min(1)
  .refine(
    (tiers) =>
      tiers.at(-1)?.upTo === Number.POSITIVE_INFINITY &&
      tiers.every(({ upTo }, i) => upTo > (tiers[i - 1]?.upTo ?? 0)),
    'must rise, and the last tier has no upTo',
  );

const computeSchema = z.strictObject({
  /** On demand, while a function runs. */
  perGbSecond: tiersSchema,
  /** Provisioned concurrency, whether it runs or not. */
  perProvisionedGbSecond: price,
  /** On top of it, while it runs. */
  perGbSecondOnProvisioned: price,
});

const regionPricesSchema = z.strictObject({
  lambda: z.strictObject({
    perMillionRequests: price,
    x86_64: computeSchema,
    arm64: computeSchema,
  }),
  httpApi: z.strictObject({
    /** A request or an answer larger than this counts several times. */
    meteredBytes: z.int().positive(),
    perMillionRequests: tiersSchema,
  }),
  dynamodb: z.strictObject({ perMillionWriteUnits: price, perMillionReadUnits: price }),
  cloudwatch: z.strictObject({
    /** Ingestion of the standard class; the first tier, which is the highest. */
    perLogGb: price,
    perMetric: price,
    perAlarmMetric: price,
    perDashboard: price,
  }),
  xray: z.strictObject({ perMillionTraces: price }),
  dataTransfer: z.strictObject({ perGbOut: tiersSchema }),
});

const priceListSchema = z.strictObject({
  currency: z.literal('USD'),
  asOf: z.string().regex(/^\d{4}-\d{2}$/),
  note: z.string(),
  sources: z.record(z.string(), z.url()),
  regions: z.record(z.string(), regionPricesSchema),
});

/** The unit price up to a monthly amount. */
export type Tiers = z.infer<typeof tiersSchema>;

/** List prices of one region in USD: amounts are a month's, GB of 2^30 bytes. */
export type RegionPrices = z.infer<typeof regionPricesSchema>;

/** Processors that Lambda has prices for. */
export type Architecture = 'x86_64' | 'arm64';

/** All known list prices, with their month and sources (prices.json). */
export const priceList = priceListSchema.parse(data);

/** No prices are known for a region. */
export class UnknownRegionError extends MdInferenceError {
  override readonly name = 'UnknownRegionError';
}

/**
 * The list prices of a region.
 *
 * @throws {@link UnknownRegionError} naming the regions that are known
 */
export function pricesOf(region: string): RegionPrices {
  const prices = priceList.regions[region];
  if (prices) return prices;
  const known = Object.keys(priceList.regions).join(', ');
  throw new UnknownRegionError(
    `there are no prices of "${region}" in lib/core/pricing/prices.json, only of ${known}`,
  );
}

/** The cost of an amount, each part of it at the price of its tier. */
export function tieredCost(amount: number, tiers: Tiers): number {
  let cost = 0;
  let from = 0;
  for (const { upTo, price } of tiers) {
    cost += Math.max(0, Math.min(amount, upTo) - from) * price;
    from = upTo;
  }
  return cost;
}
