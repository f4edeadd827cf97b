/**
 * The q-quantile (0 to 1) of some values, by nearest rank: always one of them, so that answers that
 * never came may count as `Infinity`. NaN of none.
 */
export function quantile(values: Iterable<number>, q: number): number {
  return quantileOfSorted(Float64Array.from(values).sort(), q);
}

/** The same of values that are ascending already. */
export function quantileOfSorted(sorted: ArrayLike<number>, q: number): number {
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;
}
