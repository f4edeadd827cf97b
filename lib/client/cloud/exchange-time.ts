import type { TimeResponse } from '../../core/contract/messages.ts';
import { momentOf, since } from '../time/moment.ts';
import type { TimeSource } from '../time/time-source.ts';
import { faultOfTime } from './answer.ts';
import type { ClockSample } from './clock.ts';
import type { FaultOf } from './http.ts';

/**
 * `GET /v1/time`, as a clock sample, past every cache.
 *
 * @param ask - gets a path
 * @throws what `ask` throws
 */
export async function exchangeTime(
  ask: (path: string, faultOf: FaultOf) => Promise<TimeResponse>,
  time: TimeSource,
): Promise<ClockSample> {
  const sent = momentOf(time);
  const path = `/v1/time?once=${Math.random().toString(36).slice(2)}`;
  const body = await ask(path, faultOfTime);
  // The device may have slept in between.
  const { monotonicMs, partedMs } = since(sent, time);
  return { ...body, sentMs: sent.nowMs, arrivedMs: sent.nowMs + monotonicMs, doubtMs: partedMs };
}
