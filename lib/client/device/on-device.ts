import { MdInferenceError } from '../../core/errors.ts';
import type { CropSize } from '../../core/preprocessing/crop.ts';
import type { Pixels } from '../../core/preprocessing/tensor.ts';
import { DeviceModelError } from '../api/errors.ts';
import type { Emit } from '../api/events.ts';
import type { DeviceInput } from '../api/image.ts';
import { faultOfPredictions } from '../api/shape.ts';
import type { DeviceAnswer, OnDeviceModel } from '../api/types.ts';
import { Pause } from '../time/pause.ts';
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

/** How an image gets to a model on the device. */
export interface DeviceCall extends DeviceInput {
  /** Absent where nothing can decode. */
  readonly pixels?: ((size: CropSize) => Promise<Pixels>) | undefined;
}

/** A model on the device with what is known about its speed here. */
export class DeviceModel {
  declare readonly model: OnDeviceModel;
  readonly #time: TimeSource;
  readonly #emit: Emit;
  readonly #times = new RecentTimes();
  readonly #pause = new Pause<MdInferenceError>();
  #prepared: Promise<void> | undefined;
  #isWarm = false;
  /** Whether it is loaded. */
  isReady = false;
  /** The longest of the measured runs in ms; undefined before {@link measure}. */
  declare measuredMs: number | undefined;

  constructor(model: OnDeviceModel, time: TimeSource, emit: Emit) {
    this.model = model;
    this.#time = time;
    this.#emit = emit;
    this.measuredMs = model.measuredMs;
  }

  /** Why it could not be loaded the last time; undefined when it could, or has not been. */
  get loadError(): unknown {
    return this.#pause.error;
  }

  /** Upper bound of a run's time here, almost certainly; `Infinity` when that is not known. */
  get expectedMs(): number {
    return this.#times.quantileMs(expectedQuantile) ?? this.measuredMs ?? Infinity;
  }

  /**
   * Loads the model, once; a model that could not be loaded is tried again, after pauses that grow.
   *
   * @throws {@link DeviceModelError} also while such a pause lasts
   */
  async prepare(): Promise<void> {
    this.#prepared ??= this.#load().catch((error) => {
      this.#prepared = undefined;
      throw error;
    });
    await this.#prepared;
  }

  /**
   * Classifies an image, and learns how long that takes.
   *
   * @throws {@link DeviceModelError} when the model fails, or its answer is malformed
   */
  async run(call: DeviceCall, signal: AbortSignal): Promise<Omit<DeviceAnswer, 'elapsedMs'>> {
    await this.prepare();
    // While it was being loaded the answer may have come from elsewhere.
    if (signal.aborted) throw signal.reason;
    const startMs = this.#time.nowMs();
    const predictions = await this.#classify(call, signal);
    const nowMs = this.#time.nowMs();
    // The first run is slower than all others.
    if (this.#isWarm) this.#times.observe(nowMs - startMs, nowMs);
    this.#isWarm = true;
    const { name, version, accuracyPct } = this.model;
    const [best] = predictions;
    const chance = best && this.model.chanceOf?.(best.score);
    return { model: { name, version, accuracyPct }, predictions, chance };
  }

  async #classify({ image, ...how }: DeviceCall, signal: AbortSignal) {
    try {
      const answer = await this.model.classify(image, { ...how, signal });
      const fault = faultOfPredictions(answer?.predictions);
      if (fault) throw new DeviceModelError(`the answer of "${this.model.name}" lacks ${fault}`);
      return answer.predictions;
    } catch (error) {
      throw signal.aborted ? error : deviceError(error);
    }
  }

  async #load(): Promise<void> {
    const { name, prepare } = this.model;
    const startMs = this.#time.nowMs();
    const { error: last } = this.#pause;
    if (last && this.#pause.leftMs(startMs) > 0) {
      throw new DeviceModelError(last.message, { cause: last });
    }
    try {
      await prepare?.((progress) =>
        this.#emit({ type: 'model-loading', model: name, ...progress }),
      );
    } catch (cause) {
      const error = deviceError(cause);
      const retryMs = this.#pause.failed(error, this.#time.nowMs());
      this.#emit({ type: 'model-failed', model: name, error, retryMs });
      throw error;
    }
    this.#pause.succeeded();
    this.isReady = true;
    this.#emit({ type: 'model-ready', model: name, loadMs: this.#time.nowMs() - startMs });
  }

  /** Measures the model on an image; never rejects, but may leave it unmeasured. */
  async measure(call: DeviceCall): Promise<void> {
    const { signal } = new AbortController();
    const endMs = this.#time.nowMs() + longestMeasurementMs;
    try {
      await this.run(call, signal);
      for (let runs = 0; runs < measuredRuns; runs++) {
        await this.run(call, signal);
        if (this.#time.nowMs() > endMs) break;
      }
      this.measuredMs = this.#times.quantileMs(1, 1);
    } catch {
      // Its runs tell why.
    }
  }
}

/**
 * The most accurate model that meets the SLA on this device. Before they have been measured, or when
 * none meets it, the fastest, which unmeasured is the least accurate. One that could not be loaded is
 * chosen when there is no other.
 */
export function choose(all: readonly DeviceModel[], slaMs: number): DeviceModel | undefined {
  const loadable = all.filter(({ loadError }) => loadError === undefined);
  const models = loadable.length > 0 ? loadable : [...all];
  const [best] = models
    .filter(({ measuredMs = Infinity }) => measuredMs + marginMs <= slaMs)
    .sort((a, b) => b.model.accuracyPct - a.model.accuracyPct);
  const [fastest] = models.sort(
    (a, b) =>
      (a.measuredMs ?? 0) - (b.measuredMs ?? 0) || a.model.accuracyPct - b.model.accuracyPct,
  );
  return best ?? fastest;
}

function deviceError(cause: unknown): MdInferenceError {
  if (cause instanceof MdInferenceError) return cause;
  return new DeviceModelError(cause instanceof Error ? cause.message : String(cause), { cause });
}
