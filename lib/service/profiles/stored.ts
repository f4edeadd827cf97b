import type { LiveKey } from './keys.ts';
import type { ProfileStatistics } from './statistics.ts';

/** Statistics of one shard of one live window. */
export interface LiveStatistics extends LiveKey {
  readonly statistics: ProfileStatistics;
}

/** All that is stored of one model and still counts. */
export interface StoredProfile {
  /** Measured at deploy; absent if that has not happened yet. */
  readonly baseline?: ProfileStatistics;
  readonly live: readonly LiveStatistics[];
}
