import type { Random } from '../selection/types.ts';

/** A number from the standard normal distribution (Box and Muller, 1958). */
export function drawNormal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** A number from the lognormal distribution that has this mean and standard deviation. */
export function drawLognormal(random: Random, mean: number, std: number): number {
  const variance = Math.log(1 + (std / mean) ** 2);
  return Math.exp(Math.log(mean) - variance / 2 + Math.sqrt(variance) * drawNormal(random));
}

/** A number from the exponential distribution with this mean. */
export function drawExponential(random: Random, mean: number): number {
  return -mean * Math.log(1 - random());
}
