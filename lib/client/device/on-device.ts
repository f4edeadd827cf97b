import { MdInferenceError } from '../../core/errors.ts';
import { DeviceModelError } from '../api/errors.ts';
import type { Emit } from '../api/events.ts';
import type { AnsweringModel, RequestKind } from '../api/types.ts';
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

/** What a run gives: the answer's content, and the chance that it is right where that is known. */
export type RunContent<Kind extends RequestKind> = Kind['content'] & {
  readonly chance?: number | undefined;
};

/** Runs a model on the device. */
export type RunModel<Kind extends RequestKind> = (
  model: Kind['model'],
  call: Kind['call'],
  signal: AbortSignal,
) => Promise<RunContent<Kind>>;

/** A model on the device with what is known about its speed here. */
export class DeviceModel<Kind extends RequestKind> {
  declare readonly model: Kind['model'];
  readonly #run: RunModel<Kind>;
  readonly #time: TimeSource;
  readonly #emit: Emit;
  readonly #times = new RecentTimes();
  readonly #pause = new Pause<MdInferenceError>();
  #prepared: Promise<void> | undefined;
  #isWarm = false;
  /** Whether it is loaded. */
  ready = false;
  /** The longest of the measured runs in ms; undefined before {@link measure}. */
  declare measuredMs: number | undefined;

  constructor(model: Kind['model'], run: RunModel<Kind>, time: TimeSource, emit: Emit) {
    this.model = model;
    this.#run = run;
    this.#time = time;
    this.#emit = emit;
    this.measuredMs = model.measuredMs;
  }

  /** Why it could not be loaded the last time; undefined when it could, or has not been. */
  get error(): unknown {
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
   * Runs the model, and learns how long that takes.
   *
   * @throws {@link DeviceModelError} when the model fails, or its answer is malformed
   */
  async run(
    call: Kind['call'],
    signal: AbortSignal,
  ): Promise<RunContent<Kind> & { readonly model: AnsweringModel }> {
    await this.prepare();
    // While it was being loaded the answer may have come from elsewhere.
    if (signal.aborted) throw signal.reason;
    const startMs = this.#time.nowMs();
    const content = await this.#run(this.model, call, signal).catch((error) => {
      throw signal.aborted ? error : deviceError(error);
    });
    const nowMs = this.#time.nowMs();
    // The first run is slower than all others.
    if (this.#isWarm) this.#times.observe(nowMs - startMs, nowMs);
    this.#isWarm = true;
    const { name, version, accuracyPct } = this.model;
    return { ...content, model: { name, version, accuracyPct } };
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
    this.ready = true;
    this.#emit({ type: 'model-ready', model: name, loadMs: this.#time.nowMs() - startMs });
  }

  /** Measures the model on an input; never rejects, but may leave it unmeasured. */
  async measure(call: Kind['call']): Promise<void> {
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
export function choose<Kind extends RequestKind>(
  all: readonly DeviceModel<Kind>[],
  slaMs: number,
): DeviceModel<Kind> | undefined {
  const loadable = all.filter(({ error }) => error === undefined);
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
