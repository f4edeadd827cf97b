import { z } from 'zod';
import { type Architecture, priceList, pricesOf } from '../../core/pricing/prices.ts';
import { mostAccurate } from '../../core/selection/ranking.ts';
import type { Assumptions } from './assumptions.ts';
import { costEstimateSchema, estimateCost } from './estimate.ts';
import { simulatedRequestsSchema } from './mix.ts';
import type { PricedModel } from './models.ts';
import { type Deployment, usageOf } from './usage.ts';

/** The cost of a deployment, and a comparison. `mdi cost --json` prints it. */
export const costReportSchema = z.object({
  currency: z.literal('USD'),
  region: z.string(),
  architecture: z.enum(['x86_64', 'arm64']),
  /** The month of the list prices. */
  pricesAsOf: z.string(),
  requestsPerMonth: z.int().min(1),
  /** The requests from which the mix was simulated; absent when the mix was given. */
  simulated: simulatedRequestsSchema.optional(),
  estimate: costEstimateSchema,
  /** The same requests to a deployment that has only the most accurate model. */
  mostAccurate: costEstimateSchema,
  /** Every model at one size or at several, where that was asked for. */
  sizes: z
    .array(
      z.object({
        sizesMb: z.array(z.int()),
        /** Mean accuracy of the answers in percent, including late ones. */
        accuracyPct: z.number(),
        totalUsd: z.number(),
        usdPerMillionRequests: z.number(),
      }),
    )
    .optional(),
  /** What selection saves compared with that; negative when selection costs more. */
  savingPct: z.number(),
});

/** The cost of a deployment, and a comparison. */
export type CostReport = z.infer<typeof costReportSchema>;

/**
 * Estimates what a deployment costs in a month, and what the most accurate of its models would cost on its
 * own.
 *
 * @throws {@link UnknownRegionError} when the price list does not have the region
 */
export function costReport(
  deployment: Deployment,
  { region, architecture }: { readonly region: string; readonly architecture: Architecture },
  assumptions: Assumptions,
): Omit<CostReport, 'simulated' | 'sizes'> {
  const prices = pricesOf(region);
  const estimateOf = (deployed: Deployment) =>
    estimateCost(usageOf(deployed, assumptions), prices, architecture);
  const estimate = estimateOf(deployment);
  const alone = estimateOf(onlyModel(deployment, mostAccurate(deployment.models)));
  return {
    currency: priceList.currency,
    region,
    architecture,
    pricesAsOf: priceList.asOf,
    requestsPerMonth: deployment.requestsPerMonth,
    estimate,
    mostAccurate: alone,
    savingPct: 100 * (1 - estimate.totalUsd / alone.totalUsd),
  };
}

/** The deployment with only one of its models; its and the selector's provisioned concurrency stay. */
function onlyModel(deployment: Deployment, model: PricedModel): Deployment {
  return { ...deployment, models: [model], mix: new Map([[model.name, 1]]) };
}
