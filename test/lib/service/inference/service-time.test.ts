import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Overheads, serviceTimeMs } from '../../../../lib/service/inference/service-time.ts';
import { okAnswer } from '../../../fixtures/response-stream.ts';

const invokedEpochMs = 1_800_000_000_000;
const time = fc.double({ min: 0, max: 500, noNaN: true });
const skew = fc.constantFrom(-300, 0, 300);

/** One call as it really was, in ms: what its function's clock measures, and what only its caller sees. */
interface RealCall {
  readonly startMs: number;
  readonly tookMs: number;
  /** Before the process or the handler began. */
  readonly wayInMs: number;
  readonly wayBackMs: number;
}

const warmCall = fc.record({
  startMs: fc.constant(0),
  tookMs: time,
  wayInMs: time,
  wayBackMs: time,
});

/** Has a function, whose clock is wrong, record calls that one caller makes one after the other. */
function recorded(calls: readonly RealCall[], clockAheadMs: number, overheads = new Overheads()) {
  return calls.map(({ startMs, tookMs, wayInMs, wayBackMs }) => {
    const overheadMs = overheads.of('f');
    const measuredMs = wayInMs + startMs + tookMs + wayBackMs;
    overheads.observe('f', measuredMs, { ...okAnswer, startMs, tookMs });
    const begunEpochMs = invokedEpochMs + wayInMs + startMs + clockAheadMs;
    return serviceTimeMs({ invokedEpochMs, overheadMs }, { startMs, tookMs, begunEpochMs });
  });
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const wayOf = ({ wayInMs, wayBackMs }: RealCall) => wayInMs + wayBackMs;

describe('recorded service times', () => {
  it('add up to what the caller has measured, however wrong the function’s clock is', () => {
    fc.assert(
      fc.property(
        fc.array(warmCall, { minLength: 2, maxLength: 50 }),
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        (calls, clockAheadMs) => {
          const known = recorded(calls, clockAheadMs).slice(1);
          const measured = calls.map((call) => call.tookMs + wayOf(call));
          // Each call's way is recorded with the next call.
          const [first, last] = [calls[0], calls.at(-1)].map((call) => call && wayOf(call));
          const shifted = sum(measured.slice(1)) + (first ?? 0) - (last ?? 0);
          expect(sum(known)).toBeCloseTo(shifted, 6);
        },
      ),
    );
  });

  it('vary as much as what the caller has measured', () => {
    const ways = [2, 30, 4, 2, 50, 3, 2];
    const calls = ways.map((wayInMs) => ({ startMs: 0, tookMs: 10, wayInMs, wayBackMs: 1 }));
    expect(recorded(calls, 300).slice(1)).toEqual(ways.slice(0, -1).map((way) => way + 11));
  });

  it('by the clocks’ difference, as long as nothing else is known, are off by at most a second', () => {
    const anyCall = fc.record({
      startMs: fc.constantFrom(0, 600),
      tookMs: time,
      wayInMs: time,
      wayBackMs: time,
    });
    fc.assert(
      fc.property(anyCall, fc.double({ min: -1e9, max: 1e9, noNaN: true }), (call, aheadMs) => {
        const [ms = Number.NaN] = recorded([call], aheadMs);
        expect(ms).toBeGreaterThanOrEqual(call.startMs + call.tookMs);
        expect(ms).toBeLessThanOrEqual(call.startMs + call.tookMs + 1_000);
      }),
    );
  });

  it('are off by no more than the clocks and the way back then', () => {
    fc.assert(
      fc.property(warmCall, skew, (call, clockAheadMs) => {
        const [ms = Number.NaN] = recorded([call], clockAheadMs);
        const errorMs = ms - (call.tookMs + wayOf(call));
        expect(Math.abs(errorMs)).toBeLessThanOrEqual(
          Math.abs(clockAheadMs) + call.wayBackMs + 1e-3,
        );
      }),
    );
  });

  it('of cold calls have what comes before the process from the cold call before', () => {
    const cold = { startMs: 600, tookMs: 40, wayInMs: 150, wayBackMs: 5 };
    const warm = { startMs: 0, tookMs: 40, wayInMs: 5, wayBackMs: 5 };
    for (const clockAheadMs of [-300, 300]) {
      const [, , ...known] = recorded([cold, warm, cold, warm, cold], clockAheadMs);
      expect(known).toEqual([795, 50, 795]);
    }
  });
});

describe('what a caller knows of the way', () => {
  const answer = { ...okAnswer, tookMs: 40 };

  it('is nothing before the first call', () => {
    expect(new Overheads().of('f')).toEqual({});
  });

  it('is of another function’s calls before the first of its own: their median', () => {
    const overheads = new Overheads();
    [3_000, 10, 20].forEach((ms, i) => {
      overheads.observe(`other-${i}`, 40 + ms, answer);
    });
    expect(overheads.of('f')).toEqual({ warm: 20 });
    overheads.observe('f', 47, answer);
    expect(overheads.of('f')).toEqual({ warm: 7 });
  });

  it('is never negative, and nothing by a function that does not say how long it took', () => {
    const overheads = new Overheads();
    overheads.observe('f', 1_000, okAnswer);
    expect(overheads.of('f')).toEqual({});
    overheads.observe('f', 39, answer);
    expect(overheads.of('f')).toEqual({ warm: 0 });
  });

  it('is also of answers that are none: they went the same way', () => {
    const overheads = new Overheads();
    const bad = { status: 'undecodable-image', detail: '', coldStart: false, tookMs: 1 } as const;
    overheads.observe('f', 9, bad);
    expect(overheads.of('f')).toEqual({ warm: 8 });
  });
});
