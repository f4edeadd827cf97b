import { describe, expect, it } from 'vitest';
import {
  emptyStatistics,
  merge,
  statisticsOf,
} from '../../../../lib/service/profiles/statistics.ts';
import { meanPrecision, summaryOf } from '../../../../lib/service/profiles/summary.ts';

const warmMs = (...timesMs: number[]) =>
  merge(...timesMs.map((ms) => statisticsOf({ kind: 'warm', serviceUs: ms * 1000 })));

describe('summaryOf', () => {
  it('says memory, mean, deviation, p95 and how well the mean is known', () => {
    const times = Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? 9 : 11));
    // 1.96 * 1.005 / sqrt(100) of 10 is 2.0 %; the quantile is known to 2 %.
    expect(summaryOf(warmMs(...times), 1769)).toMatch(
      /^1769 MB: mean 10\.00, deviation 1\.0[01], p95 1[01]\.\d\d ms \(100 runs, mean to 2\.0 %\)$/,
    );
  });

  it('says so when nothing was measured, or only once', () => {
    expect(summaryOf(emptyStatistics(), 512)).toBe('512 MB: not measured');
    expect(summaryOf(warmMs(5), 512)).toMatch(/\(1 runs\)$/);
  });

  it('fits the 4 KB that CloudFormation takes for the 38 models that one selector can have', () => {
    const slow = Array.from({ length: 50 }, (_, i) => 10_000 + i);
    expect(
      38 * (summaryOf(warmMs(...slow), 10_240).length + '"Profile37":"",'.length),
    ).toBeLessThan(3_900);
  });
});

describe('meanPrecision', () => {
  it('is infinite as long as the spread is unknown', () => {
    expect(meanPrecision(warmMs(5))).toBe(Number.POSITIVE_INFINITY);
    expect(meanPrecision(warmMs(5, 5))).toBe(0);
  });
});
