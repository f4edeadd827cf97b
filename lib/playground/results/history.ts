import type { Outcome } from './outcome.ts';

/** Means over the last requests at the time of each request, in percent. */
export interface Series {
  readonly number: number[];
  readonly inTimePct: number[];
  /** Null where the cloud was not asked. */
  readonly cloudInTimePct: (number | null)[];
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
  #outcomes: Outcome[] = [];
  #dropped = 0;

  add(outcome: Outcome): void {
    this.#outcomes.push(outcome);
    if (this.#outcomes.length <= capacity) return;
    this.#outcomes.shift();
    this.#dropped++;
  }

  /** Puts what is known by now in an outcome's place. */
  replace(outcome: Outcome, by: Outcome): void {
    const index = this.#outcomes.indexOf(outcome);
    if (index >= 0) this.#outcomes[index] = by;
  }

  clear(): void {
    this.#outcomes = [];
    this.#dropped = 0;
  }

  get outcomes(): readonly Outcome[] {
    return this.#outcomes;
  }

  series(): Series {
    const at = (i: number) => this.#outcomes.slice(Math.max(0, i + 1 - meanOver), i + 1);
    const curve = (value: (outcome: Outcome) => number) =>
      this.#outcomes.map((_, i) => mean(at(i).map(value)) ?? 0);
    return {
      number: this.#outcomes.map((_, i) => this.#dropped + i + 1),
      inTimePct: curve(({ inTime }) => (inTime ? 100 : 0)),
      cloudInTimePct: this.#outcomes.map((_, i) => cloudInTimePct(at(i)) ?? null),
      accuracyPct: curve(({ accuracyPct }) => accuracyPct),
      correctPct: this.#outcomes.map((_, i) => correctPct(at(i)) ?? null),
    };
  }
}

/** Share of right answers in percent, of those of which it is known. */
export function correctPct(outcomes: readonly Outcome[]): number | undefined {
  return shareOfKnown(outcomes.map(({ correct }) => correct));
}

/** Share in percent of the requests that the cloud alone would have answered in time, of those that it was sent. */
export function cloudInTimePct(outcomes: readonly Outcome[]): number | undefined {
  return shareOfKnown(outcomes.map(({ cloudInTime }) => cloudInTime));
}

function shareOfKnown(values: readonly (boolean | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return mean(known.map((value) => (value ? 100 : 0)));
}

/** The mean; undefined of nothing. */
export function mean(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
