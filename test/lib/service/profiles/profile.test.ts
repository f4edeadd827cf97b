import { describe, expect, it } from 'vitest';
import { profileOf, referenceProfile } from '../../../../lib/service/profiles/profile.ts';
import type { StoredProfile } from '../../../../lib/service/profiles/statistics.ts';
import { merge, type ProfileStatistics } from '../../../../lib/service/profiles/statistics.ts';
import { windowStart } from '../../../../lib/service/profiles/windows.ts';
import { statisticsOfAll, warmMs } from './samples.ts';

const NOW = Date.UTC(2026, 10, 24, 8, 27);
const reference = { meanMs: 40, stdMs: 4 };

function repeated(count: number, ms: number): ProfileStatistics {
  return warmMs(...Array.from({ length: count }, () => ms));
}

function stored(live: ProfileStatistics, baseline?: ProfileStatistics): StoredProfile {
  return {
    ...(baseline && { baseline }),
    live: [{ windowStartMs: windowStart(NOW, 300_000), shard: 0, statistics: live }],
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
    const profile = profileOf({ baseline: warmMs(9, 10, 11), live: [] }, reference, NOW);
    expect(profile).toMatchObject({ meanMs: 10, stdMs: 1, warmSamples: 3, basis: 'baseline' });
  });

  it('is live and baseline together below enough live samples', () => {
    const profile = profileOf(stored(warmMs(9, 11, 10), warmMs(8, 12, 10, 14)), reference, NOW);
    expect(profile).toMatchObject({ samples: 7, freshSamples: 3, basis: 'live+baseline' });
    expect(profile.meanMs).toBeCloseTo(74 / 7);
  });

  it('is live and reference together as long as there is no baseline', () => {
    const profile = profileOf(stored(repeated(3, 20)), reference, NOW);
    expect(profile).toMatchObject({ samples: 3, basis: 'live+reference' });
    expect(profile.meanMs).toBeCloseTo((3 * 20 + 27 * 40) / 30);
  });

  it('is live alone with enough live samples', () => {
    const profile = profileOf(stored(repeated(30, 20), repeated(1000, 10)), reference, NOW);
    expect(profile).toMatchObject({ meanMs: 20, samples: 1030, basis: 'live' });
  });

  it('counts cold calls and failures apart from the mean', () => {
    const cold = statisticsOfAll([
      { kind: 'cold', serviceUs: 900_000 },
      { kind: 'cold', serviceUs: 1_100_000 },
      { kind: 'failure' },
      { kind: 'feedback', correct: true },
      { kind: 'feedback', correct: false },
    ]);
    const profile = profileOf(stored(merge(repeated(38, 20), cold)), reference, NOW);
    expect(profile).toMatchObject({
      meanMs: 20,
      stdMs: 0,
      samples: 40,
      warmSamples: 38,
      coldShare: 2 / 90,
      coldMeanMs: 1000,
      failures: 1,
      labels: 2,
      labelsCorrect: 1,
    });
  });

  it('takes the time of cold calls from the baseline, but not how often they are', () => {
    const coldBaseline = statisticsOfAll([{ kind: 'cold', serviceUs: 700_000 }]);
    const baseline = merge(repeated(9, 10), coldBaseline);
    const before = profileOf({ baseline, live: [] }, reference, NOW);
    expect(before).toMatchObject({ coldShare: 0, coldMeanMs: 700 });
    const live = merge(repeated(5, 10), coldBaseline);
    const after = profileOf(stored(live, baseline), reference, NOW);
    expect(after).toMatchObject({ coldShare: 1 / 56, coldMeanMs: 700 });
  });

  it('takes the time of cold calls from the live ones where there are any', () => {
    const cold = (serviceUs: number) => statisticsOfAll([{ kind: 'cold', serviceUs }]);
    const profile = profileOf(stored(cold(900_000), cold(700_000)), reference, NOW);
    expect(profile).toMatchObject({ coldMeanMs: 900, samples: 2 });
  });

  it('leaves windows out that no longer count', () => {
    const live = [{ windowStartMs: NOW - 2 * 3_600_000, shard: 0, statistics: repeated(50, 99) }];
    const profile = profileOf({ baseline: repeated(40, 10), live }, reference, NOW);
    expect(profile).toMatchObject({ meanMs: 10, samples: 40, basis: 'baseline' });
  });
});
