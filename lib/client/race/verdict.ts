import type { RunState, Source } from '../api/types.ts';

/** A race as {@link verdict} sees it. */
export interface Standing {
  /** `skipped` when the cloud is not asked at all. */
  readonly cloud: RunState;
  /** Absent when there is no model on the device. */
  readonly device?: RunState | undefined;
  /** Whether the SLA is about to end, so that an answer that is there has to be handed over. */
  readonly isDue: boolean;
  /** Whether the SLA has ended. */
  readonly isOver: boolean;
  /** Whether the device's model is more accurate than the one that answered in the cloud. */
  readonly deviceIsBetter: boolean;
}

/**
 * Whose answer is taken (paper, Section IV-E): the cloud's when it comes within the SLA, unless the
 * device's model is more accurate and in time as well; at the deadline the device's; after it the
 * first.
 *
 * @returns `wait` while a better answer, or any, may still come; `none` when none will
 */
export function verdict(standing: Standing): Source | 'wait' | 'none' {
  const { cloud, device, isDue, isOver, deviceIsBetter } = standing;
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
