import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecentTimes } from '../../../../lib/client/time/recent-times.ts';

/** Times of answers that came a second apart. */
function timesOf(timesMs: readonly number[]): RecentTimes {
  const times = new RecentTimes();
  timesMs.forEach((ms, i) => {
    times.observe(ms, 1_000 * i);
  });
  return times;
}
const many = (count: number, ms: number) => Array.from({ length: count }, () => ms);

describe('chanceWithin', () => {
  it('is 0 when nothing is known, and stays a probability that grows with the time', () => {
    expect(new RecentTimes().chanceWithin(1_000, 0)).toBe(0);
    const time = fc.oneof(fc.double({ min: 0, max: 1e5, noNaN: true }), fc.constant(Infinity));
    fc.assert(
      fc.property(fc.array(time, { maxLength: 200 }), time, time, (timesMs, a, b) => {
        const times = timesOf(timesMs);
        const nowMs = 1_000 * timesMs.length;
        const [less, more] = [Math.min(a, b), Math.max(a, b)];
        const chance = times.chanceWithin(less, nowMs);
        expect(chance).toBeGreaterThanOrEqual(0);
        expect(chance).toBeLessThan(1);
        expect(times.chanceWithin(more, nowMs)).toBeGreaterThanOrEqual(chance);
      }),
    );
  });

  it('takes some answers in time before it is sure', () => {
    expect(timesOf(many(2, 100)).chanceWithin(250, 2_000)).toBeLessThan(0.9);
    expect(timesOf(many(8, 100)).chanceWithin(250, 8_000)).toBeGreaterThan(0.9);
  });

  it('doubts after one miss, and after some answers no more', () => {
    const missed = [...many(20, 100), Infinity];
    expect(timesOf(missed).chanceWithin(250, 21_000)).toBeLessThan(0.9);
    expect(timesOf([...missed, ...many(10, 100)]).chanceWithin(250, 31_000)).toBeGreaterThan(0.9);
  });

  it('forgets while nothing is asked', () => {
    const times = timesOf(many(20, 100));
    expect(times.chanceWithin(250, 20_000)).toBeGreaterThan(0.94);
    expect(times.chanceWithin(250, 600_000)).toBeLessThan(0.1);
  });
});

describe('quantileMs', () => {
  it('is unknown with few values', () => {
    expect(timesOf([10, 20]).quantileMs(0.5)).toBeUndefined();
    expect(timesOf([10, 20, 30]).quantileMs(0.5)).toBe(20);
  });

  it('is one of the last values, with enough of them below', () => {
    const values = fc.array(fc.nat(1_000), { minLength: 3, maxLength: 300 });
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (timesMs, q) => {
        const last = timesMs.slice(-64);
        const quantile = timesOf(timesMs).quantileMs(q) ?? Number.NaN;
        expect(last).toContain(quantile);
        const within = last.filter((ms) => ms <= quantile).length;
        expect(within).toBeGreaterThanOrEqual(q * last.length - 1e-9);
      }),
    );
  });
});
