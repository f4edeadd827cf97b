import { z } from 'zod';
import { feedbackChoices } from '../core/contract/feedback-choices.ts';
import { firstIssue } from '../core/contract/first-issue.ts';
import { atDeadlineChoices } from '../core/contract/headers.ts';
import { strategyNames } from '../core/selection/strategies.ts';
import { logLevels } from './log-levels.ts';

const number = z.coerce.number();

const everyFunction = {
  /** The folder of the function's code and of what lies beside it; set by Lambda. */
  LAMBDA_TASK_ROOT: z.string().min(1),
  MDI_TABLE_NAME: z.string().min(1),
  /** Separates this deployment's profiles from all others. */
  MDI_DEPLOYMENT: z.string().min(1),
  /** Length in ms of the windows that live calls are counted in. */
  MDI_WINDOW_MS: number.pipe(z.int().positive()),
  /** Items over which one window's calls of a model are spread. */
  MDI_SHARDS: number.pipe(z.int().positive()),
  /** The least severe lines that are logged. */
  MDI_LOG_LEVEL: z.enum(logLevels).default('INFO'),
};

/** Environment variables of the selector. */
export const selectorEnvironmentSchema = z.object({
  ...everyFunction,
  MDI_STRATEGY: z.enum(strategyNames),
  MDI_DEFAULT_SLA_MS: number,
  MDI_DEFAULT_NETWORK_MS: number,
  MDI_CLOCK_TOLERANCE_MS: number,
  MDI_MAX_INPUT_MS: number,
  MDI_CLOCK_ERROR_MS: number,
  /** What a request without an answer at its deadline gets, unless it says so itself. */
  MDI_AT_DEADLINE: z.enum(atDeadlineChoices),
  /** How long in ms after the deadline a late answer is waited for. */
  MDI_LATE_WAIT_MS: number.pipe(z.number().min(0)),
  /** Extra invocations for hedging as a share of the requests; 0 is off. */
  MDI_HEDGE_SHARE: number.pipe(z.number().min(0).max(1)),
  /** Share of a profile's calls up to which one caller counts without limit; 1 is no limit. */
  MDI_CALLER_SHARE: number.pipe(z.number().min(0).max(1)),
  /** Share of the requests that metrics count. */
  MDI_METRICS_SHARE: number.pipe(z.number().positive().max(1)).default(1),
  /** Whose labelled answers count. */
  MDI_FEEDBACK: z.enum(feedbackChoices),
  /** Labelled answers that the catalogue's accuracy is worth. */
  MDI_FEEDBACK_WEIGHT: number.pipe(z.number().positive()),
  /** Share of the requests of which a line is logged. */
  MDI_REQUEST_LOG_SHARE: number.pipe(z.number().min(0).max(1)).default(1),
  /** Whether SLAs are counted by version, too. */
  MDI_VERSION_METRICS: z.enum(['on', 'off']),
  /** The number of this version; set by Lambda. */
  AWS_LAMBDA_FUNCTION_VERSION: z.string().default('$LATEST'),
});

/** Environment variables of a model's function. */
export const inferenceEnvironmentSchema = z.object({
  ...everyFunction,
  MDI_MODEL: z.string().min(1),
  /** `provisioned-concurrency` when the environment was started ahead of its first call; set by Lambda. */
  AWS_LAMBDA_INITIALIZATION_TYPE: z.string().optional(),
  /** Of the function, in MB, which the number of threads follows; set by Lambda. */
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: number.pipe(z.int().positive()).optional(),
  /** Where the model's file lies when it is not beside the code. */
  MDI_MODEL_BUCKET: z.string().min(1).optional(),
  MDI_MODEL_KEY: z.string().min(1).optional(),
});

/** Environment variables of the profiler. */
export const profilerEnvironmentSchema = z.object({
  ...everyFunction,
  /** Models measured at the same time. */
  MDI_PROFILE_CONCURRENCY: number.pipe(z.int().min(1)),
  /** The longest time in ms that all models are measured. */
  MDI_PROFILE_TIMEOUT_MS: number.pipe(z.number().positive()),
  /** The longest time in ms that one model is measured. */
  MDI_PROFILE_MODEL_MS: number,
  /** The most runs of one model. */
  MDI_PROFILE_MAX_RUNS: number.pipe(z.int().min(1)),
  /** The half width of the mean's 95 % interval, as a share of the mean, at which measuring ends. */
  MDI_PROFILE_PRECISION: number,
});

/**
 * Reads a function's environment variables.
 *
 * @throws Error naming the first variable that is missing or wrong
 */
export function readEnvironment<Schema extends z.ZodType>(schema: Schema): z.output<Schema> {
  const parsed = schema.safeParse(process.env);
  if (parsed.success) return parsed.data;
  const names = { field: 'environment variable', whole: 'the environment' };
  throw new Error(firstIssue(parsed.error, names));
}
