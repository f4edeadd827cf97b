import type { RunState } from '../../../../lib/client/api/types.ts';
import { verdict } from '../../../../lib/client/race/verdict.ts';

/** What `verdict` is asked about. */
export interface Standing {
  readonly cloud: RunState;
  readonly device?: RunState | undefined;
  readonly isDue: boolean;
  readonly isOver: boolean;
  readonly deviceIsBetter: boolean;
}

/** The verdict on a standing. */
export function verdictOn({ cloud, device, isDue, isOver, deviceIsBetter }: Standing) {
  return verdict(cloud, device, isDue, isOver, deviceIsBetter);
}
