import { expect, it, vi } from 'vitest';
import { TableSilence, TableSilentError } from '../../../../lib/service/profiles/silence.ts';

/** A table that fails after so many ms, or answers. */
function setUp() {
  let nowMs = 1_000_000;
  const silence = new TableSilence(() => nowMs);
  const update = vi.fn<(tookMs: number, fails: boolean) => void>();
  return {
    update,
    pass: (ms: number) => {
      nowMs += ms;
    },
    send: (tookMs: number, fails = true) =>
      silence.guard(async () => {
        update(tookMs, fails);
        nowMs += tookMs;
        if (fails) throw new Error('no answer');
      }),
  };
}

it('an update that waited in vain spares the next ones the wait, for growing pauses up to 30 s', async () => {
  const { send, pass, update } = setUp();
  for (const pauseMs of [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
    await expect(send(1_000)).rejects.toThrow('no answer');
    pass(pauseMs - 1);
    await expect(send(1_000)).rejects.toBeInstanceOf(TableSilentError);
    pass(1);
  }
  expect(update).toHaveBeenCalledTimes(7);
});

it('an update that fails at once costs nothing, and pauses nothing', async () => {
  const { send, update } = setUp();
  for (let i = 0; i < 3; i++) await expect(send(10)).rejects.toThrow('no answer');
  expect(update).toHaveBeenCalledTimes(3);
});

it('an update that succeeds begins anew', async () => {
  const { send, pass } = setUp();
  await expect(send(1_000)).rejects.toThrow('no answer');
  pass(1_000);
  await send(10, false);
  await expect(send(1_000)).rejects.toThrow('no answer');
  pass(1_000);
  await send(10, false);
});
