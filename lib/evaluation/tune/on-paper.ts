import { warmQuantileMs } from '../../core/selection/service-time.ts';
import { neededMemoryMb } from '../../service/catalogue/limits.ts';
import { defaultAssumptions } from '../cost/assumptions.ts';
import type { PricedModel } from '../cost/models.ts';
import { atMemory, type Scaling } from '../sizes/scaling.ts';
import type { MemoryTime } from './options.ts';

/**
 * A model's times with other memory, from its profile with one: by its scaling.
 *
 * @param bytes - of the model's file, which has to fit; undefined where it is not known
 */
export function timesOnPaper(
  model: PricedModel,
  memoryMb: readonly number[],
  scaling: Scaling,
  bytes?: number,
): MemoryTime[] {
  const leastMb = bytes === undefined ? 0 : neededMemoryMb(bytes);
  return memoryMb
    .filter((mb) => mb >= leastMb)
    .map((mb) => {
      const scaled = atMemory(model, mb, scaling);
      return {
        memoryMb: mb,
        meanMs: scaled.meanMs,
        p95Ms: warmQuantileMs(scaled, 0.95),
        billedMs: scaled.meanMs + defaultAssumptions.recordMs,
      };
    });
}
