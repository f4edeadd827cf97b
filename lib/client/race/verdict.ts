import type { RunState, Source } from '../api/types.ts';

/**
 * Whose answer is taken (paper, Section IV-E): the cloud's when it comes within the SLA, unless the
 * device's model is more accurate and in time as well; at the deadline the device's; after it the
 * first.
 *
 * @param cloud - `skipped` when the cloud is not asked at all
 * @param device - undefined when there is no model on the device
 * @param isDue - whether the SLA is about to end, so that an answer that is there has to be handed over
 * @param isOver - whether the SLA has ended
 * @param deviceIsBetter - whether the device's model is more accurate than the one that answered in the cloud
 * @returns `wait` while a better answer, or any, may still come; `none` when none will
 */
export function verdict(
  cloud: RunState,
  device: RunState | undefined,
  isDue: boolean,
  isOver: boolean,
  deviceIsBetter: boolean,
): Source | 'wait' | 'none' {
  if (cloud === 'answered') {
    if (!deviceIsBetter) return 'cloud';
    if (device === 'answered') return 'device';
    // A run that was put off to save energy is not begun for an answer that is there.
    return device === 'running' && !isDue ? 'wait' : 'cloud';
  }
  const cloudMayCome = mayCome(cloud);
  if (device === 'answered') return cloudMayCome && !isDue ? 'wait' : 'device';
  if (mayCome(device)) return 'wait';
  return cloudMayCome && !isOver ? 'wait' : 'none';
}

function mayCome(run: RunState | undefined): boolean {
  return run === 'running' || run === 'waiting';
}
