import type { Random } from './random.ts';

/** A number from the standard normal distribution (Box and Muller, 1958). */
export function drawNormal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** A number from the normal distribution, drawn again until it is above 0. */
export function drawPositiveNormal(random: Random, mean: number, std: number): number {
  for (;;) {
    const value = mean + std * drawNormal(random);
    if (value > 0) return value;
  }
}

/** A number from the lognormal distribution that has this mean and standard deviation. */
export function drawLognormal(random: Random, mean: number, std: number): number {
  const variance = Math.log(1 + (std / mean) ** 2);
  return Math.exp(Math.log(mean) - variance / 2 + Math.sqrt(variance) * drawNormal(random));
}

/**
 * A number from the gamma distribution that has this mean and standard deviation.
 *
 * @see Marsaglia, Tsang: A simple method for generating gamma variables, ACM TOMS 26 (2000)
 */
export function drawGamma(random: Random, mean: number, std: number): number {
  if (std === 0) return mean;
  const shape = (mean / std) ** 2;
  const scale = mean / shape;
  // Below a shape of 1 the method does not hold: one more, and a power of a uniform number.
  if (shape < 1) return scale * drawStandardGamma(random, shape + 1) * random() ** (1 / shape);
  return scale * drawStandardGamma(random, shape);
}

function drawStandardGamma(random: Random, shape: number): number {
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = drawNormal(random);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** A number from the exponential distribution with this mean. */
export function drawExponential(random: Random, mean: number): number {
  return -mean * Math.log(1 - random());
}
