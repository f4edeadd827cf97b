import type { Candidate } from '../../core/selection/types.ts';
import { seededRandom } from '../../core/statistics/random.ts';

/** The golden ratio's fraction: the fractions of its multiples are spread evenly over 0 to 1. */
const golden = (Math.sqrt(5) - 1) / 2;

/**
 * How long each model takes for each request, in ms: mean + slowness * standard deviation, at least 0, or
 * the mean of a cold start with the probability of the model's cold share.
 *
 * @param slowness - of each request, in standard deviations
 * @param seed - of the cold starts
 */
export function serviceTimes(
  models: readonly Candidate[],
  slowness: Float64Array,
  seed: number,
): (request: number, model: number) => number {
  const meanMs = Float64Array.from(models, (model) => model.meanMs);
  const stdMs = Float64Array.from(models, (model) => model.stdMs);
  const warmMs = (request: number, model: number) =>
    Math.max(0, (meanMs[model] ?? 0) + (slowness[request] ?? 0) * (stdMs[model] ?? 0));
  if (models.every(({ coldShare = 0 }) => coldShare === 0)) return warmMs;

  const random = seededRandom(seed + 3);
  const luck = new Float64Array(slowness.length).map(() => random());
  const coldShare = Float64Array.from(models, (model) => model.coldShare ?? 0);
  const coldMs = Float64Array.from(models, (model) => model.coldMeanMs ?? model.meanMs);
  return (request, model) => {
    // Every model has environments of its own: a cold start of one says nothing about the others.
    const own = ((luck[request] ?? 0) + model * golden) % 1;
    return own < (coldShare[model] ?? 0) ? (coldMs[model] ?? 0) : warmMs(request, model);
  };
}
