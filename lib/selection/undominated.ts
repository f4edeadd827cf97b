import type { Candidate } from './types.ts';

/**
 * The models that some budget is better off with than with every other one: not those to which another
 * one is at least equal in accuracy, in mean and in mean + deviation, and better in one of them.
 */
export function undominated<C extends Candidate>(candidates: readonly C[]): C[] {
  return candidates.filter((model) => !candidates.some((other) => dominates(other, model)));
}

function dominates(a: Candidate, b: Candidate): boolean {
  const gains = [
    a.accuracyPct - b.accuracyPct,
    b.meanMs - a.meanMs,
    b.meanMs + b.stdMs - (a.meanMs + a.stdMs),
  ];
  return gains.every((gain) => gain >= 0) && gains.some((gain) => gain > 0);
}
