import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Pause } from '../../../../lib/client/time/pause.ts';

const error = new Error('it failed');

describe('Pause', () => {
  it('lasts twice as long after each failure in a row, up to a minute', () => {
    const pause = new Pause<Error>();
    const pausesMs = Array.from({ length: 9 }, (_, i) => pause.failed(error, 1_000 * i));
    expect(pausesMs).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60].map((s) => 1_000 * s));
  });

  it('is over when its time is', () => {
    const pause = new Pause<Error>();
    expect(pause.leftMs(0)).toBe(0);
    pause.failed(error, 500);
    expect([500, 1_100, 1_499.5, 1_500, 9_000].map((ms) => pause.leftMs(ms))).toEqual([
      ...[1_000, 400, 0.5],
      ...[0, 0],
    ]);
  });

  it('begins anew after a success', () => {
    const pause = new Pause<Error>();
    pause.failed(error, 0);
    pause.failed(error, 1_000);
    expect(pause.error).toBe(error);
    pause.succeeded();
    expect(pause.error).toBeUndefined();
    expect(pause.leftMs(1_000)).toBe(0);
    expect(pause.failed(error, 3_000)).toBe(1_000);
  });

  it('lasts as long as was asked for, whatever that is', () => {
    const pause = new Pause<Error>();
    expect(pause.failed(error, 0, 86_400_000)).toBe(86_400_000);
    expect(pause.leftMs(400_000)).toBe(86_000_000);
    expect(pause.failed(error, 0, 0)).toBe(0);
    expect(pause.leftMs(0)).toBe(0);
  });

  it('never lasts longer than it said', () => {
    const ms = fc.nat(1e6);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(ms, fc.option(ms, { nil: undefined }))),
        ms,
        (failures, later) => {
          const pause = new Pause<Error>();
          let nowMs = 0;
          for (const [waitMs, askedMs] of failures) {
            nowMs += waitMs;
            const pauseMs = pause.failed(error, nowMs, askedMs);
            expect(pause.leftMs(nowMs)).toBe(pauseMs);
            expect(pause.leftMs(nowMs + later)).toBe(Math.max(0, pauseMs - later));
          }
        },
      ),
    );
  });
});
