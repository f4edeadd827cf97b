import { MdInferenceError } from '../../core/errors.ts';
import type { TimeSource } from './time-source.ts';

/** The server's clock as seen from the client. */
export interface ClockEstimate {
  /** Unix ms of the server minus the client's monotonic clock, in ms. */
  readonly offsetMs: number;
  /** The offset is wrong by no more than this, in ms. */
  readonly errorMs: number;
}

/** One exchange with the server; all four times in ms (RFC 5905, Section 8). */
export interface ClockSample {
  /** The client's monotonic clock when the request left. */
  readonly sentMs: number;
  /** The server's Unix time when it came. */
  readonly receivedEpochMs: number;
  /** The server's Unix time when the answer left. */
  readonly epochMs: number;
  /** The client's monotonic clock when the answer came. */
  readonly arrivedMs: number;
  /** What else the times may be wrong by, in ms; by default 0. */
  readonly doubtMs?: number | undefined;
}

/**
 * The offset and its error bound by four timestamps: half of the two differences' sum, and half of
 * the time that was spent on the way, since nobody knows how it was divided between the two
 * directions (RFC 5905, Section 8).
 */
export function estimateOf(sample: ClockSample): ClockEstimate {
  const { sentMs, receivedEpochMs, epochMs, arrivedMs, doubtMs = 0 } = sample;
  const roundTripMs = arrivedMs - sentMs - (epochMs - receivedEpochMs);
  return {
    offsetMs: (receivedEpochMs - sentMs + (epochMs - arrivedMs)) / 2,
    errorMs: Math.abs(roundTripMs) / 2 + doubtMs,
  };
}

/**
 * How far the two clocks of a device have drifted apart, beyond what a wall clock of whole ms
 * explains.
 */
export function partedMs(wallMs: number, monotonicMs: number): number {
  return Math.max(0, Math.abs(wallMs - monotonicMs) - 1);
}

/** The drift between two clocks: 50 ms in 1,000 s, the tolerance of quartz. */
const driftShare = 50e-6;

/** An exchange that says nothing about the time: its answer came out of a cache. */
export class CachedTimeError extends MdInferenceError {
  override readonly name = 'CachedTimeError';

  constructor() {
    super('GET /v1/time is answered by a cache: it must not be stored (no-store)');
  }
}

/** Settings of a {@link ServerClock}. */
export interface ClockSettings {
  readonly time: TimeSource;
  /** Asks the server once; rejects when it cannot be reached. */
  readonly exchange: () => Promise<ClockSample>;
  /** Exchanges of one synchronization; the one with the best round trip counts. */
  readonly samples: number;
  /** After how many ms the clock is synchronized again. */
  readonly resyncMs: number;
  /** An offset that may be wrong by more than this many ms is of no use. */
  readonly maxErrorMs: number;
  /** Is told what came of a synchronization. */
  readonly onSync: (clock: ClockEstimate | undefined, error: unknown) => void;
}

/** How long to leave the server alone after a synchronization that failed, or was of no use, in ms. */
const [pauseAfterFailureMs, pauseAfterUselessMs] = [5_000, 60_000];

/** Exchanges so close together may see the same ms of the server's clock. */
const sameTimeMs = 2;
/** How many of the server's times are remembered. */
const remembered = 32;

/**
 * The server's clock. It is based on the client's monotonic clock, so that a wall clock that is
 * wrong, or set while the page is open, changes nothing. While a device sleeps many monotonic
 * clocks stand still: their drift from the wall clock since the synchronization is added to the
 * error bound.
 */
export class ServerClock {
  readonly #settings: ClockSettings;
  /** When a time of the server was seen first, in ms of the client's monotonic clock. */
  readonly #seen = new Map<number, number>();
  #best: (ClockEstimate & { readonly nowMs: number; readonly wallMs: number }) | undefined;
  #syncing: Promise<void> | undefined;
  #synced:
    | { readonly nowMs: number; readonly wallMs: number; readonly pauseMs: number }
    | undefined;

  constructor(settings: ClockSettings) {
    this.#settings = settings;
  }

  /** What is known about the server's clock now, its error bound grown with its age. */
  estimate(): ClockEstimate | undefined {
    if (!this.#best) return undefined;
    const { time } = this.#settings;
    const { offsetMs, errorMs, nowMs, wallMs } = this.#best;
    const ageMs = time.nowMs() - nowMs;
    const doubtMs = driftShare * ageMs + partedMs(time.wallMs() - wallMs, ageMs);
    return { offsetMs, errorMs: errorMs + doubtMs };
  }

  /** The estimate, if it is good enough to send the server a time. */
  usable(): ClockEstimate | undefined {
    const estimate = this.estimate();
    return estimate && estimate.errorMs <= this.#settings.maxErrorMs ? estimate : undefined;
  }

  /** The server's Unix time in ms: the best that is known, else the device's own. */
  epochMs(): number {
    const { nowMs, wallMs } = this.#settings.time;
    const best = this.#best;
    if (!best) return wallMs();
    const parted = partedMs(wallMs() - best.wallMs, nowMs() - best.nowMs);
    if (parted < 1_000) return nowMs() + best.offsetMs;
    // Most likely the device has slept: its wall clock is as wrong as it was, and has not stood still.
    return wallMs() + best.nowMs + best.offsetMs - best.wallMs;
  }

  /** Synchronizes if it is time to; never rejects. */
  async refresh(): Promise<void> {
    if (this.#isDue()) await this.synchronize();
  }

  /** Asks the server some times and keeps the exchange with the best round trip; never rejects. */
  async synchronize(): Promise<void> {
    this.#syncing ??= this.#sample().finally(() => {
      this.#syncing = undefined;
    });
    await this.#syncing;
  }

  #isDue(): boolean {
    if (!this.#synced) return true;
    const { nowMs, wallMs } = this.#settings.time;
    // A monotonic clock that has stood still cannot say how long ago something was.
    const sinceMs = Math.max(nowMs() - this.#synced.nowMs, wallMs() - this.#synced.wallMs);
    if (sinceMs > this.#settings.resyncMs) return true;
    return !this.usable() && sinceMs >= this.#synced.pauseMs;
  }

  async #sample(): Promise<void> {
    const { time, exchange, samples, onSync } = this.#settings;
    const before = this.#best;
    let failure: unknown;
    try {
      const stepMs = (await time.stepMs?.()) ?? 0;
      for (let i = 0; i < samples; i++) {
        const sample = await exchange();
        this.#checkFresh(sample, stepMs);
        const { sentMs, arrivedMs, doubtMs = 0 } = sample;
        const driftMs = driftShare * (arrivedMs - sentMs);
        this.#take(estimateOf({ ...sample, doubtMs: doubtMs + driftMs + stepMs }));
      }
    } catch (error) {
      // Without an estimate no upload time is sent, and the server uses its default network time.
      failure = error;
      // Whatever else has come out of that cache was as old.
      if (error instanceof CachedTimeError) this.#best = before;
    }
    const clock = this.usable();
    const pauseMs = clock ? 0 : pauseAfterUselessMs;
    this.#synced = {
      nowMs: time.nowMs(),
      wallMs: time.wallMs(),
      pauseMs: failure ? pauseAfterFailureMs : pauseMs,
    };
    onSync(clock, failure);
  }

  /** A time that the server has told before was told by a cache. */
  #checkFresh({ sentMs, receivedEpochMs }: ClockSample, stepMs: number): void {
    const seenMs = this.#seen.get(receivedEpochMs) ?? sentMs;
    if (sentMs - seenMs > sameTimeMs + stepMs) throw new CachedTimeError();
    this.#seen.set(receivedEpochMs, seenMs);
    const [oldest] = this.#seen.keys();
    if (this.#seen.size > remembered && oldest !== undefined) this.#seen.delete(oldest);
  }

  #take(sample: ClockEstimate): void {
    const { time } = this.#settings;
    const known = this.estimate();
    const agree =
      known && Math.abs(known.offsetMs - sample.offsetMs) <= known.errorMs + sample.errorMs;
    // Where the two cannot both be right, one of the clocks has been set: only the newer counts.
    if (agree && known.errorMs <= sample.errorMs) return;
    this.#best = { ...sample, nowMs: time.nowMs(), wallMs: time.wallMs() };
  }
}
