import type { RequestOutcome } from '../../client/api/outcome.ts';

/** Means over the last requests at the time of each request, in percent. */
export interface Series {
  readonly number: number[];
  readonly inTimePct: number[];
  readonly cloudInTimePct: number[];
  readonly accuracyPct: number[];
  /** Null where nothing is known. */
  readonly correctPct: (number | null)[];
}

/** Requests that a point of a curve is the mean of. */
export const meanOver = 25;
/** Requests that are kept. */
const capacity = 1_000;

/** What happened since the page was opened, or since the user started over. */
export class History {
  #outcomes: RequestOutcome[] = [];
  #dropped = 0;

  add(outcome: RequestOutcome): void {
    this.#outcomes.push(outcome);
    if (this.#outcomes.length <= capacity) return;
    this.#outcomes.shift();
    this.#dropped++;
  }

  clear(): void {
    this.#outcomes = [];
    this.#dropped = 0;
  }

  get outcomes(): readonly RequestOutcome[] {
    return this.#outcomes;
  }

  series(): Series {
    const at = (i: number) => this.#outcomes.slice(Math.max(0, i + 1 - meanOver), i + 1);
    const curve = (value: (outcome: RequestOutcome) => number) =>
      this.#outcomes.map((_, i) => mean(at(i).map(value)) ?? 0);
    return {
      number: this.#outcomes.map((_, i) => this.#dropped + i + 1),
      inTimePct: curve(({ inTime }) => (inTime ? 100 : 0)),
      cloudInTimePct: curve(({ cloudInTime }) => (cloudInTime ? 100 : 0)),
      accuracyPct: curve(({ accuracyPct }) => accuracyPct),
      correctPct: this.#outcomes.map((_, i) => correctPct(at(i)) ?? null),
    };
  }
}

/** Share of right answers in percent, of those of which it is known. */
export function correctPct(outcomes: readonly RequestOutcome[]): number | undefined {
  const known = outcomes.filter(({ correct }) => correct !== undefined);
  return mean(known.map(({ correct }) => (correct ? 100 : 0)));
}

/** The mean; undefined of nothing. */
export function mean(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
