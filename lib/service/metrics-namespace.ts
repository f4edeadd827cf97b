/** The CloudWatch namespace of all metrics: the functions write them, the construct reads them. */
export const metricsNamespace = 'mdinference';
