import { Duration } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { InvalidPropertyError } from './errors.ts';

/** How models are measured while they are deployed. */
export interface ProfilingOptions {
  /**
   * The most models that are measured at the same time, 1 to 100. Each takes one of the account's concurrent
   * executions, and the profiler's one vCPU times them all: with more, times are longer than what callers see.
   *
   * @default 2
   */
  readonly modelsAtOnce?: number;
  /**
   * The most calls of one model that are counted, from 10 on.
   *
   * @default 1000
   */
  readonly maxRuns?: number;
  /**
   * The longest time that one model is measured, from a second on. It is less where many models have to share
   * `timeout`.
   *
   * @default Duration.minutes(1)
   */
  readonly timePerModel?: Duration;
  /**
   * The half width of the mean's 95 % interval, in percent of the mean (0.1 to 100), at which measuring a model ends.
   *
   * @default 2
   */
  readonly precisionPct?: number;
  /**
   * The longest time that measuring all models may take, 1 to 14 minutes, cold starts and waiting for concurrency
   * included. A deployment that takes longer fails.
   *
   * @default Duration.minutes(14)
   */
  readonly timeout?: Duration;
}

/**
 * The options with their defaults, as variables of the profiler's environment, and `timeout`.
 *
 * @param scope - whose property `profiling` they are
 * @throws {@link InvalidPropertyError} for a number that is out of its range
 */
export function profilingOf(scope: IConstruct, options: ProfilingOptions) {
  const { modelsAtOnce = 2, maxRuns = 1000, precisionPct = 2 } = options;
  const { timePerModel = Duration.minutes(1), timeout = Duration.minutes(14) } = options;
  const check = (name: keyof ProfilingOptions, isRight: boolean, what: string, value: unknown) => {
    if (isRight) return;
    throw new InvalidPropertyError(scope, `profiling.${name}`, `must be ${what}, not ${value}`);
  };
  const isWhole = (value: number, from: number, to: number) =>
    Number.isInteger(value) && value >= from && value <= to;
  const [modelMs, timeoutMs] = [timePerModel.toMilliseconds(), timeout.toMilliseconds()];
  check(
    'modelsAtOnce',
    isWhole(modelsAtOnce, 1, 100),
    'a whole number from 1 to 100',
    modelsAtOnce,
  );
  check('maxRuns', isWhole(maxRuns, 10, 1e9), 'a whole number from 10', maxRuns);
  check(
    'precisionPct',
    precisionPct >= 0.1 && precisionPct <= 100,
    'from 0.1 to 100',
    precisionPct,
  );
  check('timeout', timeoutMs >= 60_000 && timeoutMs <= 14 * 60_000, '1 to 14 minutes', timeout);
  check('timePerModel', modelMs >= 1_000 && modelMs <= timeoutMs, '1 s to `timeout`', timePerModel);
  const environment = {
    MDI_PROFILE_CONCURRENCY: String(modelsAtOnce),
    MDI_PROFILE_MODEL_MS: String(modelMs),
    MDI_PROFILE_MAX_RUNS: String(maxRuns),
    MDI_PROFILE_PRECISION: String(precisionPct / 100),
    MDI_PROFILE_TIMEOUT_MS: String(timeoutMs),
  };
  return { environment, timeout };
}
