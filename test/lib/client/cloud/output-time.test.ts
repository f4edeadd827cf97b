import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OutputTime } from '../../../../lib/client/cloud/output-time.ts';

const timing = {
  ...{ slaMs: 250, networkMs: 0, budgetMs: 0, selectMs: 0, serviceMs: 0 },
  ...{ coldStart: false, source: 'client' as const },
};

describe('OutputTime', () => {
  it('keeps T_input + T_output right, however wrong the clock was and is', () => {
    const ms = fc.double({ min: 0, max: 5_000, noNaN: true });
    const error = fc.double({ min: -100, max: 100, noNaN: true });
    fc.assert(
      fc.property(ms, ms, ms, error, error, (inputMs, serverMs, outputMs, before, now) => {
        const times = new OutputTime();
        // An offset that is too large makes an upload seem to begin late, and T_input short.
        const seenMs = inputMs - before;
        const totalMs = inputMs + serverMs + outputMs;
        times.observe(totalMs, { ...timing, inputMs: seenMs, serverMs }, 1e12 + before);
        const sum = inputMs - now + (times.currentMs(1e12 + now) ?? Number.NaN);
        // Nothing is sent back before it was made: a negative T_output is 0.
        expect(sum).toBeCloseTo(Math.max(inputMs + outputMs, inputMs - now), 2);
      }),
    );
  });

  it('knows nothing at first, and only the last answer', () => {
    const times = new OutputTime();
    expect(times.currentMs(0)).toBeUndefined();
    times.observe(100, { ...timing, inputMs: 20, serverMs: 30 }, 0);
    times.observe(100, { ...timing, inputMs: 20, serverMs: 60 }, 0);
    expect(times.currentMs(0)).toBe(20);
    expect(times.currentMs(undefined)).toBe(20);
  });

  it('is told together with T_input of the same answer, which no correction of the clock changes', () => {
    const times = new OutputTime();
    expect(times.headers(0)).toEqual({});
    times.observe(100, { ...timing, inputMs: 20.125, serverMs: 30 }, 0);
    expect(times.headers(0)).toEqual({
      'mdi-output-ms': '49.875',
      'mdi-output-input-ms': '20.125',
    });
    expect(times.headers(-10)).toEqual({
      'mdi-output-ms': '39.875',
      'mdi-output-input-ms': '20.125',
    });
  });
});
