import { normalShareWithin } from '../statistics/normal.ts';
import type { Candidate } from './types.ts';

/**
 * Share of the calls that never answer, beyond what a profile knows: processes hang. It makes a model that
 * has not answered when all its measured calls had one that will not answer at all.
 */
export const hangingShare = 0.001;

/** P(service time <= ms) of a warm call. */
export function warmWithin(model: Candidate, ms: number): number {
  return model.probabilityWithin?.(ms) ?? normalShareWithin(ms, model.meanMs, model.stdMs);
}

/** P(service time <= ms) of a call, cold starts included. */
export function serviceWithin(model: Candidate, ms: number): number {
  if (ms <= 0) return 0;
  const warm = warmWithin(model, ms);
  const coldShare = model.coldShare ?? 0;
  if (coldShare === 0) return warm;
  const cold = ms >= (model.coldMeanMs ?? Number.POSITIVE_INFINITY) ? 1 : 0;
  return (1 - coldShare) * warm + coldShare * cold;
}

/** P(a call has been answered after ms), where it may hang. */
export function answeredWithin(model: Candidate, ms: number): number {
  return (1 - hangingShare) * serviceWithin(model, ms);
}

/** Quantiles that are asked for, in standard deviations of a normal distribution. */
const deviations = { 0.95: 1.645, 0.99: 2.326 } as const;

/** The 95 % or 99 % quantile of a warm call, in ms. */
export function warmQuantileMs(model: Candidate, q: keyof typeof deviations): number {
  return model.quantileMs?.(q) ?? model.meanMs + deviations[q] * model.stdMs;
}
