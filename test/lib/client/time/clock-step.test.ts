import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clockStepMs } from '../../../../lib/client/time/clock-step.ts';

/** A clock that ticks in steps, in a world where each reading takes a microsecond, and a pause its time. */
function ticking(stepMs: number, { startMs = 0, pauseMs = 1, readingMs = 0.001 } = {}) {
  let trueMs = startMs;
  let pauses = 0;
  return {
    nowMs: () => {
      trueMs += readingMs;
      return stepMs * Math.floor(trueMs / stepMs);
    },
    pause: async () => {
      pauses++;
      trueMs += pauseMs;
    },
    get pauses() {
      return pauses;
    },
  };
}
const stepOf = (clock: ReturnType<typeof ticking>) => clockStepMs(clock.nowMs, clock.pause);

describe('clockStepMs', () => {
  it.each([16.7, 100])('measures a step of %s ms', async (stepMs) => {
    const measuredMs = await stepOf(ticking(stepMs));
    expect(measuredMs).toBeGreaterThanOrEqual(stepMs - 1e-6);
    expect(measuredMs).toBeLessThan(stepMs + 2);
  });

  it('sees microseconds at once, without a pause', async () => {
    const clock = ticking(0.005);
    expect(await stepOf(clock)).toBeCloseTo(0.005);
    expect(clock.pauses).toBe(0);
  });

  it('never says less than the step, nor much more than the step and a pause', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.double({ min: 0.001, max: 100, noNaN: true }),
        fc.double({ min: 0, max: 1e4, noNaN: true }),
        fc.double({ min: 1, max: 20, noNaN: true }),
        async (stepMs, startMs, pauseMs) => {
          const measuredMs = await stepOf(ticking(stepMs, { startMs, pauseMs }));
          expect(measuredMs).toBeGreaterThanOrEqual(stepMs - 1e-6);
          expect(measuredMs).toBeLessThanOrEqual(stepMs + pauseMs + 0.01);
        },
      ),
    );
  });

  it('takes a clock that stands still for the coarsest known', async () => {
    const clock = ticking(1e9);
    expect(await stepOf(clock)).toBe(100);
    expect(clock.pauses).toBeLessThanOrEqual(1_000);
  });
});
