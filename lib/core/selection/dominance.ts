/** What decides between two models. */
export interface Rated {
  readonly name: string;
  /** Top-1 accuracy in percent; unknown: the model is compared with none. */
  readonly accuracyPct?: number | undefined;
  /** Mean latency in ms; unknown: the model is compared with none. */
  readonly meanMs?: number | undefined;
}

/**
 * Models that no request is better off with, since another one is at least as fast and at least as
 * accurate, and better in one of the two.
 *
 * @returns by the name of each dominated model the name of the most accurate one that dominates it
 */
export function findDominated(models: readonly Rated[]): Map<string, string> {
  const known = models.flatMap(({ name, accuracyPct, meanMs }) =>
    accuracyPct === undefined || meanMs === undefined ? [] : [{ name, accuracyPct, meanMs }],
  );
  const best = known.toSorted((a, b) => b.accuracyPct - a.accuracyPct || a.meanMs - b.meanMs);
  const dominated = new Map<string, string>();
  for (const model of known) {
    const better = best.find(
      (other) =>
        other.accuracyPct >= model.accuracyPct &&
        other.meanMs <= model.meanMs &&
        (other.accuracyPct > model.accuracyPct || other.meanMs < model.meanMs),
    );
    if (better) dominated.set(model.name, better.name);
  }
  return dominated;
}
