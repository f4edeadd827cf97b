import { defaultProfileSettings } from '../profiles/profile.ts';

/** How much one caller may count for. */
export interface ShareSettings {
  /** Length of a window in ms. */
  readonly windowMs: number;
  /** Share (0 to 1) of what has been counted in a window up to which a caller counts without limit; 1 is no limit. */
  readonly share: number;
  /** What a caller may count at once beyond its share. */
  readonly atOnce: number;
  /** How often in a window it may do so again, evenly spread. */
  readonly perWindow: number;
  /**
   * Unix ms.
   *
   * @default - the system's clock
   */
  readonly now?: () => number;
}

/**
 * Calls that a caller adds to a profile in a window, whatever its share. Two windows have as many as a profile rests
 * on: that of a caller who is alone is live.
 */
const callsPerWindow = defaultProfileSettings.minLiveSamples / 2;
/** Those at once: fewer than overrule what was measured at deploy, or move mean and deviation by much. */
const callsAtOnce = 3;

/** For calls, which make the models' profiles. */
export function callLimits(share: number, windowMs: number): ShareSettings {
  return { share, windowMs, atOnce: callsAtOnce, perWindow: callsPerWindow };
}

/** An answer leaves so early that nine of ten reports would have had it in time: fewer than a tenth may lie. */
const reportShare = 0.05;

/** For reports of T_output, one a minute and five at once whatever the share: what a client sees itself it tells each time. */
export function reportLimits(share: number): ShareSettings {
  return {
    share: share === 1 ? share : Math.min(share, reportShare),
    windowMs: 300_000,
    atOnce: 5,
    perWindow: 5,
  };
}

interface Window {
  startMs: number;
  /** By all callers. */
  counted: number;
}

interface Caller {
  windowStartMs: number;
  counted: number;
  tokens: number;
  filledMs: number;
}

/** Callers that are remembered; whoever has not called for longest is forgotten first. */
const rememberedCallers = 4_096;

/**
 * Bounds what one caller can do to numbers that all callers share. A caller counts as long as it has made no more
 * than its share of what was counted in this window, so that nobody is limited where many call. Beyond it a token
 * bucket lets it count now and then: a caller who is alone, a back end that passes on what others ask, is sampled
 * evenly over time.
 *
 * Time and memory are bounded. Each process counts for itself.
 */
export class CallerShares {
  readonly #settings: Required<ShareSettings>;
  readonly #windows = new Map<string, Window>();
  readonly #callers = new Map<string, Caller>();

  constructor(settings: ShareSettings) {
    this.#settings = { now: Date.now, ...settings };
  }

  /**
   * Whether something of a caller's counts; if so it has been counted.
   *
   * @param subject - what it counts for, of which there are few: a model
   */
  take(caller: string, subject: string): boolean {
    const { share, now } = this.#settings;
    const nowMs = now();
    const window = this.#windowOf(subject, nowMs);
    const known = this.#knownCaller(`${subject} ${caller}`, window, nowMs);
    const isWithinShare = known.counted + 1 <= share * (window.counted + 1);
    if (!isWithinShare) {
      if (known.tokens < 1) return false;
      known.tokens--;
    }
    known.counted++;
    window.counted++;
    return true;
  }

  #windowOf(subject: string, nowMs: number): Window {
    const last = this.#windows.get(subject);
    if (last && nowMs < last.startMs + this.#settings.windowMs) return last;
    const window = { startMs: nowMs, counted: 0 };
    this.#windows.set(subject, window);
    return window;
  }

  #knownCaller(key: string, { startMs: windowStartMs }: Window, nowMs: number): Caller {
    const { atOnce, perWindow, windowMs } = this.#settings;
    const last = this.#callers.get(key);
    const since = (nowMs - (last?.filledMs ?? nowMs)) / windowMs;
    const caller: Caller = {
      windowStartMs,
      counted: last?.windowStartMs === windowStartMs ? last.counted : 0,
      tokens: Math.min(atOnce, (last?.tokens ?? atOnce) + Math.max(0, since) * perWindow),
      filledMs: nowMs,
    };
    // Deleted and set again, it is the last one of the map.
    this.#callers.delete(key);
    this.#callers.set(key, caller);
    if (this.#callers.size > rememberedCallers) {
      const [longestAgo] = this.#callers.keys();
      this.#callers.delete(longestAgo as string);
    }
    return caller;
  }
}
