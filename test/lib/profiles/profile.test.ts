import { describe, expect, it } from 'vitest';
import { profileOf, referenceProfile } from '../../../lib/profiles/profile.ts';
import { merge, type ProfileStatistics } from '../../../lib/profiles/statistics.ts';
import type { StoredProfile } from '../../../lib/profiles/stored.ts';
import { statisticsOfAll, warmMs } from './samples.ts';

const reference = { meanMs: 40, stdMs: 4 };

function repeated(count: number, ms: number): ProfileStatistics {
  return warmMs(...Array.from({ length: count }, () => ms));
}

function stored(live: ProfileStatistics, baseline?: ProfileStatistics): StoredProfile {
  return {
    ...(baseline && { baseline }),
    live: [{ windowStartMs: 0, shard: 0, statistics: live }],
  };
}

describe('profile', () => {
  it('is the reference while nothing is known', () => {
    const profile = referenceProfile(reference);
    expect(profile).toMatchObject({
      meanMs: 40,
      stdMs: 4,
      samples: 0,
      warmSamples: 0,
      coldShare: 0,
      failures: 0,
      basis: 'reference',
    });
    expect(profile.coldMeanMs).toBeUndefined();
    expect(Math.abs(profile.probabilityWithin(44) - 0.8413)).toBeLessThan(0.01);
    expect(Math.abs(profile.quantileMs(0.5) / 40 - 1)).toBeLessThan(0.021);
  });

  it('is the baseline while nothing was seen live', () => {
    const profile = profileOf({ baseline: warmMs(9, 10, 11), live: [] }, reference);
    expect(profile).toMatchObject({ meanMs: 10, stdMs: 1, warmSamples: 3, basis: 'baseline' });
  });

  it('is live and baseline together below enough live samples', () => {
    const profile = profileOf(stored(repeated(10, 20), repeated(10, 10)), reference);
    expect(profile).toMatchObject({ meanMs: 15, samples: 20, basis: 'live+baseline' });
  });

  it('is live alone with enough live samples', () => {
    const profile = profileOf(stored(repeated(30, 20), repeated(1000, 10)), reference);
    expect(profile).toMatchObject({ meanMs: 20, samples: 1030, basis: 'live' });
  });

  it('counts cold calls and failures apart from the mean', () => {
    const cold = statisticsOfAll([
      { kind: 'cold', serviceUs: 900_000 },
      { kind: 'cold', serviceUs: 1_100_000 },
      { kind: 'failure' },
    ]);
    const profile = profileOf(stored(merge(repeated(38, 20), cold)), reference);
    expect(profile).toMatchObject({
      meanMs: 20,
      stdMs: 0,
      samples: 40,
      warmSamples: 38,
      coldShare: 0.05,
      coldMeanMs: 1000,
      failures: 1,
    });
  });
});
