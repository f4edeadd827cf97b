import { randomExponential, randomGamma, randomLogNormal, randomNormal } from 'd3-random';
import type { Random } from './random.ts';

/** A source of numbers from a distribution: each call draws the next. */
export type Draw = () => number;

/** Numbers from the normal distribution. */
export function normal(random: Random, mean = 0, std = 1): Draw {
  return randomNormal.source(random)(mean, std);
}

/** Numbers from the normal distribution, drawn again until they are above 0. */
export function positiveNormal(random: Random, mean: number, std: number): Draw {
  const draw = normal(random, mean, std);
  return () => {
    for (;;) {
      const value = draw();
      if (value > 0) return value;
    }
  };
}

/** Numbers from the lognormal distribution that has this mean and standard deviation. */
export function lognormal(random: Random, mean: number, std: number): Draw {
  const variance = Math.log(1 + (std / mean) ** 2);
  return randomLogNormal.source(random)(Math.log(mean) - variance / 2, Math.sqrt(variance));
}

/** Numbers from the gamma distribution that has this mean and standard deviation. */
export function gamma(random: Random, mean: number, std: number): Draw {
  if (std === 0) return () => mean;
  const shape = (mean / std) ** 2;
  return randomGamma.source(random)(shape, mean / shape);
}

/** Numbers from the exponential distribution with this mean. */
export function exponential(random: Random, mean: number): Draw {
  return randomExponential.source(random)(1 / mean);
}
