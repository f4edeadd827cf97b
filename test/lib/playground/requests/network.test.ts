import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { seededRandom } from '../../../../lib/core/statistics/random.ts';
import {
  type Network,
  networkGroups,
  noNetwork,
  shapedFetch,
} from '../../../../lib/playground/requests/network.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

const steady: Network = { ...noNetwork, uploadMs: 100, downloadMs: 30 };
const post = { method: 'POST', body: new Uint8Array(noNetwork.uploadBytes) };

/** When the request reached the service, and when the answer came back, in ms. */
async function times(network: Network, init: RequestInit) {
  let arrivedMs = Number.NaN;
  const startMs = performance.now();
  const fetch = shapedFetch(
    async () => {
      arrivedMs = performance.now() - startMs;
      return new Response('answer');
    },
    () => network,
    seededRandom(1),
  );
  const response = fetch('http://service/', init).then(() => performance.now() - startMs);
  await vi.runAllTimersAsync();
  return { arrivedMs, answeredMs: await response };
}

describe('shapedFetch', () => {
  it('takes the time of an upload there, and of a download back', async () => {
    expect(await times(steady, post)).toEqual({ arrivedMs: 100, answeredMs: 130 });
  });

  it('takes longer for what is larger, in proportion', async () => {
    const body = new Uint8Array(10 * steady.uploadBytes);
    expect(await times(steady, { method: 'POST', body })).toEqual({
      arrivedMs: 1_000,
      answeredMs: 1_030,
    });
    const photo = { method: 'POST', body: new Blob([body]) };
    expect((await times(steady, photo)).arrivedMs).toBe(1_000);
  });

  it('takes less for what is smaller, but as long as an answer’s way back', async () => {
    const half = { method: 'POST', body: new Uint8Array(steady.uploadBytes / 2) };
    expect((await times(steady, half)).arrivedMs).toBe(50);
    const tiny = { method: 'POST', body: new Uint8Array(100) };
    expect((await times(steady, tiny)).arrivedMs).toBe(30);
    expect((await times({ ...steady, uploadMs: 10 }, tiny)).arrivedMs).toBe(10);
  });

  it('takes the time of a small packet there without a body', async () => {
    expect(await times(steady, {})).toEqual({ arrivedMs: 30, answeredMs: 60 });
  });

  it('takes no time without a network', async () => {
    expect(await times(noNetwork, post)).toEqual({ arrivedMs: 0, answeredMs: 0 });
  });

  it('draws lognormal times', async () => {
    const jittery = { ...steady, downloadMs: 0, uploadSigma: 0.8 };
    const fetch = shapedFetch(
      async () => new Response(),
      () => jittery,
      seededRandom(1),
    );
    const logs: number[] = [];
    for (let i = 0; i < 2_000; i++) {
      const startMs = performance.now();
      const done = fetch('http://service/', post).then(() => {
        logs.push(Math.log(performance.now() - startMs));
      });
      await vi.runAllTimersAsync();
      await done;
    }
    const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
    const variance = logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / logs.length;
    expect(Math.exp(mean)).toBeCloseTo(100, -1);
    expect(Math.sqrt(variance)).toBeCloseTo(0.8, 1);
  });

  it('fails at once offline', async () => {
    const fetch = shapedFetch(
      async () => new Response(),
      () => ({ ...noNetwork, fault: 'offline' }),
    );
    await expect(fetch('http://service/', post)).rejects.toThrow(TypeError);
  });

  it.each([
    ['on the way there', steady, 50],
    ['on the way back', steady, 110],
    ['when nothing comes back', { ...noNetwork, fault: 'silent' } as const, 5_000],
  ])('ends when it is aborted %s, and leaves no timer', async (_, network, afterMs) => {
    const controller = new AbortController();
    const fetch = shapedFetch(
      async () => new Response(),
      () => network,
      seededRandom(1),
    );
    const response = fetch('http://service/', { ...post, signal: controller.signal });
    const outcome = response.catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(afterMs);
    controller.abort(new Error('enough'));
    expect(await outcome).toEqual(new Error('enough'));
  });
});

describe('the networks to choose from', () => {
  const all = networkGroups.flatMap(({ networks }) => networks);

  it('have names of their own, and times that can be', () => {
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    for (const { uploadMs, uploadSigma, downloadMs, downloadSigma } of all) {
      for (const value of [uploadMs, uploadSigma, downloadMs, downloadSigma]) {
        expect(value).toBeGreaterThanOrEqual(0);
      }
    }
  });
});
