import type { RunState, Source } from '../api/types.ts';

/** A race as {@link verdict} sees it. */
export interface Standing {
  readonly cloud: RunState;
  /** Absent when there is no model on the device. */
  readonly device?: RunState | undefined;
  /** Whether the SLA has ended. */
  readonly expired: boolean;
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
  const { cloud, device, expired, deviceIsBetter } = standing;
  const deviceMayCome = device === 'running' || device === 'waiting';
  if (cloud === 'answered') {
    if (!deviceIsBetter) return 'cloud';
    if (device === 'answered') return 'device';
    // A run that was put off to save energy is not begun for an answer that is there.
    return device === 'running' && !expired ? 'wait' : 'cloud';
  }
  const cloudMayCome = cloud === 'running' || cloud === 'waiting';
  if (device === 'answered') return cloudMayCome && !expired ? 'wait' : 'device';
  if (deviceMayCome) return 'wait';
  return cloudMayCome && !expired ? 'wait' : 'none';
}
