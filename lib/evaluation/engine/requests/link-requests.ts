import { type Draw, exponential, lognormal, normal } from '../../../core/statistics/draw.ts';
import { type Random, seededRandom } from '../../../core/statistics/random.ts';
import type { Link } from '../network/links.ts';
import type { LinkConditions } from '../network/networks.ts';
import type { Requests } from './requests.ts';

/**
 * Requests of one phone over a recorded link. The next one follows, after a pause, once the SLA of the
 * previous one has passed and its upload is done; so the requests do not depend on the selector.
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
