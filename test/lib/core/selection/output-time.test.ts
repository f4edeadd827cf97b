import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OutputTimes } from '../../../../lib/core/selection/output-time.ts';
import type { WeightedTimes } from '../../../../lib/core/selection/types.ts';

const meanOf = (distribution: WeightedTimes = []) =>
  distribution.reduce((sum, { ms, weight }) => sum + ms * weight, 0);
const weightOf = (distribution: WeightedTimes = []) =>
  distribution.reduce((sum, { weight }) => sum + weight, 0);

describe('OutputTimes', () => {
  it('knows nothing at first', () => {
    expect(new OutputTimes().distribution()).toBeUndefined();
  });

  it('believes a client alone until others have reported', () => {
    const own = new OutputTimes().distribution(40);
    expect(weightOf(own)).toBeCloseTo(1, 12);
    expect(meanOf(own)).toBeGreaterThan(35);
    expect(meanOf(own)).toBeLessThan(50);
  });

  it('expects a client’s next T_output around its last, 0.4 of a logarithm wide', () => {
    const own = new OutputTimes().distribution(40) ?? [];
    const logs = own.map(({ ms, weight }) => ({ z: Math.log(ms / 40), weight }));
    const mean = logs.reduce((sum, { z, weight }) => sum + z * weight, 0);
    const variance = logs.reduce((sum, { z, weight }) => sum + z * z * weight, 0);
    expect(mean).toBeCloseTo(0, 9);
    // Five values stand for the normal distribution: their deviation is 0.875 of its own.
    expect(Math.sqrt(variance)).toBeCloseTo(0.4 * 0.875, 3);
    for (const { weight } of own) expect(weight).toBe(0.2);
  });

  it('gives a client’s own last T_output 30 %, and what all saw the rest', () => {
    const times = new OutputTimes();
    times.observe(10);
    const distribution = times.distribution(1_000) ?? [];
    const own = distribution.filter(({ ms }) => ms > 100);
    expect(weightOf(own)).toBeCloseTo(0.3, 12);
    expect(weightOf(distribution)).toBeCloseTo(1, 12);
  });

  it('lets a report count half after 100 more', () => {
    const times = new OutputTimes();
    const weightOfFirst = () => weightOf(times.distribution()?.filter(({ ms }) => ms > 100));
    times.observe(1_000);
    for (let i = 0; i < 100; i++) times.observe(10);
    // 1 of 1 + 2^(1/100) + ... + 2^(100/100)
    const sum = Array.from({ length: 101 }, (_, i) => 2 ** (i / 100)).reduce((a, b) => a + b);
    expect(weightOfFirst()).toBeCloseTo(1 / sum, 9);
  });

  it('lies between what the client saw and what all saw', () => {
    const times = new OutputTimes();
    for (let i = 0; i < 100; i++) times.observe(20);
    expect(meanOf(times.distribution())).toBeGreaterThan(18);
    expect(meanOf(times.distribution())).toBeLessThan(22);
    expect(meanOf(times.distribution(200))).toBeGreaterThan(meanOf(times.distribution()));
    expect(meanOf(times.distribution(200))).toBeLessThan(200);
  });

  it('forgets', () => {
    const times = new OutputTimes();
    for (let i = 0; i < 1000; i++) times.observe(500);
    for (let i = 0; i < 1000; i++) times.observe(20);
    expect(meanOf(times.distribution())).toBeLessThan(25);
  });

  it('goes on without end: weights stay finite, and what has decayed to nothing makes room', () => {
    const times = new OutputTimes();
    times.observe(1_000);
    // Weights double with 100 reports: 110,000 of them would be more than a number can hold.
    for (let i = 0; i < 110_000; i++) {
      times.observe(20);
      if (times.distribution() === undefined) throw new Error(`nothing is known after ${i}`);
    }
    expect(times.distribution()).toHaveLength(1);
    expect(weightOf(times.distribution())).toBeCloseTo(1, 9);
    expect(meanOf(times.distribution())).toBeCloseTo(20, -0.5);
  });

  it('stays a distribution of few values over any number of reports', () => {
    const times = new OutputTimes();
    for (let i = 0; i < 100_000; i++) times.observe(5 + ((i * 7919) % 3000));
    const distribution = times.distribution(30);
    expect(weightOf(distribution)).toBeCloseTo(1, 6);
    expect(distribution?.length).toBeLessThan(120);
    for (const { ms, weight } of distribution ?? []) {
      expect(ms).toBeGreaterThan(0);
      expect(weight).toBeGreaterThanOrEqual(0);
    }
  });

  it('keeps every value to 5 %', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.1, max: 1e6, noNaN: true }), (ms) => {
        const times = new OutputTimes();
        times.observe(ms);
        expect(Math.abs(meanOf(times.distribution()) / ms - 1)).toBeLessThan(0.051);
      }),
    );
  });
});
