import type { TimeResponse } from '../../core/contract/messages.ts';
import { MalformedAnswerError } from '../api/errors.ts';
import type { ClockEstimate } from '../api/types.ts';
import { type Moment, momentOf, since } from '../time/moment.ts';
import type { TimeSource } from '../time/time-source.ts';
import { outOfCache } from './answer.ts';

/** What the server says of the time. */
type TimeTold = Pick<TimeResponse, 'receivedEpochMs' | 'epochMs'>;

/**
 * The offset and its error bound by four timestamps: half of the two differences' sum, and half of
 * the time that was spent on the way, since nobody knows how it was divided between the two
 * directions (RFC 5905, Section 8).
 *
 * @param sentMs - the client's monotonic clock when the request left
 * @param tookMs - how long the whole exchange took, in ms
 */
export function estimateOf(
  sentMs: number,
  { receivedEpochMs, epochMs }: TimeTold,
  tookMs: number,
): ClockEstimate {
  return {
    offsetMs: (receivedEpochMs + epochMs - tookMs) / 2 - sentMs,
    errorMs: Math.abs(tookMs - (epochMs - receivedEpochMs)) / 2,
  };
}

/** The drift between two clocks: 50 ms in 1,000 s, the tolerance of quartz. */
const driftShare = 50e-6;

/** Settings of a {@link ServerClock}. */
export interface ClockSettings {
  readonly time: TimeSource;
  /** Asks the server once; rejects when it cannot be reached. */
  readonly exchange: () => Promise<TimeTold>;
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
const pauseAfterFailureMs = 5_000;
const pauseAfterUselessMs = 60_000;

/** Exchanges so close together may see the same ms of the server's clock. */
const sameTimeMs = 2;

/**
 * The server's clock. It is based on the client's monotonic clock, so that a wall clock that is
 * wrong, or set while the page is open, changes nothing. While a device sleeps many monotonic
 * clocks stand still: their drift from the wall clock since the synchronization is added to the
 * error bound.
 */
export class ServerClock {
  readonly #settings: ClockSettings;
  #best: (ClockEstimate & Moment) | undefined;
  /** The server's time that was told last, and when it was told first, in ms of the monotonic clock. */
  #told: { readonly epochMs: number; readonly firstMs: number } | undefined;
  #syncing: Promise<void> | undefined;
  #synced: (Moment & { readonly pauseMs: number }) | undefined;

  constructor(settings: ClockSettings) {
    this.#settings = settings;
  }

  /** What is known about the server's clock now, its error bound grown with its age. */
  estimate(): ClockEstimate | undefined {
    if (!this.#best) return undefined;
    const { offsetMs, errorMs } = this.#best;
    const { monotonicMs, partedMs } = since(this.#best, this.#settings.time);
    return { offsetMs, errorMs: errorMs + driftShare * monotonicMs + partedMs };
  }

  /** The estimate, if it is good enough to send the server a time. */
  usable(): ClockEstimate | undefined {
    const estimate = this.estimate();
    return estimate && estimate.errorMs <= this.#settings.maxErrorMs ? estimate : undefined;
  }

  /** The server's Unix time in ms: the best that is known, else the device's own. */
  epochMs(): number {
    const { time } = this.#settings;
    if (!this.#best) return time.wallMs();
    const { nowMs, offsetMs } = this.#best;
    const { monotonicMs, wallMs, partedMs } = since(this.#best, time);
    // Clocks that have parted: most likely the device has slept, and its wall clock has not stood still.
    return nowMs + offsetMs + (partedMs < 1_000 ? monotonicMs : wallMs);
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
    const { monotonicMs, wallMs } = since(this.#synced, this.#settings.time);
    // A monotonic clock that has stood still cannot say how long ago something was.
    const sinceMs = Math.max(monotonicMs, wallMs);
    if (sinceMs > this.#settings.resyncMs) return true;
    return !this.usable() && sinceMs >= this.#synced.pauseMs;
  }

  async #sample(): Promise<void> {
    const { time, samples, onSync } = this.#settings;
    const before = this.#best;
    let pauseMs = pauseAfterUselessMs;
    let failure: unknown;
    try {
      const stepMs = (await time.stepMs?.()) ?? 0;
      for (let i = 0; i < samples; i++) await this.#exchange(stepMs);
    } catch (error) {
      // Without an estimate no upload time is sent, and the server uses its default network time.
      failure = error;
      pauseMs = pauseAfterFailureMs;
      // Whatever else has come out of a cache was as old.
      if (error instanceof MalformedAnswerError) this.#best = before;
    }
    const clock = this.usable();
    if (clock && !failure) pauseMs = 0;
    this.#synced = { ...momentOf(time), pauseMs };
    onSync(clock, failure);
  }

  async #exchange(stepMs: number): Promise<void> {
    const { time, exchange } = this.#settings;
    const sent = momentOf(time);
    const told = await exchange();
    // The device may have slept in between.
    const { monotonicMs, partedMs } = since(sent, time);
    const { receivedEpochMs: epochMs } = told;
    const firstMs = this.#told?.epochMs === epochMs ? this.#told.firstMs : sent.nowMs;
    this.#told = { epochMs, firstMs };
    if (sent.nowMs - firstMs > sameTimeMs + stepMs) throw new MalformedAnswerError(outOfCache);

    const estimate = estimateOf(sent.nowMs, told, monotonicMs);
    const { offsetMs } = estimate;
    const errorMs = estimate.errorMs + driftShare * monotonicMs + partedMs + stepMs;
    const known = this.estimate();
    const agree = known && Math.abs(known.offsetMs - offsetMs) <= known.errorMs + errorMs;
    // Where the two cannot both be right, one of the clocks has been set: only the newer counts.
    if (agree && known.errorMs <= errorMs) return;
    this.#best = { offsetMs, errorMs, ...momentOf(time) };
  }
}
