import { z } from 'zod';
import { strategies, strategyNames } from '../../core/selection/strategies.ts';
import type { Candidate } from '../../core/selection/types.ts';
import { normal } from '../../core/statistics/draw.ts';
import { seededRandom } from '../../core/statistics/random.ts';

/** Each model's share of the requests by its name, 0 to 1; they add up to 1. */
export type Mix = ReadonlyMap<string, number>;

/** Shares that cannot be a mix. */
export class MixError extends Error {
  override readonly name = 'MixError';
}

/** Shares written in decimals may miss 1 by their rounding: 0.333 three times. */
const tolerance = 0.0015;

/**
 * Checks a mix that somebody has written down.
 *
 * @throws {@link MixError} for a model that does not exist, a share outside 0 to 1, a sum that is not 1
 */
export function checkMix(shares: Mix, models: readonly { readonly name: string }[]): Mix {
  const names = models.map(({ name }) => name);
  let sum = 0;
  for (const [name, share] of shares) {
    if (!names.includes(name)) {
      throw new MixError(`there is no model "${name}", only ${names.join(', ')}`);
    }
    if (!(share >= 0 && share <= 1)) {
      throw new MixError(`the share of "${name}" is ${share}: it must be from 0 to 1`);
    }
    sum += share;
  }
  if (!(Math.abs(sum - 1) <= tolerance)) {
    throw new MixError(`the shares add up to ${Number(sum.toFixed(6))}, not to 1`);
  }
  return new Map([...shares].map(([name, share]) => [name, share / sum]));
}

/** Requests that a strategy selects models for. All times in ms. */
export const simulatedRequestsSchema = z.object({
  strategy: z.enum(strategyNames),
  slaMs: z.number(),
  /** T_nw, the network time both ways: normal, cut off at 0. */
  networkMeanMs: z.number().min(0),
  networkStdMs: z.number().min(0),
  requests: z.int().min(1),
  seed: z.number(),
});

/** Requests that a strategy selects models for. */
export type SimulatedRequests = z.infer<typeof simulatedRequestsSchema>;

/**
 * The mix that a strategy makes of simulated requests. It adds up the probabilities of each decision
 * instead of drawing models from them, so that chance comes from the network alone.
 *
 * @throws NoCandidateError when there is no model
 */
export function simulateMix(
  models: readonly Candidate[],
  { strategy, slaMs, networkMeanMs, networkStdMs, requests, seed }: SimulatedRequests,
): Mix {
  const drawNetworkMs = normal(seededRandom(seed), networkMeanMs, networkStdMs);
  const mix = new Map(models.map(({ name }) => [name, 0]));
  for (let i = 0; i < requests; i++) {
    const networkMs = Math.max(0, drawNetworkMs());
    const { eligible } = strategies[strategy](models, {
      slaMs,
      inputMs: networkMs / 2,
      networkMs,
      budgetMs: slaMs - networkMs,
    });
    for (const { model, probability } of eligible) {
      mix.set(model.name, (mix.get(model.name) ?? 0) + probability / requests);
    }
  }
  return mix;
}
