import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { embeddedMetrics, type MetricGroup } from './embedded-metrics.ts';
import type { LogLevel } from './log-levels.ts';
import {
  type AnswerMetric,
  type ModelMetric,
  metricsNamespace,
  type RequestMetric,
  type ServiceMetric,
} from './metrics.ts';
import { type LoggedRequest, writeRequestLine } from './request-line.ts';

/** One answered request, for metrics. All times in ms. */
export interface AnsweredRequest {
  readonly strategy: string;
  /** The model that answered. */
  readonly model: string;
  /** Its accuracy in percent. */
  readonly accuracyPct: number;
  readonly budgetMs: number;
  readonly serviceMs: number;
  readonly serverMs: number;
  readonly coldStart: boolean;
  /** Whether a second model was asked in case the chosen one would be late. */
  readonly hedged: boolean;
  /** Whether another model had been chosen and could not answer, because it failed. */
  readonly fellBack: boolean;
  /** Whether the answer left after the moment by which it had to. */
  readonly deadlineExceeded: boolean;
  /** Whether the answer will reach the client within its SLA, as far as the selector can tell. */
  readonly inTime: boolean;
}

/** One valid request that got no answer, for metrics. */
export interface FailedRequest {
  readonly strategy: string;
  /** Whether that was because there was nothing to answer with at the deadline. */
  readonly deadlineExceeded: boolean;
}

/** What a function writes less of than it could. */
export interface TelemetryOptions {
  /**
   * Share of the requests that are logged with {@link Telemetry.requested}, 0 to 1.
   *
   * @default 1
   */
  readonly requestShare?: number;
  /**
   * Share of the requests that {@link Telemetry.answered} and {@link Telemetry.failed} count, 0 to 1.
   *
   * @default 1
   */
  readonly metricsShare?: number;
  /**
   * The least severe lines that are logged.
   *
   * @default 'INFO'
   */
  readonly logLevel?: LogLevel;
}

/** What a function logs and counts: JSON lines, and metrics in CloudWatch's embedded format. */
export class Telemetry {
  readonly logger: Pick<Logger, 'warn' | 'error'>;
  readonly #deployment: string;
  readonly #metrics: Metrics;
  readonly #requestShare: number;
  readonly #metricsShare: number;

  /**
   * @param deployment - the `service` dimension of all metrics: deployments of one account stay apart
   * @param options - what is written less of
   */
  constructor(deployment: string, options: TelemetryOptions = {}) {
    const { requestShare = 1, metricsShare = 1, logLevel = 'INFO' } = options;
    this.#requestShare = requestShare;
    this.#metricsShare = metricsShare;
    this.#deployment = deployment;
    const serviceName = deployment;
    const logger = new Logger({ serviceName });
    // Not the logger's own level: with Lambda's JSON format it takes Lambda's, below which metrics would be dropped.
    this.logger =
      logLevel === 'ERROR' ? { error: logger.error.bind(logger), warn: () => {} } : logger;
    this.#metrics = new Metrics({ namespace: metricsNamespace, serviceName });
  }

  /** Counts an answered request, for its strategy and for its model. No image data, no ids. */
  answered(request: AnsweredRequest): void {
    if (Math.random() >= this.#metricsShare) return;
    const all: Record<RequestMetric | AnswerMetric, number> = {
      BudgetMs: request.budgetMs,
      ServerMs: request.serverMs,
      AccuracyPct: request.accuracyPct,
      SlaMet: Number(request.inTime),
      DeadlineExceeded: Number(request.deadlineExceeded),
      Fallback: Number(request.fellBack),
      Hedged: Number(request.hedged),
      ColdStart: Number(request.coldStart),
    };
    const own: Record<ModelMetric, number> = { ServiceMs: request.serviceMs };
    this.#write(
      { by: ['strategy', request.strategy], values: all },
      { by: ['model', request.model], values: own },
    );
  }

  /**
   * Counts a valid request that got no answer: its SLA is not met. What is wrong with a request itself
   * counts nowhere.
   */
  failed({ strategy, deadlineExceeded }: FailedRequest): void {
    if (Math.random() >= this.#metricsShare) return;
    const values: Record<RequestMetric, number> = {
      SlaMet: 0,
      DeadlineExceeded: Number(deadlineExceeded),
    };
    this.#write({ by: ['strategy', strategy], values });
  }

  /** Logs a valid request, answered or not, unless it falls to the share that is not logged. */
  requested(line: LoggedRequest): void {
    if (Math.random() >= this.#requestShare) return;
    writeLine(writeRequestLine(line));
  }

  /** Counts something and publishes it at once: after an answer there may be no later moment. */
  count(name: ServiceMetric, value = 1): void {
    this.#metrics.singleMetric().addMetric(name, MetricUnit.Count, value);
  }

  #write(...groups: MetricGroup[]): void {
    // The switch of Powertools, which writes all other metrics.
    if (process.env.POWERTOOLS_METRICS_DISABLED === 'true') return;
    writeLine(embeddedMetrics(this.#deployment, groups, Date.now()));
  }
}

/** Past the console, which Lambda's JSON format would wrap each line for, and drop below its log level. */
function writeLine(line: string): void {
  process.stdout.write(`${line}\n`);
}
