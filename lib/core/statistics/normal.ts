/**
 * P(X <= x) of a normal distribution, to 1e-5; a step when the standard deviation is 0.
 *
 * @see Abramowitz, Stegun: Handbook of Mathematical Functions, 26.2.17
 */
export function normalShareWithin(x: number, mean: number, std: number): number {
  if (std <= 0) return x >= mean ? 1 : 0;
  const z = (x - mean) / std;
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  const series =
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return z > 0 ? 1 - density * series : density * series;
}
