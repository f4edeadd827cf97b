import { type Architecture, type RegionPrices, tieredCost } from '../../core/pricing/prices.ts';
import { selectorMemoryMb } from '../../core/selection/sizes.ts';

/** A model with one memory: how long its calls take, and what they cost. */
export interface MemoryOption {
  readonly memoryMb: number;
  /** Mean and 95 % quantile of the service time of a warm call, in ms. */
  readonly meanMs: number;
  readonly p95Ms: number;
  /** What a million calls cost in USD: the function, and the selector that waits for it. */
  readonly usdPerMillion: number;
}

/** A model's time with one memory. */
export interface MemoryTime extends Omit<MemoryOption, 'usdPerMillion'> {
  /** What Lambda bills of the model's function, in ms. */
  readonly billedMs: number;
}

/** What was found out about one model. */
export interface TunedModel {
  readonly name: string;
  /** In ascending order of memory. */
  readonly options: readonly MemoryOption[];
  /** The cheapest within the latency; the fastest when none is. */
  readonly best: MemoryOption;
  readonly isWithin: boolean;
}

/** What a call costs: prices of the first tier, without free tier. */
export interface CallPrices {
  readonly prices: RegionPrices;
  readonly architecture: Architecture;
}

/** The memory sizes that are tried: a part of a vCPU, and one to six whole ones, in MB. */
export const triedMemoryMb = [512, 885, 1769, 3538, 5307, 7076, 8845, 10_240] as const;

/**
 * Picks a model's memory: the cheapest with which 95 % of its warm calls take no longer than the latency.
 *
 * @param latencyMs - of the service, in ms
 * @param times - at least one
 */
export function tuneModel(
  name: string,
  times: readonly MemoryTime[],
  latencyMs: number,
  prices: CallPrices,
): TunedModel {
  const options = times
    .map(({ billedMs, ...time }) => ({
      ...time,
      usdPerMillion: 1e6 * usdPerCall(time, billedMs, prices),
    }))
    .toSorted((a, b) => a.memoryMb - b.memoryMb);
  const within = options.filter(({ p95Ms }) => p95Ms <= latencyMs);
  const best =
    within.length > 0
      ? least(within, ({ usdPerMillion }) => usdPerMillion)
      : least(options, ({ p95Ms }) => p95Ms);
  return { name, options, best, isWithin: within.length > 0 };
}

/** The first with the least value: of two that are as good, the one with less memory. */
function least<T>(items: readonly T[], of: (item: T) => number): T {
  return items.reduce((best, item) => (of(item) < of(best) ? item : best));
}

/** Durations are billed in whole ms. */
function usdPerCall(
  { memoryMb, meanMs }: Pick<MemoryTime, 'memoryMb' | 'meanMs'>,
  billedMs: number,
  { prices: { lambda }, architecture }: CallPrices,
): number {
  const perMbMs = tieredCost(1, lambda[architecture].perGbSecond) / 1024 / 1000;
  const calls = (2 * lambda.perMillionRequests) / 1e6;
  return calls + perMbMs * (memoryMb * Math.ceil(billedMs) + selectorMemoryMb * meanMs);
}
