import type { Fetch } from '../../client/http.ts';
import type { Link } from '../engine/network/links.ts';
import type { LinkConditions } from '../engine/network/networks.ts';
import type { WallTime } from './wall-time.ts';

/** What a link adds to its recording, and what an answer weighs on it. */
export type WayConditions = Pick<LinkConditions, 'baseDelayMs' | 'answerBytes'>;

/** When an upload that begins now has arrived over a link, both in ms of the recording. */
export function arrivedMs(
  { up }: Link,
  startMs: number,
  bytes: number,
  { baseDelayMs }: WayConditions,
): number {
  return up.deliveredMs(startMs, bytes) + baseDelayMs;
}

/** When an answer that is ready now is back over a link, both in ms of the recording. */
export function backMs(
  { down }: Link,
  readyMs: number,
  { baseDelayMs, answerBytes }: WayConditions,
): number {
  return down.deliveredMs(readyMs, answerBytes) + baseDelayMs;
}

/**
 * A `fetch` whose bodies and answers take as long as on a recorded link, without root: it waits before
 * it sends and before it gives the answer away. Each request has the link to itself, as in the
 * simulation: requests are those of many phones.
 *
 * @param time - its 0 is the start of the recording
 */
export function linkFetch(
  link: Link,
  conditions: WayConditions,
  time: WallTime,
  send: Fetch = fetch,
): Fetch {
  return async (url, init) => {
    const signal = init.signal ?? undefined;
    await time.sleepUntil(arrivedMs(link, time.nowMs(), bytesOf(init.body), conditions), signal);
    const response = await send(url, init);
    await time.sleepUntil(backMs(link, time.nowMs(), conditions), signal);
    return response;
  };
}

/** Requests without a body, those for the time, are a packet as well. */
function bytesOf(body: RequestInit['body']): number {
  return body instanceof Uint8Array ? body.length : 0;
}
