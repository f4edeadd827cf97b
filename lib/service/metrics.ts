/**
 * The names under which the functions count in CloudWatch: telemetry writes them, the dashboard and the
 * alarms read them.
 */

/** The namespace of all metrics. */
export const metricsNamespace = 'mdinference';

/** Metrics of every answered request, by strategy. */
export type RequestMetric =
  | 'BudgetMs'
  | 'SelectMs'
  | 'ServerMs'
  | 'AccuracyPct'
  | 'InTime'
  | 'Fallback';

/** Metrics of every answered request, by the model that answered. */
export type ModelMetric = 'ServiceMs' | 'ColdStart';

/** Counts of a deployment that belong to no answered request. */
export type ServiceMetric =
  | 'ModelFailed'
  | 'BreakerOpened'
  | 'ProfileReadFailed'
  | 'ProfileUpdateLost';
