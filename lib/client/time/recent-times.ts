import { quantile } from '../../core/statistics/quantile.ts';

/** Answers that are remembered. */
const capacity = 64;
/** An answer's weight halves after this many further answers. */
const halfLife = 8;
/** An answer's weight halves after this many ms: phones change networks. */
const halfLifeMs = 60_000;
/** The prior: as if this many answers had come too late. */
const doubt = 0.5;

/** How long the last answers took. Newer ones count more. */
export class RecentTimes {
  readonly #times: { readonly ms: number; readonly atMs: number }[] = [];

  /** @param ms - `Infinity` when there was no answer */
  observe(ms: number, atMs: number): void {
    this.#times.unshift({ ms, atMs });
    this.#times.splice(capacity);
  }

  /** The chance, 0 to 1, that the next answer takes at most this many ms; 0 when nothing is known. */
  chanceWithin(ms: number, nowMs: number): number {
    let within = 0;
    let total = doubt;
    this.#times.forEach((time, i) => {
      const weight = 2 ** (-i / halfLife - Math.max(0, nowMs - time.atMs) / halfLifeMs);
      total += weight;
      if (time.ms <= ms) within += weight;
    });
    return within / total;
  }

  /** The q-quantile (0 to 1) by nearest rank; undefined when fewer than `atLeast` are known. */
  quantileMs(q: number, atLeast = 3): number | undefined {
    if (this.#times.length < atLeast) return undefined;
    return quantile(
      this.#times.map(({ ms }) => ms),
      q,
    );
  }
}
