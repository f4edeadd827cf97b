import { selectorMemoryMb } from '../../core/selection/sizes.ts';

/** What a deployment's bill depends on besides its profiles. */
export interface Assumptions {
  /** Memory of the selector's function in MB. */
  readonly selectorMemoryMb: number;
  /** The selector's own work per request, in ms, without waiting for the model. */
  readonly selectorMs: number;
  /** How long a model's function runs on after its answer to update its profile, in ms per call. */
  readonly recordMs: number;
  /** Write units of a profile update: an item of at most 1 KB. */
  readonly writeUnitsPerCall: number;
  /**
   * Read units of one model's profile, eventually consistent: its baseline, its labels, and 13 windows of at
   * most 1 KB.
   */
  readonly readUnitsPerProfile: number;
  /** Age at which the profiles in a selector's memory are read again, in seconds. */
  readonly refreshSeconds: number;
  /** Models that one `POST /v1/prepare` warms up: the chosen one, its hedge, the fastest. */
  readonly modelsPerPrepare: number;
  /** What a warm-up bills of a model's function, in ms: every one is taken to start an environment. */
  readonly startMs: number;
  /** How long the selector takes to hand on the warm-ups, in ms. */
  readonly prepareMs: number;
  readonly uploadBytes: number;
  /** Size of an answer with its headers. */
  readonly answerBytes: number;
  /** What the functions, Lambda and the access log write per request. */
  readonly logBytes: number;
  readonly metrics: number;
  readonly metricsPerModel: number;
  /** Number of metrics that alarms watch. */
  readonly alarmMetrics: number;
  readonly dashboards: number;
  /** Requests that X-Ray traces in every second that has any; 0 without tracing. */
  readonly tracesPerSecond: 0 | 1;
  /** Share of the other requests that it traces; 0 without tracing. */
  readonly tracedShare: number;
}

/** What is logged of a request, in bytes, with what CloudWatch adds to each line (26). */
export const logged = {
  /** The record of its metrics. */
  metrics: 650,
  accessLog: 270,
  /** A line of one request in ten. */
  requestLine: 35,
} as const;

/** A deployment with default settings, and photos of 52 KB as the paper measured them. */
export const defaultAssumptions: Assumptions = {
  selectorMemoryMb,
  // Less than half a ms on one machine (serverMs - serviceMs), plus decoding and encoding base64 bodies.
  selectorMs: 2,
  // DynamoDB answers in single-digit ms.
  recordMs: 5,
  writeUnitsPerCall: 1,
  // 0.5 each for the baseline and the labels; 13 KB are four blocks of 4 KB at 0.5 each.
  readUnitsPerProfile: 3,
  // Two seconds plus a random share of up to a quarter.
  refreshSeconds: 2.25,
  modelsPerPrepare: 3,
  // Loading the runtime, the bundle and a model; Lambda bills it (aws.amazon.com/lambda/pricing).
  startMs: 1_000,
  // Lambda takes an asynchronous event in some 10 ms.
  prepareMs: 20,
  uploadBytes: 52_000,
  answerBytes: 2_000,
  logBytes: logged.metrics + logged.accessLog + logged.requestLine,
  metrics: 8,
  metricsPerModel: 1,
  alarmMetrics: 12,
  dashboards: 1,
  tracesPerSecond: 0,
  tracedShare: 0,
};

/** Of a deployment with tracing: Lambda's own sampling (https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html). */
export const tracingAssumptions: Pick<Assumptions, 'tracesPerSecond' | 'tracedShare'> = {
  tracesPerSecond: 1,
  tracedShare: 0.05,
};

/**
 * Default of what is added to a catalogue's reference latencies, in ms: they are of the model's run alone,
 * without invoking its function and decoding the image.
 */
export const defaultOverheadMs = 10;

/** A month of 730 hours, as AWS calculates it. */
export const secondsPerMonth = 730 * 3600;
