import { emptyStatistics, merge, type ProfileStatistics, statisticsOf } from './statistics.ts';
import { meanPrecision } from './summary.ts';

/** One call of a model: its service time without decoding, and whether its function started for it. */
export interface MeasuredRun {
  readonly serviceMs: number;
  readonly coldStart: boolean;
  /**
   * Time in ms that went by before the call, for attempts that say nothing about the model.
   *
   * @default 0
   */
  readonly discardedMs?: number;
}

/** When measuring a model ends. */
export interface MeasureSettings {
  readonly maxRuns: number;
  /** In ms, warm-up included, discarded attempts left out. */
  readonly maxMs: number;
  /**
   * The fewest counted runs, whatever time they take.
   *
   * @default 1
   */
  readonly leastRuns?: number;
  /** Half width of the mean's 95 % interval, as a share of the mean. */
  readonly precision: number;
}

/** The progress of measuring a model. */
export interface Progress {
  readonly statistics: ProfileStatistics;
  /** Half width of the mean's 95 % interval, as a share of the mean; infinite below two runs. */
  readonly precision: number;
  /** Share of the work that is done, 0 to 1. */
  readonly share: number;
}

// Caches, branch predictors and the JIT, the caller's too, settle within some calls: fast models need
// more of them, for slow ones a few are enough.
const minWarmUps = 3;
const warmUpShare = 0.1;
// Below this a lucky streak of equal times would look precise.
const minRuns = 10;

/**
 * Calls a model, one call at a time, until its mean service time is known precisely enough, or runs
 * or time are used up. Cold starts are counted apart; warm-up calls (a tenth of the time, three at
 * least) are not counted.
 *
 * @throws what `run` throws
 */
export async function measure(
  run: () => Promise<MeasuredRun>,
  settings: MeasureSettings,
  onProgress: (progress: Progress) => void,
): Promise<Progress> {
  const startMs = performance.now();
  const { leastRuns = 1 } = settings;
  let deadlineMs = startMs + settings.maxMs;
  let warmMs = startMs + warmUpShare * settings.maxMs;
  let statistics = emptyStatistics();
  const count = async (counted: boolean) => {
    const { serviceMs, coldStart, discardedMs = 0 } = await run();
    deadlineMs += discardedMs;
    warmMs += discardedMs;
    if (!counted && !coldStart) return;
    const kind = coldStart ? 'cold' : 'warm';
    const serviceUs = Math.round(serviceMs * 1000);
    statistics = merge(statistics, statisticsOf({ kind, serviceUs }));
  };

  for (let i = 0; i < minWarmUps || performance.now() < warmMs; i++) await count(false);
  for (;;) {
    await count(true);
    const progress = progressOf(statistics, settings, deadlineMs);
    onProgress(progress);
    if (progress.share >= 1 && statistics.n >= BigInt(leastRuns)) return progress;
  }
}

function progressOf(
  statistics: ProfileStatistics,
  { maxRuns, maxMs, precision: wanted }: MeasureSettings,
  deadlineMs: number,
): Progress {
  const n = Number(statistics.n);
  const precision = meanPrecision(statistics);
  // The interval narrows with the square root of the runs.
  const towardsPrecision = Math.min(n / minRuns, (wanted / precision) ** 2);
  const towardsDeadline = 1 - (deadlineMs - performance.now()) / maxMs;
  const share = Math.min(1, Math.max(towardsPrecision, n / maxRuns, towardsDeadline));
  return { statistics, precision, share };
}
