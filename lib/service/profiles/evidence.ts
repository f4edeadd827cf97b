import { robustSpeed } from './robust.ts';
import type { LiveStatistics } from './statistics.ts';
import { merge, type ProfileStatistics, scale } from './statistics.ts';
import { oldestWindowStart, type WindowSettings, windowStart } from './windows.ts';

/** How statistics of different age are weighed. */
export interface EvidenceSettings extends WindowSettings {
  /** Warm samples that a profile should rest on; with that many fresh ones nothing older counts. */
  readonly minLiveSamples: number;
}

/** What is assumed about a model's warm calls, and where it comes from. */
export interface Evidence {
  readonly statistics: ProfileStatistics;
  readonly source: 'live' | 'live+fallback' | 'fallback';
  /** Live warm calls that the statistics count for; sums are multiples of that, see {@link topUp}. */
  readonly liveSamples: bigint;
  /** Those of the fallback. */
  readonly fallbackSamples: bigint;
}

/** How a model's live calls have gone lately. */
export interface RecentCalls {
  /** Unix ms from which they are counted. */
  readonly sinceMs: number;
  readonly answers: number;
  readonly failures: number;
}

/** Fewer calls than this do not say whether a model works. */
export const tellingCalls = 3;

/** Fewer samples than this do not overrule anything: their spread is not known well enough. */
const overrulingSamples = 5n;

/** Two means that are more standard errors apart do not differ by chance. */
const contradictingErrors = 3;

/**
 * Decides which statistics still describe a model. Evidence is read from the newest to the oldest:
 *
 * 1. The current and the previous window count in full.
 * 2. While they hold fewer than `minLiveSamples` warm samples, older windows are added, newest
 *    first, and at last the fallback (the baseline). The last one added counts only for as many
 *    samples as are missing, however many it holds.
 * 3. Reading ends early at evidence that contradicts the newer evidence read so far (the means
 *    differ by more than three standard errors), as long as the model is still being measured, that
 *    is, has a fresh sample.
 *
 * Why: where two windows hold enough samples, rule 1 alone forgets an old speed two windows after it
 * changed, and a profile never rests on the first few samples of a new window. Below that, rule 2
 * keeps the profile usable, with old samples giving way one by one, and rule 3 keeps them from
 * holding a model to a speed it no longer has: where times vary little, five samples a window show a
 * threefold change as soon as many would (the more they vary, the more it takes), and a baseline
 * cannot outvote a few calls an hour.
 *
 * Rule 3 asks for a fresh sample because a model that selection has stopped using would otherwise be
 * judged by its last few bad calls alone. Without one it is judged by all it did in the windows that
 * still count, and once these have expired by its baseline, so that it is tried again.
 */
export function weighEvidence(
  live: readonly LiveStatistics[],
  fallback: ProfileStatistics,
  nowMs: number,
  settings: EvidenceSettings,
): Evidence {
  const fresh = freshStatistics(live, nowMs, settings);
  const older = olderWindows(live, nowMs, settings);

  let known = fresh;
  let liveSamples = fresh.n;
  for (const piece of [...older, fallback]) {
    const missing = BigInt(settings.minLiveSamples) - known.n;
    const overruled = fresh.n > 0n && contradicts(known, piece);
    if (missing <= 0n || overruled) break;
    const statistics = topUp(known, piece, missing);
    const counted = known.n > 0n && piece.n > missing ? missing : piece.n;
    if (piece === fallback) {
      const source = known.n > 0n ? 'live+fallback' : 'fallback';
      return { statistics, source, liveSamples, fallbackSamples: counted };
    }
    known = statistics;
    liveSamples += counted;
  }
  return { statistics: known, source: 'live', liveSamples, fallbackSamples: 0n };
}

/** All windows that still count. */
export function countingStatistics(
  live: readonly LiveStatistics[],
  nowMs: number,
  windows: WindowSettings,
): ProfileStatistics {
  return mergeLive(since(live, oldestWindowStart(nowMs, windows)));
}

/** The current and the previous window (and later ones, where clocks differ). */
export function freshStatistics(
  live: readonly LiveStatistics[],
  nowMs: number,
  windows: WindowSettings,
): ProfileStatistics {
  return mergeLive(since(live, previousWindowStart(nowMs, windows)));
}

/**
 * The calls of the current window, or of this and the previous one while it holds fewer than
 * {@link tellingCalls}: a model that is left is called so seldom that every window would begin without
 * evidence. Failures of earlier windows are never among them.
 */
export function recentCalls(
  live: readonly LiveStatistics[],
  nowMs: number,
  windows: WindowSettings,
): RecentCalls {
  const currentStartMs = windowStart(nowMs, windows.windowMs);
  const current = callsSince(live, currentStartMs);
  if (current.answers + current.failures >= tellingCalls) return current;
  return callsSince(live, currentStartMs - windows.windowMs);
}

function callsSince(live: readonly LiveStatistics[], sinceMs: number): RecentCalls {
  const { n, coldN, failN } = mergeLive(since(live, sinceMs));
  return { sinceMs, answers: Number(n + coldN), failures: Number(failN) };
}

/** The older windows that still count, newest first, each with its shards put together. */
function olderWindows(
  live: readonly LiveStatistics[],
  nowMs: number,
  windows: WindowSettings,
): ProfileStatistics[] {
  const untilMs = previousWindowStart(nowMs, windows);
  const counting = since(live, oldestWindowStart(nowMs, windows));
  const older = counting.filter(({ windowStartMs }) => windowStartMs < untilMs);
  const byStart = Map.groupBy(older, ({ windowStartMs }) => windowStartMs);
  return [...byStart].sort(([a], [b]) => b - a).map(([, shards]) => mergeLive(shards));
}

function since(live: readonly LiveStatistics[], startMs: number): LiveStatistics[] {
  return live.filter(({ windowStartMs }) => windowStartMs >= startMs);
}

function previousWindowStart(nowMs: number, { windowMs }: WindowSettings): number {
  return windowStart(nowMs, windowMs) - windowMs;
}

function mergeLive(live: readonly LiveStatistics[]): ProfileStatistics {
  return merge(...live.map(({ statistics }) => statistics));
}

/**
 * Adds a piece, which counts as at most `missing` samples. Multiplying both sides is how a piece is
 * made to count for less while all sums stay integers: known * n + piece * missing holds the two in
 * the ratio known.n : missing.
 */
function topUp(
  known: ProfileStatistics,
  piece: ProfileStatistics,
  missing: bigint,
): ProfileStatistics {
  if (piece.n <= missing) return merge(known, piece);
  if (known.n === 0n) return piece;
  return merge(scale(known, piece.n), scale(piece, missing));
}

/**
 * Whether the older samples lie where the newer ones say they cannot. The spread is that of the newer
 * ones, because a window in which the speed changed has a large one of its own that would excuse it.
 */
function contradicts(newer: ProfileStatistics, older: ProfileStatistics): boolean {
  const { meanMs: newerMs, stdMs: spreadMs } = robustSpeed(newer);
  const { meanMs: olderMs } = robustSpeed(older);
  if (newer.n < overrulingSamples || spreadMs === undefined) return false;
  if (newerMs === undefined || olderMs === undefined) return false;
  const errorMs = spreadMs * Math.sqrt(1 / Number(newer.n) + 1 / Number(older.n));
  return Math.abs(newerMs - olderMs) > contradictingErrors * errorMs;
}
