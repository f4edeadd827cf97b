import type { DeviceInput } from '../api/image.ts';
import type { OnDeviceModel, Prediction } from '../api/types.ts';
import { RecentTimes } from '../time/recent-times.ts';
import type { TimeSource } from '../time/time-source.ts';

/** Measured runs of a model, after one that warms it up. */
const measuredRuns = 5;
/** Measuring ends after this many ms: a slow model is known well enough by then. */
const longestMeasurementMs = 2_000;
/** The quantile of run times that is taken as the expected time. */
const expectedQuantile = 0.95;
/** Margin for late timers and threads, in ms. */
export const marginMs = 10;

/** A model on the device with what is known about its speed here. */
export class DeviceModel {
  readonly model: OnDeviceModel;
  readonly #time: TimeSource;
  readonly #times = new RecentTimes();
  #measuredMs: number | undefined;
  #prepared: Promise<unknown> | undefined;
  #isWarm = false;

  constructor(model: OnDeviceModel, time: TimeSource) {
    this.model = model;
    this.#time = time;
    this.#measuredMs = model.measuredMs;
  }

  /** The longest of the measured runs in ms; undefined before {@link measure}. */
  get measuredMs(): number | undefined {
    return this.#measuredMs;
  }

  /** Upper bound of a run's time here, almost certainly; `Infinity` when that is not known. */
  get expectedMs(): number {
    const recentMs = this.#times.quantileMs(expectedQuantile);
    return Number.isFinite(recentMs) ? recentMs : (this.#measuredMs ?? Number.POSITIVE_INFINITY);
  }

  /** Loads the model, once; a model that could not be loaded is tried again next time. */
  async prepare(): Promise<void> {
    const { model } = this;
    this.#prepared ??= Promise.resolve(model.prepare?.());
    try {
      await this.#prepared;
    } catch (error) {
      this.#prepared = undefined;
      throw error;
    }
  }

  /** Classifies an image, and learns how long that takes. */
  async run(input: DeviceInput, signal: AbortSignal): Promise<readonly Prediction[]> {
    await this.prepare();
    const startMs = this.#time.nowMs();
    const { image, contentType } = input;
    const { predictions } = await this.model.classify(image, { signal, contentType });
    const nowMs = this.#time.nowMs();
    // The first run is slower than all others.
    if (this.#isWarm) this.#times.observe(nowMs - startMs, nowMs);
    this.#isWarm = true;
    return predictions;
  }

  /**
   * Measures the model on an image, unless it has been; one that fails counts as infinitely slow.
   */
  async measure(input: DeviceInput): Promise<void> {
    if (this.#measuredMs !== undefined) return;
    this.#measuredMs = await this.#longestMs(input).catch(() => Number.POSITIVE_INFINITY);
  }

  async #longestMs(input: DeviceInput): Promise<number> {
    const { signal } = new AbortController();
    const beginMs = this.#time.nowMs();
    await this.run(input, signal);
    let longestMs = 0;
    for (let i = 0; i < measuredRuns; i++) {
      const startMs = this.#time.nowMs();
      await this.run(input, signal);
      longestMs = Math.max(longestMs, this.#time.nowMs() - startMs);
      if (this.#time.nowMs() - beginMs > longestMeasurementMs) break;
    }
    return longestMs;
  }
}

/** The models on the device, of which one is run. */
export class DeviceModels {
  readonly models: readonly DeviceModel[];
  #measuring: Promise<void> | undefined;

  constructor(models: readonly OnDeviceModel[], time: TimeSource) {
    this.models = models.map((model) => new DeviceModel(model, time));
  }

  /**
   * The most accurate model that meets the SLA on this device. Before they have been measured, or when
   * none meets it, the fastest, which unmeasured is the least accurate.
   */
  choose(slaMs: number): DeviceModel | undefined {
    const inTime = this.models.filter(
      ({ measuredMs }) => measuredMs !== undefined && measuredMs + marginMs <= slaMs,
    );
    const [best] = sorted(inTime, ({ model }) => -model.accuracyPct);
    if (best) return best;
    const [fastest] = sorted(
      sorted(this.models, ({ model }) => model.accuracyPct),
      ({ measuredMs = 0 }) => measuredMs,
    );
    return fastest;
  }

  /** Measures all models, one at a time. */
  async measure(input: DeviceInput): Promise<void> {
    this.#measuring ??= this.#measure(input);
    await this.#measuring;
  }

  async #measure(input: DeviceInput): Promise<void> {
    for (const model of this.models) await model.measure(input);
  }
}

function sorted<T>(values: readonly T[], key: (value: T) => number): T[] {
  return [...values].sort((a, b) => key(a) - key(b));
}
