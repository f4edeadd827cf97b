import type { Candidate } from './types.ts';

/**
 * The models that some budget is better off with than with every other one: not those to which another
 * one is at least equal in accuracy, in mean and in mean + deviation, and better in one of them.
 */
export function undominated<C extends Candidate>(candidates: readonly C[]): C[] {
  // Nothing is dominated by what comes behind it in this order.
  const bestFirst = candidates.toSorted(
    (a, b) => b.accuracyPct - a.accuracyPct || a.meanMs - b.meanMs || a.stdMs - b.stdMs,
  );
  const kept = new Set<C>();
  for (const model of bestFirst) if (!isDominated(model, kept)) kept.add(model);
  return candidates.filter((model) => kept.has(model));
}

function isDominated(model: Candidate, others: Iterable<Candidate>): boolean {
  for (const other of others) if (dominates(other, model)) return true;
  return false;
}

function dominates(a: Candidate, b: Candidate): boolean {
  const accuracyGain = a.accuracyPct - b.accuracyPct;
  const meanGain = b.meanMs - a.meanMs;
  const boundGain = meanGain + b.stdMs - a.stdMs;
  const isEqualAtLeast = accuracyGain >= 0 && meanGain >= 0 && boundGain >= 0;
  return isEqualAtLeast && accuracyGain + meanGain + boundGain > 0;
}
