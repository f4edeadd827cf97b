import type { Occupancy } from '../../core/selection/likely-cold.ts';

/** For how long an environment that answered is taken to be there still. */
const lately = 5 * 60_000;

/**
 * How many calls of each model this selector has open, and how many of its environments it has seen busy at
 * the same time of late.
 */
export class ModelOccupancy {
  readonly #inFlight = new Map<string, number>();
  readonly #peaks = new Map<string, { environments: number; atMs: number }>();
  readonly #hanging = new Set<string>();

  /** What is known of a model: at least one environment. */
  of(model: string): Occupancy {
    const { environments = 1, atMs = 0 } = this.#peaks.get(model) ?? {};
    const isFresh = performance.now() - atMs < lately;
    return {
      inFlight: this.#inFlight.get(model) ?? 0,
      environments: isFresh ? environments : 1,
    };
  }

  /** Whether the last that was heard of a model is that a call hangs. */
  isHanging(model: string): boolean {
    return this.#hanging.has(model);
  }

  /** A call has taken so long that it hardly answers any more. */
  hangs(model: string): void {
    this.#hanging.add(model);
  }

  /** A call begins. */
  began(model: string): void {
    this.#inFlight.set(model, (this.#inFlight.get(model) ?? 0) + 1);
  }

  /** A call has ended; `answered` says that its environment is there. */
  ended(model: string, answered: boolean): void {
    const inFlight = this.#inFlight.get(model) ?? 1;
    this.#inFlight.set(model, inFlight - 1);
    if (answered) this.#hanging.delete(model);
    if (answered && inFlight >= this.of(model).environments) {
      this.#peaks.set(model, { environments: inFlight, atMs: performance.now() });
    }
  }
}
