import type { Command } from 'commander';
import type { PricedModel } from '../../lib/evaluation/cost/models.ts';
import { type ProfileSet, profileSets } from '../../lib/evaluation/engine/profiles/profile-sets.ts';
import { type Scaling, usualParallelShare } from '../../lib/evaluation/sizes/scaling.ts';
import { mbPerVcpu } from '../../lib/service/inference/threads.ts';
import { integerBetween, numberBetween } from './options.ts';

/** The options that say how times depend on memory. */
export interface ScalingOptions {
  readonly parallelShare?: number;
  readonly overheadMs: number;
  readonly profiles?: string | undefined;
}

/** Adds the option of how models gain from threads. */
export function addScalingOptions(command: Command): Command {
  return command.option(
    '--parallel-share <share>',
    `part of a model's work that threads can share, 0 to 1 (default: as measured, else ${usualParallelShare})`,
    numberBetween(0, 1),
  );
}

/** Reads memory sizes such as `1769,5307`, in ascending order. */
export function memorySizes(text: string): number[] {
  const parse = integerBetween(128, 10_240);
  return [...new Set(text.split(',').map(parse))].sort((a, b) => a - b);
}

/** How a model's time depends on memory: as the options say, as it was measured, or as is usual. */
export function scalingBy(options: ScalingOptions): (model: PricedModel) => Scaling {
  const { parallelShare, overheadMs, profiles } = options;
  // Those that come with the project are of the models' runs alone.
  const fixedMs = profiles !== undefined && profiles in profileSets ? 0 : overheadMs;
  return (model) => ({
    parallelShare: parallelShare ?? model.parallelShare ?? usualParallelShare,
    fixedMs,
  });
}

/** Models with a memory: where none is known, the times are those of a whole vCPU. */
export function pricedModelsOf({ models }: Pick<ProfileSet, 'models'>): PricedModel[] {
  return models.map((model) => ({ ...model, memoryMb: model.memoryMb ?? mbPerVcpu }));
}
