/** How many extra invocations hedging may make. */
export interface HedgeSettings {
  /**
   * Extra invocations as a share of the requests, 0 to 1; 0 turns hedging off.
   *
   * @default 0.05
   */
  readonly share?: number | undefined;
  /**
   * Extra invocations that can be saved up: so many may follow one another at once.
   *
   * @default 20
   */
  readonly burst?: number | undefined;
}

/** What an extra invocation has to gain, in points of accuracy, when none is saved up, or all of them. */
const dearestPct = 20;
const cheapestPct = 0.2;

/**
 * A token bucket for extra invocations: every request adds its share of one, and each takes one. No
 * clock is involved. It is empty at first, so that at any time the share of all requests so far is
 * kept.
 *
 * What is saved up also makes the price. It falls by the same factor with each token, so that a share
 * that is hardly used is spent on small gains, too, and a scarce one on the largest alone.
 *
 * @example
 * ```ts
 * import { HedgeTokens } from 'mdinference/selection';
 *
 * const tokens = new HedgeTokens({ share: 0.5 });
 * tokens.add();
 * tokens.take(); // => false
 * tokens.add();
 * tokens.take(); // => true
 * ```
 */
export class HedgeTokens {
  readonly #share: number;
  readonly #burst: number;
  #saved = 0;

  constructor({ share = 0.05, burst = 20 }: HedgeSettings = {}) {
    this.#share = share;
    this.#burst = burst;
  }

  /** Whether there can ever be an extra invocation. */
  get isOn(): boolean {
    return this.#share > 0 && this.#burst >= 1;
  }

  /** What an extra invocation has to gain at the moment, in expected points of accuracy. */
  get pricePct(): number {
    return dearestPct * (cheapestPct / dearestPct) ** (this.#saved / this.#burst);
  }

  /** Counts a request, whether it is hedged or not. */
  add(): void {
    this.#saved = Math.min(this.#burst, this.#saved + this.#share);
  }

  /** Takes the token of an extra invocation, if there is one. */
  take(): boolean {
    if (this.#saved < 1) return false;
    this.#saved--;
    return true;
  }
}
