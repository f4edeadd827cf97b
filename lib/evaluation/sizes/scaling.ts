import { modelNameOf, sizeNameOf } from '../../core/selection/sizes.ts';
import { mbPerVcpu, threadsFor } from '../../service/inference/threads.ts';
import type { PricedModel } from '../cost/models.ts';

/**
 * The part of a model's work that several threads can share where it was not measured: six vCPUs are then 3.2
 * times as fast as one.
 */
export const usualParallelShare = 0.825;

/** How a model's time depends on the memory of its function. */
export interface Scaling {
  /** The part of the work that several threads can share, 0 to 1 (Amdahl's law). */
  readonly parallelShare: number;
  /** The part of the time that no processor makes shorter, in ms: invoking the function. */
  readonly fixedMs: number;
}

/** A model's mean time with a number of threads, in ms. */
export interface ThreadTime {
  readonly threads: number;
  readonly meanMs: number;
}

/**
 * How many times as fast a function is as one with a whole vCPU: it has a share of one below 1,769 MB, and
 * a thread for each above, which share what can be shared.
 *
 * @param memoryMb - of the function, in MB
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
 */
export function speedup(memoryMb: number, parallelShare: number): number {
  if (memoryMb < mbPerVcpu) return memoryMb / mbPerVcpu;
  return 1 / (1 - parallelShare + parallelShare / threadsFor(memoryMb));
}

/** A model as it would be with another memory, by its scaling. */
export function atMemory<M extends PricedModel>(
  model: M,
  memoryMb: number,
  { parallelShare, fixedMs }: Scaling,
): M {
  const ratio = speedup(model.memoryMb, parallelShare) / speedup(memoryMb, parallelShare);
  const fixed = Math.min(fixedMs, model.meanMs);
  return {
    ...model,
    memoryMb,
    meanMs: fixed + ratio * (model.meanMs - fixed),
    stdMs: ratio * model.stdMs,
  };
}

/**
 * Models as they would be at several sizes, named as a deployment names them.
 *
 * @param sizesMb - memory in MB, at least one, in ascending order
 */
export function atSizes<M extends PricedModel>(
  models: readonly M[],
  sizesMb: readonly number[],
  scalingOf: (model: M) => Scaling,
): M[] {
  // Of what is deployed at several sizes already, one says how fast the others are.
  const firsts = models.filter((model) => modelNameOf(model) === model.name);
  return firsts.flatMap((model) =>
    sizesMb.map((memoryMb, i) => ({
      ...atMemory(model, memoryMb, scalingOf(model)),
      name: i === 0 ? model.name : sizeNameOf(model.name, memoryMb),
      sizeOf: sizesMb.length > 1 ? model.name : undefined,
    })),
  );
}

/**
 * The part of a model's work that threads can share, from its times with one and with more: the least squares
 * fit of Amdahl's law, t(n) / t(1) = 1 - p (1 - 1/n), between 0 and 1.
 *
 * @returns undefined without a time with one thread and one with more
 */
export function parallelShareOf(times: readonly ThreadTime[]): number | undefined {
  const single = times.find(({ threads }) => threads === 1);
  const several = times.filter(({ threads }) => threads > 1);
  if (!single || several.length === 0) return undefined;
  let products = 0;
  let squares = 0;
  for (const { threads, meanMs } of several) {
    const shareable = 1 - 1 / threads;
    products += shareable * (1 - meanMs / single.meanMs);
    squares += shareable ** 2;
  }
  return Math.min(1, Math.max(0, products / squares));
}
