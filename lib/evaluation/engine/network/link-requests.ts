import { type Draw, exponential, lognormal, normal } from '../../../core/statistics/draw.ts';
import type { Random } from '../../../core/statistics/random.ts';
import { seededRandom } from '../../../core/statistics/random.ts';
import type { Link } from './links.ts';
import type { Requests } from './requests.ts';

/** A phone that sends one image after another over a recorded link. */
export interface LinkConditions {
  /** Upload sizes are lognormal, in bytes. */
  readonly uploadMeanBytes: number;
  readonly uploadStdBytes: number;
  readonly answerBytes: number;
  /** What each way takes beside the trace: normal, in ms, at least half its mean. */
  readonly baseDelayMs: number;
  readonly baseJitterMs: number;
  /** Mean pause between a request's end and the next one's start, in ms, exponential. */
  readonly pauseMs: number;
  /** By how much the phone's clock makes every T_input look longer than it is, in ms. */
  readonly clockOffsetMs: number;
}

/** The conditions unless told otherwise: photos of about 52 KB, as the paper measured them. */
export const defaultLinkConditions: LinkConditions = {
  uploadMeanBytes: 51_900,
  uploadStdBytes: 53_600,
  answerBytes: 1_500,
  baseDelayMs: 20,
  baseJitterMs: 3,
  pauseMs: 500,
  clockOffsetMs: 0,
};

/**
 * Requests over a recorded link, the next one when the SLA of the one before is over and the upload
 * done, after a pause. They are the same whoever selects.
 */
export function linkRequests(
  { up, down }: Link,
  slaMs: number,
  conditions: LinkConditions,
  count: number,
  seed: number,
): Requests {
  const { uploadMeanBytes, uploadStdBytes, answerBytes, pauseMs, clockOffsetMs } = conditions;
  const random = seededRandom(seed);
  const drawBytes = lognormal(random, uploadMeanBytes, uploadStdBytes);
  const drawDelay = delays(conditions, random);
  const drawSlowness = normal(random);
  const drawPause = exponential(random, pauseMs);
  const startMs = new Float64Array(count);
  const inputMs = new Float64Array(count);
  const slowness = new Float64Array(count);
  const answerDelayMs = new Float64Array(count);

  let start = random() * up.periodMs;
  for (let i = 0; i < count; i++) {
    const arrival = up.deliveredMs(start, drawBytes()) + drawDelay();
    startMs[i] = start;
    inputMs[i] = arrival - start;
    answerDelayMs[i] = drawDelay();
    slowness[i] = drawSlowness();
    start = Math.max(start + slaMs, arrival) + drawPause();
  }
  return {
    startMs,
    inputMs,
    clockMs: new Float64Array(count).fill(clockOffsetMs),
    slowness,
    outputMs(request, serviceMs) {
      const readyMs = (startMs[request] ?? 0) + (inputMs[request] ?? 0) + serviceMs;
      return down.deliveredMs(readyMs, answerBytes) + (answerDelayMs[request] ?? 0) - readyMs;
    },
  };
}

function delays({ baseDelayMs, baseJitterMs }: LinkConditions, random: Random): Draw {
  const draw = normal(random, baseDelayMs, baseJitterMs);
  return () => Math.max(baseDelayMs / 2, draw());
}
