import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  inTimeWords,
  isInTime,
  overrun,
  wholeMs,
} from '../../../../lib/playground/results/times.ts';

describe('inTimeWords', () => {
  it.each([
    [226.4, '226 of 250 ms, in time'],
    [250, '250 of 250 ms, in time'],
    [250.04, '250.1 of 250 ms, 0.1 ms late'],
    [283, '283 of 250 ms, 33 ms late'],
  ])('judges %d ms by the clock', (totalMs, words) => {
    expect(inTimeWords({ totalMs, slaMs: 250 })).toBe(words);
  });

  it('never shows a time on the other side of its limit', () => {
    const ms = fc.double({ min: 0.1, max: 30_000, noNaN: true });
    fc.assert(
      fc.property(ms, ms, (totalMs, slaMs) => {
        const shown = Number(wholeMs(totalMs, slaMs));
        expect(shown <= slaMs).toBe(isInTime({ totalMs, slaMs }));
        expect(Number.parseFloat(overrun(totalMs, slaMs))).toBeGreaterThan(0);
      }),
    );
  });
});
