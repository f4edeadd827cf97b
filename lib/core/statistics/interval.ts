/** 95 % of a normal distribution lie within this many standard deviations of its mean. */
export const z95 = 1.959964;

/** Bounds of a share, in percent. */
export type IntervalPct = [low: number, high: number];

/**
 * The 95 % interval of an accuracy that was measured on a sample: Wilson's score interval (E. B. Wilson,
 * 1927), which also holds for small samples and close to 0 and 100 %.
 */
export function wilsonIntervalPct(correct: number, n: number): IntervalPct {
  const share = correct / n;
  const z2 = z95 ** 2;
  const centre = share + z2 / (2 * n);
  const half = z95 * Math.sqrt((share * (1 - share)) / n + z2 / (4 * n * n));
  const bound = (value: number) => Math.min(100, Math.max(0, (100 * value) / (1 + z2 / n)));
  return [correct === 0 ? 0 : bound(centre - half), correct === n ? 100 : bound(centre + half)];
}

/** How often two ways were right on the same sample. */
export interface PairedCounts {
  readonly both: number;
  readonly onlyFirst: number;
  readonly onlySecond: number;
  readonly neither: number;
}

/**
 * The 95 % interval of the first share minus the second, in points, where both were measured on the same
 * sample: Newcombe's score interval for paired data (R. G. Newcombe, "Improved confidence intervals for the
 * difference between binomial proportions based on paired data", 1998, method 10). It is narrow where the
 * two mostly agree, but never empty.
 */
export function pairedIntervalPct(counts: PairedCounts): IntervalPct {
  const { both, onlyFirst, onlySecond, neither } = counts;
  const n = both + onlyFirst + onlySecond + neither;
  if (n === 0) return [-100, 100];
  const [first, second] = [both + onlyFirst, both + onlySecond].map((right) => {
    const [low, high] = wilsonIntervalPct(right, n);
    const share = (100 * right) / n;
    return { below: share - low, above: high - share };
  }) as [Reach, Reach];
  const difference = (100 * (onlyFirst - onlySecond)) / n;
  const shared = 2 * correlationOf(counts, n);
  const half = (a: number, b: number) => Math.sqrt(Math.max(0, a * a - shared * a * b + b * b));
  return [
    difference - half(first.below, second.above),
    difference + half(first.above, second.below),
  ];
}

/** How far an interval reaches from its share. */
interface Reach {
  readonly below: number;
  readonly above: number;
}

/** How strongly the two depend on each other, corrected for continuity where they agree. */
function correlationOf({ both, onlyFirst, onlySecond, neither }: PairedCounts, n: number): number {
  const margins =
    (both + onlyFirst) * (onlySecond + neither) * (both + onlySecond) * (onlyFirst + neither);
  const excess = both * neither - onlyFirst * onlySecond;
  const corrected = excess > 0 ? Math.max(0, excess - n / 2) : excess;
  return margins === 0 ? 0 : corrected / Math.sqrt(margins);
}
