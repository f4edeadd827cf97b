import { z } from 'zod';
import { MdInferenceError } from '../../core/errors.ts';
import { strategies, strategyNames } from '../../core/selection/strategies.ts';
import type { Candidate } from '../../core/selection/types.ts';
import { normal } from '../../core/statistics/draw.ts';
import { seededRandom } from '../../core/statistics/random.ts';

/** Each model's share of the requests by its name, 0 to 1; they add up to 1. */
export type Mix = ReadonlyMap<string, number>;

/** Shares that are not a mix; the message says why. */
export class MixError extends MdInferenceError {
  override readonly name = 'MixError';
}

/** Rounded decimals may not add up to 1 exactly: three times 0.333. */
const tolerance = 0.0015;

/**
 * Checks a mix that was entered by hand.
 *
 * @returns the shares, scaled so that they add up to exactly 1
 * @throws {@link MixError} when a model does not exist, a share is not from 0 to 1, or the sum is not 1
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

/** Simulated requests for which a strategy selects models; all times in ms. */
export const simulatedRequestsSchema = z.object({
  strategy: z.enum(strategyNames),
  slaMs: z.number(),
  /** T_nw, the network time both ways: normal, negative values become 0. */
  networkMeanMs: z.number().min(0),
  networkStdMs: z.number().min(0),
  requests: z.int().min(1),
  seed: z.number(),
});

/** Simulated requests for which a strategy selects models. */
export type SimulatedRequests = z.infer<typeof simulatedRequestsSchema>;

/**
 * The mix that results when a strategy selects models for simulated requests. It adds up the probabilities
 * of each decision instead of drawing models, so that only the network is random.
 *
 * @throws {@link NoCandidateError} when there is no model
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
