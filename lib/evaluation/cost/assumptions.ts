/** What a deployment's bill rests on beside its profiles. */
export interface Assumptions {
  /** Memory of the selector's function in MB. */
  readonly selectorMemoryMb: number;
  /** What the selector works beside waiting for the model, in ms a request. */
  readonly selectorMs: number;
  /** How long a model's function goes on after its answer, to update its profile, in ms a call. */
  readonly recordMs: number;
  /** Units of a profile update: an item of at most 1 KB. */
  readonly writeUnitsPerCall: number;
  /** Units of reading one model's profile, eventually consistent: its baseline, and 13 windows of at most 1 KB. */
  readonly readUnitsPerProfile: number;
  /** Age in seconds at which the profiles in a selector's memory are read again. */
  readonly refreshSeconds: number;
  readonly uploadBytes: number;
  /** An answer with its headers. */
  readonly answerBytes: number;
  /** What is logged of one request by the functions, by Lambda, and as access log. */
  readonly logBytes: number;
  readonly metrics: number;
  readonly metricsPerModel: number;
  /** Metrics that alarms watch. */
  readonly alarmMetrics: number;
  readonly dashboards: number;
  /** Requests that X-Ray traces in a second with any; 0 without tracing. */
  readonly tracesPerSecond: 0 | 1;
  /** Share of the other requests that it traces; 0 without tracing. */
  readonly tracedShare: number;
}

/** A deployment with default settings, and photos of 52 KB as the paper measured them. */
export const defaultAssumptions: Assumptions = {
  selectorMemoryMb: 1769,
  // Less than half a ms on one machine (serverMs - serviceMs), and taking a body of base64 in and out.
  selectorMs: 2,
  // DynamoDB answers in single-digit ms.
  recordMs: 5,
  writeUnitsPerCall: 1,
  // 0.5 for the baseline; 13 KB are four times 4 KB, each 0.5.
  readUnitsPerProfile: 2.5,
  // Two seconds and up to a quarter at random.
  refreshSeconds: 2.25,
  uploadBytes: 52_000,
  answerBytes: 2_000,
  // 840 of metrics, 400 of access log, and start and report of two calls as JSON.
  logBytes: 2_800,
  metrics: 6,
  metricsPerModel: 2,
  alarmMetrics: 7,
  dashboards: 1,
  // Lambda's own sampling (https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html).
  tracesPerSecond: 1,
  tracedShare: 0.05,
};

/**
 * Added to a catalogue's reference latencies, which are the model's run alone: invoking its function
 * and decoding the image, in ms.
 */
export const defaultOverheadMs = 10;

/** A month of 730 hours, as AWS counts it. */
export const secondsPerMonth = 730 * 3600;
