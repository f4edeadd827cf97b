import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Decodings } from '../../../../lib/service/inference/decodings.ts';
import { DeadlinePassedError } from '../../../../lib/service/inference/errors.ts';

const now = Date.UTC(2026, 10, 24, 8, 27);
beforeEach(() => {
  vi.useFakeTimers({ now });
});
afterEach(() => {
  // In this order: what is spied on is restored to what it was then, a fake.
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** A decode that ends when it is told to. */
function slow() {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  return { decode: vi.fn(() => promise), resolve, reject };
}

describe('a decode', () => {
  it('is waited for', async () => {
    const decodings = new Decodings();
    expect(await decodings.run(async () => 'pixels')).toBe('pixels');
    expect(await decodings.run(async () => 'pixels', now + 1)).toBe('pixels');
    await expect(decodings.run(() => Promise.reject(new Error('broken')))).rejects.toThrow(
      'broken',
    );
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is not begun when its time is over', async () => {
    const { decode } = slow();
    const refused = new Decodings().run(decode, now - 1);
    await expect(refused).rejects.toThrow('the deadline had passed before the image');
    expect(decode).not.toHaveBeenCalled();
  });

  it('is left alone when its beginning alone takes until after the deadline', async () => {
    const timer = vi.spyOn(globalThis, 'setTimeout');
    const decode = () => {
      vi.setSystemTime(now + 150);
      return slow().decode();
    };
    const left = expect(new Decodings().run(decode, now + 100)).rejects.toBeInstanceOf(
      DeadlinePassedError,
    );
    await vi.advanceTimersByTimeAsync(1);
    await left;
    // Node would warn of a time below 0.
    expect(timer.mock.calls.map(([, ms]) => ms)).toEqual([0]);
  });

  it('is left alone at the deadline', async () => {
    const { decode } = slow();
    const left = expect(new Decodings().run(decode, now + 100)).rejects.toBeInstanceOf(
      DeadlinePassedError,
    );
    await vi.advanceTimersByTimeAsync(100);
    await left;
    expect(decode).toHaveBeenCalledOnce();
  });

  it.each(['resolve', 'reject'] as const)(
    'is begun once the one that was left has ended: %s',
    async (end) => {
      const decodings = new Decodings();
      const [first, second, third] = [slow(), slow(), slow()];
      const left = expect(decodings.run(first.decode, now + 100)).rejects.toBeInstanceOf(
        DeadlinePassedError,
      );
      await vi.advanceTimersByTimeAsync(100);
      await left;

      const refused = expect(decodings.run(second.decode, now + 200)).rejects.toBeInstanceOf(
        DeadlinePassedError,
      );
      const waiting = decodings.run(third.decode, now + 900);
      await vi.advanceTimersByTimeAsync(100);
      await refused;
      expect(second.decode).not.toHaveBeenCalled();
      expect(third.decode).not.toHaveBeenCalled();

      first[end]('ended');
      third.resolve('pixels');
      expect(await waiting).toBe('pixels');
      expect(third.decode).toHaveBeenCalledOnce();
      expect(vi.getTimerCount()).toBe(0);
    },
  );
});
