import { clockStepMs } from './clock-step.ts';

/** The clocks and timers of the place that the client runs in; tests pass their own. */
export interface TimeSource {
  /** A monotonic clock in ms, as `performance.now`; it may stand still while the device sleeps. */
  readonly nowMs: () => number;
  /** Unix ms as the device believes, as `Date.now`; it may be wrong by hours, and jump. */
  readonly wallMs: () => number;
  readonly setTimeout: (callback: () => void, delayMs: number) => unknown;
  readonly clearTimeout: (timer: unknown) => void;
  /**
   * The step in ms by which `nowMs` ticks.
   *
   * @default - too small to matter
   */
  readonly stepMs?: (() => Promise<number>) | undefined;
}

let stepMs: Promise<number> | undefined;

/** The clocks and timers of browsers, React Native and Node. */
export const systemTime: TimeSource = {
  // Looked up at every call: a page's own instrumentation may replace them later.
  nowMs: () => performance.now(),
  wallMs: () => Date.now(),
  setTimeout: (callback, delayMs) => setTimeout(callback, delayMs),
  clearTimeout: (timer) => clearTimeout(timer as number),
  stepMs: () => {
    stepMs ??= clockStepMs(
      () => performance.now(),
      () => new Promise((resolve) => setTimeout(resolve, 1)),
    );
    return stepMs;
  },
};
