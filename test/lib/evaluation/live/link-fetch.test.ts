import { describe, expect, it } from 'vitest';
import { Trace } from '../../../../lib/evaluation/engine/network/trace.ts';
import { linkFetch } from '../../../../lib/evaluation/live/link-fetch.ts';
import { VirtualTime } from './virtual-time.ts';

// Up a packet every 10 ms, down one every 40 ms.
const everyMs = (ms: number) =>
  new Trace(
    Float64Array.from([1, 2, 3, 4, 5], (i) => i * ms),
    200,
  );
const link = { name: 'made up', up: everyMs(10), down: everyMs(40) };
const conditions = { baseDelayMs: 7, answerBytes: 1_500 };

function fetchOver(time: VirtualTime, serverMs: number) {
  return linkFetch(link, conditions, time, async () => {
    await time.sleepUntil(time.nowMs() + serverMs);
    return new Response('answer');
  });
}

describe('a fetch over a recorded link', () => {
  it('sends when the last packet of the body is through, and answers when its packet is back', async () => {
    const time = new VirtualTime();
    const response = await fetchOver(time, 20)('http://x', { body: new Uint8Array(3_001) });
    expect(await response.text()).toBe('answer');
    // Three packets by 30 ms, and 7 on the way; 20 in the server; the next packet down at 80 ms.
    expect(time.waitedForMs).toEqual([37, 57, 87]);
  });

  it('takes a packet for a request without a body', async () => {
    const time = new VirtualTime();
    await fetchOver(time, 0)('http://x', {});
    expect(time.waitedForMs).toEqual([17, 17, 47]);
  });

  it('begins the recording anew at its end', async () => {
    const time = new VirtualTime();
    await time.sleepUntil(195);
    time.waitedForMs.length = 0;
    await fetchOver(time, 0)('http://x', { body: new Uint8Array(10) });
    expect(time.waitedForMs[0]).toBe(200 + 10 + 7);
  });

  it('sends nothing that was given up on the way', async () => {
    const sent: string[] = [];
    const fetch = linkFetch(link, conditions, new VirtualTime(), async (url) => {
      sent.push(url);
      return new Response();
    });
    const controller = new AbortController();
    const answer = fetch('http://x', { signal: controller.signal });
    controller.abort();
    await expect(answer).rejects.toThrow(/abort/i);
    expect(sent).toEqual([]);
  });
});
