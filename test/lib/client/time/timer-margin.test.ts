import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TimerMargin } from '../../../../lib/client/time/timer-margin.ts';

/** The margin after timers were so late, a second apart. */
function learned(latenessesMs: readonly number[]): TimerMargin {
  const margin = new TimerMargin();
  latenessesMs.forEach((ms, i) => {
    margin.observe(ms, 1_000 * i);
  });
  return margin;
}

describe('TimerMargin', () => {
  it('assumes 5 ms before it knows', () => {
    expect(new TimerMargin().of(250)).toBe(5);
    expect(learned([0, 0]).of(250)).toBe(5);
  });

  it('is what timers are late by, and a little more', () => {
    expect(learned([0.2, 0.1, 0.3]).of(250)).toBeCloseTo(1.3);
    expect(learned(Array.from({ length: 20 }, () => 14)).of(250)).toBe(15);
  });

  it('is less again when timers are on time again', () => {
    const late = Array.from({ length: 20 }, () => 14);
    const punctual = Array.from({ length: 64 }, () => 1);
    expect(learned([...late, ...punctual]).of(250)).toBe(2);
  });

  it('gives no more than a tenth of the SLA away, and no more than 50 ms', () => {
    const lateness = fc.double({ min: 0, max: 5_000, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(lateness, { maxLength: 100 }),
        fc.double({ min: 1, max: 60_000, noNaN: true }),
        (latenessesMs, slaMs) => {
          const marginMs = learned(latenessesMs).of(slaMs);
          expect(marginMs).toBeGreaterThan(0);
          expect(marginMs).toBeLessThanOrEqual(Math.min(50, 0.1 * slaMs));
        },
      ),
    );
    expect(learned([4_000, 4_000, 4_000]).of(250)).toBe(25);
    expect(learned([4_000, 4_000, 4_000]).of(2_000)).toBe(50);
  });
});
