import { describe, expect, it } from 'vitest';
import { pricesOf } from '../../../../lib/core/pricing/prices.ts';
import { tuneFigure } from '../../../../lib/evaluation/tune/figure.ts';
import { timesOnPaper } from '../../../../lib/evaluation/tune/on-paper.ts';
import { type MemoryTime, tuneModel } from '../../../../lib/evaluation/tune/options.ts';

const prices = { prices: pricesOf('us-east-1'), architecture: 'x86_64' as const };
const time = (memoryMb: number, meanMs: number): MemoryTime => ({
  ...{ memoryMb, meanMs, p95Ms: 1.1 * meanMs, billedMs: meanMs },
});
const tuned = (latencyMs: number, ...times: MemoryTime[]) =>
  tuneModel('m', times, latencyMs, prices);

describe('tuneModel', () => {
  it('prices a call: the function, and the selector that waits for it', () => {
    const { best } = tuned(1_000, { ...time(1769, 99.5), billedMs: 99.2 });
    // 0.2 USD a million calls each; 100 ms billed and 99.5 ms waited for at 1,769 MB.
    const gbSeconds = (1769 / 1024) * (0.1 + 0.0995);
    expect(best.usdPerMillion).toBeCloseTo(0.4 + gbSeconds * 1e6 * 0.0000166667, 2);
  });

  it('takes the cheapest within the latency', () => {
    const times = [time(885, 200), time(1769, 100), time(5307, 60), time(10_240, 50)];
    expect(tuned(1_000, ...times).best.memoryMb).toBe(1769);
    expect(tuned(111, ...times)).toMatchObject({ best: { memoryMb: 1769 }, isWithin: true });
    expect(tuned(109, ...times).best.memoryMb).toBe(5307);
    expect(tuned(60, ...times).best.memoryMb).toBe(10_240);
  });

  it('finds more memory cheaper where it is twice as fast: the selector waits half as long', () => {
    // By the function's own memory x time they would cost the same.
    expect(tuned(1_000, time(1769, 100), time(3538, 50)).best.memoryMb).toBe(3538);
  });

  it('takes the fastest where none is within, with the least memory of those', () => {
    const { best, isWithin } = tuned(1, time(10_240, 50), time(8845, 50), time(1769, 100));
    expect([best.memoryMb, isWithin]).toEqual([8845, false]);
  });

  it('lists what was tried in the order of memory', () => {
    const { options } = tuned(1, time(3538, 1), time(885, 1), time(1769, 1));
    expect(options.map(({ memoryMb }) => memoryMb)).toEqual([885, 1769, 3538]);
  });
});

describe('times on paper', () => {
  const model = { name: 'm', accuracyPct: 80, meanMs: 110, stdMs: 10, memoryMb: 1769 };
  const scaling = { parallelShare: 1, fixedMs: 10 };

  it('scale the profile', () => {
    expect(timesOnPaper(model, [1769, 3538], scaling)).toEqual([
      { memoryMb: 1769, meanMs: 110, p95Ms: expect.closeTo(126.45, 2), billedMs: 115 },
      { memoryMb: 3538, meanMs: 60, p95Ms: expect.closeTo(68.2, 1), billedMs: 65 },
    ]);
  });

  it('leave out memory that is too little for the model', () => {
    const memory = timesOnPaper(model, [512, 885, 1769], scaling, 200e6).map(
      ({ memoryMb }) => memoryMb,
    );
    expect(memory).toEqual([885, 1769]);
  });
});

it('the figure has a point for each memory, and a ring around the best', () => {
  const model = tuned(111, time(885, 200), time(1769, 100), time(5307, 60));
  const text = JSON.stringify(tuneFigure([model])('wide'));
  const drawn = model.options.map(({ p95Ms }) => text.split(`"x":${p95Ms},`).length - 1);
  expect(model.best.memoryMb).toBe(1769);
  expect(drawn).toEqual([1, 2, 1]);
});
