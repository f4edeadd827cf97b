import { z } from 'zod';
import { type Architecture, priceList, pricesOf } from '../../core/pricing/prices.ts';
import { mostAccurate } from '../../core/selection/ranking.ts';
import type { Assumptions } from './assumptions.ts';
import { costEstimateSchema, estimateCost } from './estimate.ts';
import { simulatedRequestsSchema } from './mix.ts';
import type { PricedModel } from './models.ts';
import { type Deployment, usageOf } from './usage.ts';

/** What a deployment costs, and what it costs compared. `mdi cost --json` prints it. */
export const costReportSchema = z.object({
  currency: z.literal('USD'),
  region: z.string(),
  architecture: z.enum(['x86_64', 'arm64']),
  /** The month in which the list prices held. */
  pricesAsOf: z.string(),
  requestsPerMonth: z.int().min(1),
  /** The requests that the mix was worked out from; absent when the mix was given. */
  simulated: simulatedRequestsSchema.optional(),
  estimate: costEstimateSchema,
  /** The same requests to a deployment of the most accurate model alone. */
  mostAccurate: costEstimateSchema,
  /** What selection saves against it; negative when selection costs more. */
  savingPct: z.number(),
});

/** What a deployment costs, and what it costs compared. */
export type CostReport = z.infer<typeof costReportSchema>;

/**
 * Estimates what a deployment costs in a month, and what the most accurate of its models would cost
 * alone.
 *
 * @throws UnknownRegionError when there are no prices of the region
 */
export function costReport(
  deployment: Deployment,
  { region, architecture }: { readonly region: string; readonly architecture: Architecture },
  assumptions: Assumptions,
): Omit<CostReport, 'simulated'> {
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

/** The deployment with one of its models alone; what was kept ready of it and of the selector stays. */
function onlyModel(deployment: Deployment, model: PricedModel): Deployment {
  return { ...deployment, models: [model], mix: new Map([[model.name, 1]]) };
}
