import { describe, expect, it } from 'vitest';
import { attempts } from '../../../functions/profiler/attempts.ts';
import { InvocationError } from '../../../lib/service/inference/invoke.ts';

const throttled = () => new InvocationError('no room', { kind: 'throttled' });
const named = (name: string, more: object = {}) =>
  new InvocationError(name, { cause: Object.assign(new Error(name), { name }, more) });
const patient = { untilMs: Number.POSITIVE_INFINITY };

/** Attempts that throw these errors, one after the other, before they succeed; and how long each pause was. */
async function attempted(errors: Error[], untilMs = Number.POSITIVE_INFINITY) {
  const pauses: number[] = [];
  const left = [...errors];
  const result = await attempts(
    async () => {
      const error = left.shift();
      if (error) throw error;
      return 'answer';
    },
    { untilMs, pause: async (ms) => pauses.push(ms) },
  );
  return { ...result, pauses };
}

describe('attempts', () => {
  it('end with the first answer', async () => {
    expect(await attempted([])).toMatchObject({ result: 'answer', discarded: 0, pauses: [] });
  });

  it.each([
    ['throttled', throttled()],
    ['throttled before it became an InvocationError', named('TooManyRequestsException')],
    ['denied, seconds after it was allowed', named('AccessDeniedException')],
    ['of a function that is still being made', named('ResourceConflictException')],
    ['failed by AWS', named('ServiceException', { $metadata: { httpStatusCode: 500 } })],
    ['without a connection', named('Error', { code: 'ECONNRESET' })],
  ])('that are %s are made again', async (_, error) => {
    const raw = error.message === 'TooManyRequestsException' ? (error.cause as Error) : error;
    expect(await attempted([raw, raw])).toMatchObject({ result: 'answer', discarded: 2 });
  });

  it('that the function is to blame for are not', async () => {
    const broken = new InvocationError('Runtime.ExitError');
    await expect(attempted([broken])).rejects.toBe(broken);
    const absent = named('ResourceNotFoundException', { $metadata: { httpStatusCode: 404 } });
    await expect(attempted([absent])).rejects.toBe(absent);
  });

  it('wait longer each time, but shorter than a connection stays open', async () => {
    const { pauses } = await attempted(Array.from({ length: 8 }, throttled));
    expect(pauses[0]).toBeLessThanOrEqual(250);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(4_000);
    expect(Math.min(...pauses.slice(-3))).toBeGreaterThanOrEqual(2_000);
  });

  it('give up in the end on everything but throttling', async () => {
    const denied = Array.from({ length: 20 }, () => named('AccessDeniedException'));
    await expect(attempted(denied)).rejects.toThrow('AccessDeniedException');
    expect(await attempted(Array.from({ length: 20 }, throttled))).toMatchObject({ discarded: 20 });
  });

  it('give up on throttling when the time is over', async () => {
    await expect(attempted([throttled()], performance.now())).rejects.toThrow('no room');
  });

  it('say how long those before the answer have taken, and not the answer itself', async () => {
    let nowMs = 1_000;
    const original = performance.now;
    performance.now = () => nowMs;
    try {
      let calls = 0;
      const { discardedMs } = await attempts(
        async () => {
          nowMs += 15;
          if (calls++ < 2) throw throttled();
        },
        { ...patient, pause: async () => (nowMs += 500) },
      );
      expect(discardedMs).toBe(2 * (15 + 500));
    } finally {
      performance.now = original;
    }
  });
});
