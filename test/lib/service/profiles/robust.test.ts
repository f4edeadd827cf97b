import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../lib/core/statistics/random.ts';
import { robustSpeed } from '../../../../lib/service/profiles/robust.ts';
import {
  deviationMs,
  emptyStatistics,
  meanMs,
} from '../../../../lib/service/profiles/statistics.ts';
import { warmMs } from './samples.ts';

const times = (count: number, of: (random: () => number) => number) => {
  const random = seededRandom(7);
  return Array.from({ length: count }, () => of(random));
};
const steady = (count: number) => times(count, (random) => 40 + 8 * (random() - 0.5));
const exact = (...ms: number[]) => {
  const statistics = warmMs(...ms);
  return { meanMs: meanMs(statistics), stdMs: deviationMs(statistics) };
};

describe('robustSpeed', () => {
  it('is the exact mean and deviation of times of one kind', () => {
    const of = [
      steady(30),
      steady(1_000),
      times(200, (random) => 20 + 60 * random()),
      [5, 5, 5],
      [7],
    ];
    for (const ms of of) expect(robustSpeed(warmMs(...ms))).toEqual(exact(...ms));
    expect(robustSpeed(emptyStatistics())).toEqual({});
  });

  it('keeps a second speed, up to twice as slow, of a model that hardly varies', () => {
    const ms = [...times(90, () => 40), ...times(10, () => 78)];
    expect(robustSpeed(warmMs(...ms))).toEqual(exact(...ms));
  });

  it('is hardly moved by a call of ten seconds', () => {
    expect(exact(...steady(11), 10_000).meanMs).toBeGreaterThan(860);
    const { meanMs = 0, stdMs = 0 } = robustSpeed(warmMs(...steady(11), 10_000));
    expect(meanMs).toBeLessThan(45);
    expect(stdMs).toBeLessThan(15);
  });

  it('is moved by no more than half a median by a fifth of the calls, however slow they are', () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 800_000 }), (slowMs) => {
        const { meanMs = 0, stdMs = 0 } = robustSpeed(
          warmMs(...steady(40), ...times(10, () => slowMs)),
        );
        expect(meanMs).toBeLessThan(60);
        expect(stdMs).toBeLessThan(40);
      }),
    );
  });

  it('follows when half of the calls are slow', () => {
    const ms = [...steady(20), ...times(20, () => 120)];
    expect(robustSpeed(warmMs(...ms))).toEqual(exact(...ms));
  });

  it('is never more than the exact mean and deviation, and is a number', () => {
    const anyMs = fc.double({ min: 0, max: 900_000, noNaN: true });
    fc.assert(
      fc.property(fc.array(anyMs, { minLength: 2, maxLength: 60 }), (ms) => {
        const { meanMs = Number.NaN, stdMs = Number.NaN } = robustSpeed(warmMs(...ms));
        const plain = exact(...ms);
        expect(meanMs).toBeLessThanOrEqual((plain.meanMs ?? 0) * (1 + 1e-9));
        expect(stdMs).toBeLessThanOrEqual((plain.stdMs ?? 0) * (1 + 1e-9));
      }),
    );
  });
});
