import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FeedbackLedger } from '../../../../lib/service/feedback/ledger.ts';
import { RememberedSecret } from '../../../../lib/service/feedback/secret.ts';

const secret = Buffer.from('s');
const readSecret = vi.fn<FeedbackLedger['readSecret']>();
const onError = vi.fn();
beforeEach(() => {
  vi.useFakeTimers();
  readSecret.mockReset().mockResolvedValue(secret);
  onError.mockReset();
});
afterEach(() => {
  vi.useRealTimers();
});
const settle = () => vi.advanceTimersByTimeAsync(0);

describe('RememberedSecret', () => {
  it('reads it at once, and never again', async () => {
    const remembered = new RememberedSecret({ readSecret }, onError);
    expect(remembered.value).toBeUndefined();
    await settle();
    expect(remembered.value).toBe(secret);
    vi.advanceTimersByTime(3_600_000);
    expect(remembered.value).toBe(secret);
    expect(readSecret).toHaveBeenCalledOnce();
  });

  it('tries again after a pause while there is none', async () => {
    const error = new Error('gone');
    readSecret.mockRejectedValueOnce(error).mockResolvedValueOnce(undefined);
    const remembered = new RememberedSecret({ readSecret }, onError);
    await settle();
    vi.advanceTimersByTime(4_999);
    expect(remembered.value).toBeUndefined();
    expect(readSecret).toHaveBeenCalledTimes(1);
    expect(onError.mock.calls).toEqual([[error]]);
    for (const times of [2, 3]) {
      vi.advanceTimersByTime(5_000);
      expect(remembered.value).toBeUndefined();
      expect(readSecret).toHaveBeenCalledTimes(times);
      await settle();
    }
    expect(remembered.value).toBe(secret);
  });

  it('is waited for while it is being read', async () => {
    const read = Promise.withResolvers<Buffer>();
    readSecret.mockReturnValue(read.promise);
    const remembered = new RememberedSecret({ readSecret });
    const waiting = remembered.within(1_000);
    vi.advanceTimersByTime(900);
    read.resolve(secret);
    expect(await waiting).toBe(secret);
    expect(await remembered.within(0)).toBe(secret);
    expect(readSecret).toHaveBeenCalledOnce();
  });

  it('is waited for no longer than that, nor when it cannot be read', async () => {
    readSecret.mockReturnValueOnce(new Promise(() => {})).mockRejectedValueOnce(new Error('gone'));
    const remembered = new RememberedSecret({ readSecret });
    const waiting = remembered.within(1_000);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await waiting).toBeUndefined();
    vi.advanceTimersByTime(5_000);
    expect(await remembered.within(1_000)).toBeUndefined();
  });
});
