import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TookTooLongError, withinMs } from '../../../../lib/service/profiles/within.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const never = () => new Promise<never>(() => {});

describe('withinMs', () => {
  it('gives what the work gives, and leaves no timer behind', async () => {
    await expect(withinMs(100, async () => 'done')).resolves.toBe('done');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('ends at the limit and tells the work', async () => {
    let signal: AbortSignal | undefined;
    const result = withinMs(100, (given) => {
      signal = given;
      return never();
    });
    const failure = expect(result).rejects.toBeInstanceOf(TookTooLongError);
    await vi.advanceTimersByTimeAsync(99);
    expect(signal?.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await failure;
    expect(signal?.aborted).toBe(true);
  });

  it('ends at a limit of seconds, too, and says how long it was', async () => {
    const failure = expect(withinMs(2_000, never)).rejects.toThrow('No answer within 2000 ms');
    await vi.advanceTimersByTimeAsync(2_000);
    await failure;
    expect(vi.getTimerCount()).toBe(0);
  });

  it('gives the work its time again after the process was frozen', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const result = withinMs(100, () => promise);
    // The wall clock goes on while timers sleep.
    vi.setSystemTime(Date.now() + 60_000);
    await vi.advanceTimersByTimeAsync(100);
    resolve('read after the thaw');
    await expect(result).resolves.toBe('read after the thaw');
  });
});
