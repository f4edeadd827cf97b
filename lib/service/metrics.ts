/**
 * The names under which the functions count in CloudWatch: telemetry writes them, the dashboard and the
 * alarms read them.
 */

/** The namespace of all metrics. */
export const metricsNamespace = 'mdinference';

/** Metrics of every valid request for an inference, answered or not, by strategy; each is 0 or 1. */
export type RequestMetric = 'SlaMet' | 'DeadlineExceeded';

/** Metrics of every answered request, by strategy; `Fallback`, `Hedged` and `ColdStart` are 0 or 1. */
export type AnswerMetric =
  | 'BudgetMs'
  | 'ServerMs'
  | 'AccuracyPct'
  | 'Fallback'
  | 'Hedged'
  | 'ColdStart';

/** Metrics of every answered request, by the model that answered. */
export type ModelMetric = 'ServiceMs';

/**
 * Counts of a deployment that belong to no single request; `AccuracyShiftPct`: by how many points feedback has
 * moved a model's accuracy.
 */
export type ServiceMetric =
  | 'ModelFailed'
  | 'BreakerOpened'
  | 'ProfileReadFailed'
  | 'ProfileUpdateLost'
  | 'AccuracyShiftPct';
