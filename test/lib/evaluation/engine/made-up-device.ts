import type { CertainDevice } from '../../../../lib/evaluation/engine/certainty.ts';

/** A device that is sure of every other picture, where it is right more often, by these shares in percent. */
export function halfSureDevice(
  rightPct: readonly [unsure: number, sure: number],
  changes: Partial<CertainDevice> = {},
): CertainDevice {
  const [unsure, sure] = rightPct;
  return {
    name: 'device',
    accuracyPct: (unsure + sure) / 2,
    meanMs: 4,
    stdMs: 0.1,
    reliability: {
      bins: [
        { from: 0, count: 10_000, right: 100 * unsure },
        { from: 0.9, count: 10_000, right: 100 * sure },
      ],
    },
    rightAlongside: {},
    ...changes,
  };
}
