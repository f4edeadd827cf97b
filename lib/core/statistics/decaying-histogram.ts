/** Neighbouring buckets differ by this factor. */
const growth = 1.1;
const logGrowth = Math.log(growth);
/** Shares of a value's own bucket and of each neighbour in {@link DecayingHistogram.likelihood}. */
const [ownShare, neighbourShare] = [0.5, 0.25];
/** Share of {@link DecayingHistogram.likelihood} that is the same for every value. */
const surprise = 0.01;
const largestWeight = 1e100;

/** What a {@link DecayingHistogram} holds. */
export interface HistogramSettings {
  /** Values below it, and above 0, count as this. */
  readonly least: number;
  /** Values above it count as this. */
  readonly greatest: number;
  /**
   * A value's weight halves after this many further values.
   *
   * @default infinite
   */
  readonly halfLife?: number;
}

/**
 * A histogram of positive values in logarithmic buckets of 10 %, in which newer values count more.
 * A bucket stands for the mean of what is in it, so that a constant is known exactly. Its size is
 * fixed.
 *
 * @example
 * ```ts
 * const times = new DecayingHistogram({ least: 0.1, greatest: 1_000, halfLife: 100 });
 * times.add(20);
 * times.forEach((ms, share) => console.log(ms, share)); // => 20 1
 * ```
 */
export class DecayingHistogram {
  readonly #settings: Required<HistogramSettings>;
  readonly #first: number;
  readonly #weights: Float64Array;
  readonly #sums: Float64Array;
  #total = 0;
  #next = 1;

  constructor(settings: HistogramSettings) {
    this.#settings = { halfLife: Number.POSITIVE_INFINITY, ...settings };
    this.#first = bucketOf(settings.least);
    const buckets = bucketOf(settings.greatest) - this.#first + 1;
    this.#weights = new Float64Array(buckets);
    this.#sums = new Float64Array(buckets);
  }

  get isEmpty(): boolean {
    return this.#total === 0;
  }

  /** Adds a value; NaN is not one. */
  add(value: number, weight = 1): void {
    const { least, greatest, halfLife } = this.#settings;
    const inside = Math.min(Math.max(value, least), greatest);
    const index = bucketOf(inside) - this.#first;
    const added = weight * this.#next;
    this.#weights[index] = (this.#weights[index] ?? 0) + added;
    this.#sums[index] = (this.#sums[index] ?? 0) + added * inside;
    this.#total += added;
    // Newer values weigh more: the same as letting all older ones decay.
    this.#next *= 2 ** (1 / halfLife);
    if (this.#next > largestWeight) this.#rescale();
  }

  /**
   * How well the histogram foretells a value: the share of its bucket and of the neighbours, so that
   * values at the edge of a bucket are not surprises. Never 0. Shares of different histograms can be
   * compared, as can those of a value's ratios to different units: buckets are equally wide in
   * logarithms.
   */
  likelihood(value: number): number {
    const { least, greatest } = this.#settings;
    const index = bucketOf(Math.min(Math.max(value, least), greatest)) - this.#first;
    const weightAt = (i: number) => this.#weights[i] ?? 0;
    const near =
      ownShare * weightAt(index) + neighbourShare * (weightAt(index - 1) + weightAt(index + 1));
    return ((1 - surprise) * near) / this.#total + surprise / this.#weights.length;
  }

  /** Calls back with each bucket's mean and its share of the weight, in ascending order. */
  forEach(callback: (value: number, share: number) => void): void {
    for (let i = 0; i < this.#weights.length; i++) {
      const weight = this.#weights[i] ?? 0;
      if (weight > 0) callback((this.#sums[i] ?? 0) / weight, weight / this.#total);
    }
  }

  #rescale(): void {
    this.#total = 0;
    for (let i = 0; i < this.#weights.length; i++) {
      const weight = (this.#weights[i] ?? 0) / this.#next;
      // What has decayed to nothing goes: the mean of a bucket must not come from rounding errors.
      const kept = weight < 1e-12 ? 0 : weight;
      this.#weights[i] = kept;
      this.#sums[i] = kept && (this.#sums[i] ?? 0) / this.#next;
      this.#total += kept;
    }
    this.#next = 1;
  }
}

function bucketOf(value: number): number {
  return Math.round(Math.log(value) / logGrowth);
}
