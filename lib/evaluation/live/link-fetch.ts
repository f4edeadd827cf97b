import type { Fetch } from '../../client/api/fetch.ts';
import type { Link } from '../engine/network/links.ts';
import type { LinkConditions } from '../engine/network/networks.ts';
import type { WallTime } from './pace.ts';

/** The delay that a link adds to its recording, and the size of an answer on it. */
export type WayConditions = Pick<LinkConditions, 'baseDelayMs' | 'answerBytes'>;

/** When an upload that starts at `startMs` has arrived, both in ms of the recording. */
export function arrivedMs(
  { up }: Link,
  startMs: number,
  bytes: number,
  { baseDelayMs }: WayConditions,
): number {
  return up.deliveredMs(startMs, bytes) + baseDelayMs;
}

/** When an answer that is ready at `readyMs` is back, both in ms of the recording. */
export function backMs(
  { down }: Link,
  readyMs: number,
  { baseDelayMs, answerBytes }: WayConditions,
): number {
  return down.deliveredMs(readyMs, answerBytes) + baseDelayMs;
}

/**
 * A `fetch` whose uploads and answers take as long as over a recorded link. It needs no root: it waits
 * before it sends, and before it returns the answer. Each request has the link to itself, as in the
 * simulation, so requests are those of many phones.
 *
 * @param time - its 0 is the start of the recording
 * @default send - the global `fetch`
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

/** A request without a body, such as for the time, takes one packet as well. */
function bytesOf(body: RequestInit['body']): number {
  return body instanceof Uint8Array ? body.length : 0;
}
