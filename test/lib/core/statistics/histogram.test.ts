import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  boundsOf,
  bucketOf,
  distributionOf,
  type Histogram,
  lastBucket,
  longestUs,
  relativeError,
  representativeUs,
} from '../../../../lib/core/statistics/histogram.ts';
import { quantile } from '../../../../lib/core/statistics/quantile.ts';
import { warmMs } from '../../service/profiles/samples.ts';

const roundingError = 1e-9;
const anyUs = fc.integer({ min: 1, max: longestUs });
const someUs = fc.array(
  fc.oneof(anyUs, fc.integer({ min: 1, max: 50 }), fc.integer({ min: 99_000, max: 101_000 })),
  { minLength: 1, maxLength: 300 },
);

function histogramOf(times: number[]): Histogram {
  return warmMs(...times.map((us) => us / 1000)).histogram;
}

function shareOf(times: number[], limitUs: number): number {
  return times.filter((us) => us <= limitUs).length / times.length;
}

describe('buckets', () => {
  it('answer with a time within the relative error of every time they hold', () => {
    fc.assert(
      fc.property(anyUs, (us) => {
        const error = Math.abs(representativeUs(bucketOf(us)) - us) / us;
        expect(error).toBeLessThanOrEqual(relativeError + roundingError);
      }),
      { numRuns: 2000 },
    );
  });

  it('contain their times', () => {
    fc.assert(
      fc.property(anyUs, (us) => {
        const { lowerUs, upperUs } = boundsOf(bucketOf(us));
        expect(us).toBeGreaterThan(lowerUs * (1 - roundingError));
        expect(us).toBeLessThanOrEqual(upperUs * (1 + roundingError));
      }),
    );
  });

  it('have ends a factor apart, the first one from 0 on', () => {
    expect(boundsOf(0)).toEqual({ lowerUs: 0, upperUs: 1 });
    expect(boundsOf(1).lowerUs).toBe(1);
    expect(boundsOf(1).upperUs).toBeCloseTo(1.02 / 0.98, 12);
  });

  it('are bounded in number', () => {
    expect(bucketOf(0)).toBe(0);
    expect(bucketOf(1)).toBe(0);
    expect(bucketOf(longestUs)).toBe(lastBucket);
    expect(bucketOf(Number.MAX_VALUE)).toBe(lastBucket);
    expect(lastBucket).toBeLessThan(600);
  });
});

describe('quantiles', () => {
  it('are within 2 % of the exact ones', () => {
    fc.assert(
      fc.property(someUs, fc.double({ min: 0, max: 1, noNaN: true }), (times, q) => {
        const exact = quantile(times, q);
        const error = Math.abs(distributionOf(histogramOf(times)).quantileUs(q) - exact) / exact;
        expect(error).toBeLessThanOrEqual(relativeError + roundingError);
      }),
      { numRuns: 500 },
    );
  });

  it('clamp q to 0 and 1', () => {
    const { quantileUs } = distributionOf(histogramOf([10, 1000]));
    expect(quantileUs(-1)).toBe(quantileUs(0));
    expect(quantileUs(2)).toBe(quantileUs(1));
  });

  it('of nothing are not a number', () => {
    expect(distributionOf(new Map()).quantileUs(0.5)).toBeNaN();
  });
});

describe('share within a time', () => {
  it('lies between the exact shares at the ends of the bucket', () => {
    fc.assert(
      fc.property(someUs, anyUs, (times, limitUs) => {
        const share = distributionOf(histogramOf(times)).shareWithinUs(limitUs);
        const { lowerUs, upperUs } = boundsOf(bucketOf(limitUs));
        expect(share).toBeGreaterThanOrEqual(
          shareOf(times, lowerUs * (1 - roundingError)) - roundingError,
        );
        expect(share).toBeLessThanOrEqual(
          shareOf(times, upperUs * (1 + roundingError)) + roundingError,
        );
      }),
      { numRuns: 500 },
    );
  });

  it('never falls as the time grows', () => {
    fc.assert(
      fc.property(someUs, anyUs, anyUs, (times, a, b) => {
        const { shareWithinUs } = distributionOf(histogramOf(times));
        expect(shareWithinUs(Math.min(a, b))).toBeLessThanOrEqual(shareWithinUs(Math.max(a, b)));
      }),
    );
  });

  it('is interpolated inside a bucket', () => {
    const { lowerUs, upperUs } = boundsOf(bucketOf(50_000));
    const { shareWithinUs } = distributionOf(histogramOf([50_000]));
    expect(shareWithinUs((lowerUs + upperUs) / 2)).toBeCloseTo(0.5);
  });

  it('is 0 at no time and 1 at the longest', () => {
    const { shareWithinUs } = distributionOf(histogramOf([1, 10, longestUs]));
    expect(shareWithinUs(0)).toBe(0);
    expect(shareWithinUs(-5)).toBe(0);
    expect(shareWithinUs(longestUs * 2)).toBe(1);
  });

  it('of nothing is not a number', () => {
    expect(distributionOf(new Map()).shareWithinUs(1)).toBeNaN();
  });
});
