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
