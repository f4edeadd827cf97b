import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OwnStart } from '../../../lib/service/own-start.ts';

const beganMs = 1_800_000_000_000;
/** A process that began then, whose first call comes so much later. */
const processOf = (startMs: number) => ({ timeOrigin: beganMs, now: () => startMs });
const toleranceMs = 10;
const startBefore = (sentEpochMs: number | undefined) =>
  new OwnStart(toleranceMs, processOf(600)).before(sentEpochMs);

describe('a call’s wait for the start of the process', () => {
  it.each([
    ['sent before the process began', beganMs - 80, 600],
    ['sent as the process began', beganMs, 600],
    ['sent by a clock a little fast', beganMs + toleranceMs, 600],
    ['sent while the process was starting', beganMs + toleranceMs + 1, 0],
    ['sent when the process had long been there', beganMs + 60_000, 0],
    ['sent at no known time', undefined, 0],
  ])('%s', (_, sentEpochMs, expected) => {
    expect(startBefore(sentEpochMs)).toBe(expected);
  });

  it('is that of the first call, whatever that was', () => {
    const ownStart = new OwnStart(toleranceMs, processOf(600));
    expect([beganMs - 1, beganMs - 1].map((sentMs) => ownStart.before(sentMs))).toEqual([600, 0]);
    const afterWarmUp = new OwnStart(toleranceMs, processOf(600));
    expect([undefined, beganMs - 1].map((sentMs) => afterWarmUp.before(sentMs))).toEqual([0, 0]);
  });

  it('is never longer than the time since the call was sent, and the tolerance', () => {
    const time = fc.integer({ min: 0, max: 10_000 });
    fc.assert(
      fc.property(time, time, time, (startMs, beforeMs, tolerance) => {
        const sentEpochMs = beganMs + 5_000 - beforeMs;
        const waitedMs = new OwnStart(tolerance, processOf(startMs)).before(sentEpochMs);
        const sinceSentMs = beganMs + startMs - sentEpochMs;
        expect(waitedMs).toBeLessThanOrEqual(Math.max(0, sinceSentMs + tolerance));
      }),
    );
  });

  it('goes by this process by default', () => {
    const before = performance.now();
    const waitedMs = new OwnStart(toleranceMs).before(performance.timeOrigin);
    expect(waitedMs).toBeGreaterThanOrEqual(before);
    expect(waitedMs).toBeLessThanOrEqual(performance.now());
  });
});
