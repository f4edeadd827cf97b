/** Neighbouring buckets differ by this factor. */
const growth = 1.1;
const logGrowth = Math.log(growth);
/** Shares of a value's own bucket and of each neighbour in {@link DecayingHistogram.likelihood}. */
const [ownShare, neighbourShare] = [0.5, 0.25];
/** Share of {@link DecayingHistogram.likelihood} that is the same for every value. */
const surprise = 0.01;
/** Weights are scaled down when the next one exceeds the largest; below the least they are nothing. */
const [largestWeight, leastWeight] = [1e12, 1e-9];

interface Bucket {
  weight: number;
  /** Of the values, each times its weight. */
  sum: number;
}

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
 * A bucket stands for the mean of what is in it, so that a constant is known exactly. The bounds limit
 * the number of buckets.
 */
export class DecayingHistogram {
  readonly #settings: Required<HistogramSettings>;
  readonly #buckets = new Map<number, Bucket>();
  #total = 0;
  #next = 1;
  #count = 0;

  constructor(settings: HistogramSettings) {
    this.#settings = { halfLife: Number.POSITIVE_INFINITY, ...settings };
  }

  /** How many values have been added. */
  get count(): number {
    return this.#count;
  }

  /** Adds a value; NaN is not one. */
  add(value: number): void {
    this.#count++;
    this.#add(this.#indexOf(value), this.#next, this.#next * this.#inside(value));
    // Newer values weigh more: the same as letting all older ones decay.
    this.#next *= 2 ** (1 / this.#settings.halfLife);
    if (this.#next > largestWeight) this.#rescale();
  }

  /**
   * Adds what another histogram with the same bounds holds, each value times a factor.
   *
   * @param weight - of all that is added together
   */
  addMultiples(other: DecayingHistogram, factor: number, weight: number): void {
    const shift = indexOf(factor);
    const [first, last] = [indexOf(this.#settings.least), indexOf(this.#settings.greatest)];
    const scale = (weight * this.#next) / other.#total;
    for (const [index, bucket] of other.#buckets) {
      // A bucket is moved as a whole: its mean stays what it is, and no logarithm is needed.
      const moved = Math.min(Math.max(index + shift, first), last);
      this.#add(moved, scale * bucket.weight, scale * factor * bucket.sum);
    }
  }

  /**
   * How well the histogram foretells a value: the share of its bucket and of the neighbours, so that
   * values at the edge of a bucket are not surprises. Never 0. Shares of different histograms can be
   * compared, as can those of a value's ratios to different units: buckets are equally wide in
   * logarithms.
   */
  likelihood(value: number): number {
    const index = this.#indexOf(value);
    const weightAt = (i: number) => this.#buckets.get(i)?.weight ?? 0;
    const near =
      ownShare * weightAt(index) + neighbourShare * (weightAt(index - 1) + weightAt(index + 1));
    const buckets = indexOf(this.#settings.greatest) - indexOf(this.#settings.least) + 1;
    return ((1 - surprise) * near) / this.#total + surprise / buckets;
  }

  /** Calls back with each bucket's mean and its share of the weight. */
  forEach(callback: (value: number, share: number) => void): void {
    for (const { weight, sum } of this.#buckets.values()) {
      callback(sum / weight, weight / this.#total);
    }
  }

  #add(index: number, weight: number, sum: number): void {
    const bucket = this.#buckets.get(index);
    if (bucket) {
      bucket.weight += weight;
      bucket.sum += sum;
    } else this.#buckets.set(index, { weight, sum });
    this.#total += weight;
  }

  #rescale(): void {
    this.#total = 0;
    for (const [index, bucket] of this.#buckets) {
      bucket.weight /= this.#next;
      bucket.sum /= this.#next;
      // What has decayed to nothing makes room.
      if (bucket.weight < leastWeight) this.#buckets.delete(index);
      else this.#total += bucket.weight;
    }
    this.#next = 1;
  }

  #inside(value: number): number {
    return Math.min(Math.max(value, this.#settings.least), this.#settings.greatest);
  }

  #indexOf(value: number): number {
    return indexOf(this.#inside(value));
  }
}

function indexOf(value: number): number {
  return Math.round(Math.log(value) / logGrowth);
}
