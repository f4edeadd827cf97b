import { normalShareWithin } from '../statistics/normal.ts';
import type { Candidate } from './types.ts';

/** P(service time <= ms) of a call, cold starts included. */
export function serviceWithin(model: Candidate, ms: number): number {
  if (ms <= 0) return 0;
  const warm = model.probabilityWithin?.(ms) ?? normalShareWithin(ms, model.meanMs, model.stdMs);
  const coldShare = model.coldShare ?? 0;
  if (coldShare === 0) return warm;
  const cold = ms >= (model.coldMeanMs ?? Number.POSITIVE_INFINITY) ? 1 : 0;
  return (1 - coldShare) * warm + coldShare * cold;
}

/** Quantiles that are asked for, in standard deviations of a normal distribution. */
const deviations = { 0.95: 1.645, 0.99: 2.326 } as const;

/** The 95 % or 99 % quantile of a warm call, in ms. */
export function warmQuantileMs(model: Candidate, q: keyof typeof deviations): number {
  return model.quantileMs?.(q) ?? model.meanMs + deviations[q] * model.stdMs;
}
