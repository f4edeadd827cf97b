import { MdInferenceError } from '../../../core/errors.ts';

/** A packet-delivery trace cannot be used; the message names the file and the line. */
export class TraceError extends MdInferenceError {
  override readonly name = 'TraceError';
}

/** Bytes that one delivery opportunity carries. */
const packetBytes = 1500;

/**
 * One direction of a recorded link in Mahimahi's format: the moments, in ms from the start, at each
 * of which one packet of 1,500 bytes can be delivered. At its end the trace starts over.
 *
 * @see http://mahimahi.mit.edu, mm-link(1)
 */
export class Trace {
  readonly #opportunitiesMs: Float64Array;
  readonly periodMs: number;

  /**
   * @param opportunitiesMs - ascending, at least one above 0
   * @param periodMs - later opportunities are cut off
   * @default periodMs - the last opportunity
   */
  constructor(opportunitiesMs: Float64Array, periodMs = opportunitiesMs.at(-1) ?? 0) {
    this.#opportunitiesMs = opportunitiesMs.filter((ms) => ms <= periodMs);
    this.periodMs = periodMs;
  }

  /** The same trace, cut off at a time in ms. */
  cutAt(periodMs: number): Trace {
    return new Trace(this.#opportunitiesMs, periodMs);
  }

  /** When the last packet of an upload is delivered whose first one is sent at `startMs`; both in ms. */
  deliveredMs(startMs: number, bytes: number): number {
    const packets = Math.max(1, Math.ceil(bytes / packetBytes));
    const round = Math.floor(startMs / this.periodMs);
    const last = this.#firstFrom(startMs - round * this.periodMs) + packets - 1;
    const count = this.#opportunitiesMs.length;
    const laterMs = (round + Math.floor(last / count)) * this.periodMs;
    return laterMs + (this.#opportunitiesMs[last % count] ?? 0);
  }

  /** Index of the first opportunity at or after a time within the period. */
  #firstFrom(ms: number): number {
    let [low, high] = [0, this.#opportunitiesMs.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#opportunitiesMs[middle] ?? 0) < ms) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/**
 * Reads a trace in Mahimahi's format.
 *
 * @param name - for messages
 * @throws {@link TraceError} when a line is not a whole number of ms or comes before the previous one
 */
export function parseTrace(text: string, name: string): Trace {
  const lines = text.trim().split(/\s*\n/);
  const opportunitiesMs = new Float64Array(lines.length);
  let previousMs = 0;
  lines.forEach((line, i) => {
    const ms = Number(line);
    if (!/^\d+$/.test(line) || ms < previousMs) {
      throw new TraceError(
        `${name}, line ${i + 1}: must be a whole number of ms not below the one before, not "${line.slice(0, 40)}"`,
      );
    }
    opportunitiesMs[i] = ms;
    previousMs = ms;
  });
  if (previousMs === 0) throw new TraceError(`${name}: the trace lasts 0 ms`);
  return new Trace(opportunitiesMs);
}
