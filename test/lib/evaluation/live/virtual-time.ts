import type { WallTime } from '../../../../lib/evaluation/live/pace.ts';

/** A clock that jumps to the moment that is waited for. */
export class VirtualTime implements WallTime {
  #nowMs = 0;
  /** What was waited for, in ms. */
  readonly waitedForMs: number[] = [];

  readonly nowMs = (): number => this.#nowMs;

  readonly sleepUntil = async (ms: number, signal?: AbortSignal): Promise<void> => {
    this.waitedForMs.push(ms);
    await Promise.resolve();
    signal?.throwIfAborted();
    this.#nowMs = Math.max(this.#nowMs, ms);
  };
}
