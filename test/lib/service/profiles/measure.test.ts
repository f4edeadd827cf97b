import { afterEach, describe, expect, it, vi } from 'vitest';
import { type MeasuredRun, measure } from '../../../../lib/service/profiles/measure.ts';
import { meanMs } from '../../../../lib/service/profiles/statistics.ts';

const settings = { maxRuns: 1000, maxMs: 2_000, precision: 0.02 };

/** Runs of these service times in ms, over and over; the first `cold` of them are cold starts. */
function runs(timesMs: number[], cold = 0) {
  let calls = 0;
  const run = async (): Promise<MeasuredRun> => {
    const call = calls++;
    return { serviceMs: timesMs[call % timesMs.length] ?? 0, coldStart: call < cold };
  };
  return { run, calls: () => calls };
}

describe('the warm-up', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is three calls at least, which are not counted', async () => {
    const { run, calls } = runs([100, 100, 100, 5]);
    const { statistics } = await measure(run, { ...settings, maxMs: 0 }, () => {});
    expect(calls()).toBe(4);
    expect(statistics).toMatchObject({ n: 1n, sumUs: 5000n, coldN: 0n });
  });

  it('takes a tenth of the time', async () => {
    vi.useFakeTimers();
    let calls = 0;
    const run = async () => {
      calls++;
      vi.advanceTimersByTime(5);
      return { serviceMs: 5, coldStart: false };
    };
    const { statistics } = await measure(run, { ...settings, maxMs: 1_000 }, () => {});
    expect(calls - Number(statistics.n)).toBe(20);
  });
});

describe('the time', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('ends measuring, and is how far it has come where nothing else is', async () => {
    vi.useFakeTimers();
    let calls = 0;
    const run = async () => {
      vi.advanceTimersByTime(5);
      return { serviceMs: calls++ % 2 ? 1 : 100, coldStart: false };
    };
    const shares: number[] = [];
    const wanted = { maxRuns: 1_000_000, maxMs: 1_000, precision: 0 };
    await measure(run, wanted, ({ share }) => shares.push(share));
    expect(calls).toBe(200);
    expect(shares[0]).toBeCloseTo(0.105, 9);
    expect(shares[79]).toBeCloseTo(0.5, 9);
  });
});

describe('measure', () => {
  it('stops after a few runs when all take the same time', async () => {
    const { run, calls } = runs([5], 1);
    const { statistics, precision } = await measure(run, settings, () => {});
    expect(meanMs(statistics)).toBe(5);
    expect(precision).toBe(0);
    expect(statistics.n).toBe(10n);
    expect(statistics.coldN).toBe(1n);
    expect(calls()).toBeGreaterThanOrEqual(13);
  });

  it('goes on until the mean is known to the precision asked for', async () => {
    const { run } = runs([4, 6]);
    const { statistics, precision } = await measure(run, settings, () => {});
    // Half width 1.96 * (1 / sqrt n) of a mean of 5 is 2 % of it at n = 384.
    expect(precision).toBeLessThanOrEqual(0.02);
    expect(Number(statistics.n)).toBeGreaterThan(370);
    expect(Number(statistics.n)).toBeLessThan(400);
  });

  it('stops at the most runs', async () => {
    const { run } = runs([1, 100]);
    const { statistics, precision } = await measure(run, { ...settings, maxRuns: 50 }, () => {});
    expect(statistics.n).toBe(50n);
    expect(precision).toBeGreaterThan(0.02);
  });

  it('stops when the time is up, with one warm run at least', async () => {
    const { run } = runs([1, 100], 2);
    const { statistics } = await measure(run, { ...settings, maxMs: 0 }, () => {});
    expect(statistics.n).toBe(1n);
    expect(statistics.coldN).toBe(2n);
  });

  it('makes the least number of runs whatever time they take', async () => {
    const { run } = runs([1, 100]);
    const { statistics } = await measure(run, { ...settings, maxMs: 0, leastRuns: 7 }, () => {});
    expect(statistics.n).toBe(7n);
  });

  it('tells how far it has come, never backwards at the end', async () => {
    const shares: number[] = [];
    const { run } = runs([4, 6]);
    await measure(run, settings, ({ share }) => shares.push(share));
    expect(shares.at(-1)).toBe(1);
    expect(Math.min(...shares)).toBeLessThan(0.2);
  });

  it('fails with the run that fails', async () => {
    const run = () => Promise.reject(new Error('broken'));
    await expect(measure(run, settings, () => {})).rejects.toThrow('broken');
  });
});
