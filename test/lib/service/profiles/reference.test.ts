import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { distributionOf } from '../../../../lib/core/statistics/histogram.ts';
import { referenceStatistics } from '../../../../lib/service/profiles/reference.ts';
import { deviationMs, meanMs } from '../../../../lib/service/profiles/statistics.ts';

describe('reference statistics', () => {
  it('have the mean and the deviation of the reference, and as many samples as the histogram', () => {
    const anyMs = fc.integer({ min: 0, max: 60_000_000 }).map((us) => us / 1000);
    fc.assert(
      fc.property(anyMs, anyMs, (mean, std) => {
        const statistics = referenceStatistics({ meanMs: mean, stdMs: std });
        expect(meanMs(statistics)).toBeCloseTo(mean, 9);
        expect(deviationMs(statistics)).toBeCloseTo(std, 9);
        expect([...statistics.histogram.values()].reduce((a, b) => a + b)).toBe(statistics.n);
      }),
    );
  });

  it('are normal', () => {
    const { quantileUs, shareWithinUs } = distributionOf(
      referenceStatistics({ meanMs: 100, stdMs: 10 }).histogram,
    );
    expect(quantileUs(0.5) / 100_000).toBeCloseTo(1, 1.5);
    expect(quantileUs(0.9772) / 120_000).toBeCloseTo(1, 1.5);
    expect(Math.abs(shareWithinUs(110_000) - 0.8413)).toBeLessThan(0.01);
    expect(Math.abs(shareWithinUs(80_000) - 0.0228)).toBeLessThan(0.01);
  });
});
