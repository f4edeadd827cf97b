import type { InferResponse } from '../../core/contract/messages.ts';
import type { WeightedTimes } from '../../core/selection/types.ts';
import { Uplink } from '../../core/upload/uplink.ts';

/** Answers whose way back is remembered. */
const capacity = 5;
/** What a packet takes one way as long as nothing has been measured, in ms. */
const usualDelayMs = 20;

/** The way to the service and back, as a client's own uploads have shown it. */
export class Way {
  readonly uplink = new Uplink(usualDelayMs);
  #delayMs = usualDelayMs;
  #outputsMs: readonly number[] = [];

  /** Learns what a packet takes one way, in ms: half of the fastest exchange. */
  set delayMs(ms: number) {
    this.#delayMs = ms;
    this.uplink.delayMs = ms;
  }

  /** T_output of the last answers, each as likely as the others; nothing known: the delay. */
  get outputMs(): WeightedTimes {
    const times = this.#outputsMs.length > 0 ? this.#outputsMs : [this.#delayMs];
    return times.map((ms) => ({ ms, weight: 1 / times.length }));
  }

  /**
   * Learns from an answer, where the service knew when the upload had begun.
   *
   * @param startMs - when the upload began, on the client's clock
   * @param endMs - when the answer was there
   */
  answered(
    { bytes, startMs }: { readonly bytes: number; readonly startMs: number },
    endMs: number,
    { source, inputMs, serverMs }: InferResponse['timing'],
  ): void {
    if (source !== 'client') return;
    this.uplink.observe({ startMs, bytes, inputMs });
    const outputMs = Math.max(0, endMs - startMs - inputMs - serverMs);
    this.#outputsMs = [outputMs, ...this.#outputsMs].slice(0, capacity);
  }
}
