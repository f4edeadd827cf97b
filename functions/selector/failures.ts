import { statusOf } from '../../lib/core/contract/problem.ts';
import type { Service } from './service.ts';

/** Counts an inference that ends without an answer, unless its caller is at fault. */
export async function countingFailures<Answer>(
  {
    telemetry,
    versionMetrics,
    strategy,
  }: Pick<Service, 'telemetry' | 'versionMetrics' | 'strategy'>,
  inference: Promise<Answer>,
): Promise<Answer> {
  try {
    return await inference;
  } catch (error) {
    const status = statusOf(error);
    if (status >= 500) {
      telemetry.failed({ strategy, deadlineExceeded: status === 504 });
      versionMetrics?.count({ inTime: false });
    }
    throw error;
  }
}
