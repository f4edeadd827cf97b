import { leftMs, outputOf } from './deadline.ts';
import { probabilityInTime } from './expected-accuracy.ts';
import { fastest } from './ranking.ts';
import { fits } from './three-stage.ts';
import type { Candidate, Decision, Strategy, TimeBudget } from './types.ts';

/**
 * Points of expected accuracy below a model's best size within which `expected-accuracy` takes a cheaper
 * one: see docs/sizes.md.
 */
export const sizeMarginPct = 0.5;

/** Memory of the selector's function in MB: one vCPU, as bodies of megabytes go through in base64. */
export const selectorMemoryMb = 1769;

/** Decides which of the sizes of one model would answer a request; there is at least one. */
export type SizeRule = <C extends Candidate>(sizes: readonly C[], budget: TimeBudget) => C;

/**
 * The name of the model of which a candidate is one size, or its own: what callers know it by.
 *
 * @example
 * ```ts
 * import { modelNameOf } from 'mdinference/selection';
 *
 * modelNameOf({ name: 'large-5307mb', sizeOf: 'large' }); // => 'large'
 * modelNameOf({ name: 'small' }); // => 'small'
 * ```
 */
export function modelNameOf({ name, sizeOf }: Pick<Candidate, 'name' | 'sizeOf'>): string {
  return sizeOf ?? name;
}

/**
 * The name under which a size of a model is deployed and measured, unless it is the first: that has the
 * model's own.
 *
 * @param memoryMb - of its function, in MB
 */
export function sizeNameOf(model: string, memoryMb: number): string {
  return `${model}-${memoryMb}mb`;
}

/**
 * A strategy for models of several sizes: a rule leaves one size of each, for this request, and the
 * strategy decides between models as ever. Without models of several sizes nothing changes.
 */
export function withOneSizeEach(strategy: Strategy, rule: SizeRule): Strategy {
  return <C extends Candidate>(candidates: readonly C[], budget: TimeBudget): Decision<C> =>
    strategy(oneSizeEach(candidates, budget, rule), budget);
}

/**
 * The cheapest size that is expected within T_budget (Equation 2), else the fastest: all have the same
 * accuracy.
 */
export function cheapestInTime<C extends Candidate>(sizes: readonly C[], budget: TimeBudget): C {
  return cheapestThatFits(sizes, budget.budgetMs);
}

/** The cheapest size that is expected within the SLA, whatever the network; else the fastest. */
export function cheapestWithinSla<C extends Candidate>(
  sizes: readonly C[],
  { slaMs, startMs = 0 }: TimeBudget,
): C {
  return cheapestThatFits(sizes, slaMs - startMs);
}

/**
 * The cheapest size whose expected accuracy is within {@link sizeMarginPct} of the model's best; the fastest
 * when none has a chance to improve on the device.
 */
export function cheapestWithinMargin<C extends Candidate>(
  sizes: readonly C[],
  budget: TimeBudget,
): C {
  const { deviceAccuracyPct = 0 } = budget;
  const left = leftMs(budget);
  const output = outputOf(budget);
  const rated = sizes.map((size) => {
    const more = Math.max(0, size.accuracyPct - deviceAccuracyPct);
    return { size, gainPct: more * probabilityInTime(size, left, output) };
  });
  const best = Math.max(...rated.map(({ gainPct }) => gainPct));
  if (best === 0) return fastest(sizes);
  const enough = rated.filter(({ gainPct }) => gainPct >= best - sizeMarginPct);
  return cheapest(enough.map(({ size }) => size));
}

function cheapestThatFits<C extends Candidate>(sizes: readonly C[], limitMs: number): C {
  const fitting = sizes.filter((size) => fits(size, limitMs));
  return fitting.length > 0 ? cheapest(fitting) : fastest(sizes);
}

function oneSizeEach<C extends Candidate>(
  candidates: readonly C[],
  budget: TimeBudget,
  rule: SizeRule,
): readonly C[] {
  // Called for every request, and hardly ever with something to decide.
  if (candidates.every(({ sizeOf }) => sizeOf === undefined)) return candidates;
  const models = Map.groupBy(candidates, modelNameOf);
  return Array.from(models.values(), (sizes) => rule(sizes, budget));
}

/** The size whose calls are billed least; ties go to the faster, then to the first by name. */
function cheapest<C extends Candidate>(sizes: readonly C[]): C {
  const least = Math.min(...sizes.map(priceOf));
  return fastest(sizes.filter((size) => priceOf(size) === least));
}

/**
 * What Lambda bills of a call, in MB x ms: the selector's function waits for the model's, so that the memory of
 * both is paid for.
 */
export function priceOf({ memoryMb = 0, meanMs }: Candidate): number {
  return (memoryMb + selectorMemoryMb) * meanMs;
}
