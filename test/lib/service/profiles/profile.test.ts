import { describe, expect, it } from 'vitest';
import { profileOf, referenceProfile } from '../../../../lib/service/profiles/profile.ts';
import type { StoredProfile } from '../../../../lib/service/profiles/statistics.ts';
import { merge, type ProfileStatistics } from '../../../../lib/service/profiles/statistics.ts';
import { windowStart } from '../../../../lib/service/profiles/windows.ts';
import { statisticsOfAll, warmMs } from './samples.ts';

const now = Date.UTC(2026, 10, 24, 8, 27);
const reference = { meanMs: 40, stdMs: 4 };

function repeated(count: number, ms: number): ProfileStatistics {
  return warmMs(...Array.from({ length: count }, () => ms));
}

function stored(live: ProfileStatistics, baseline?: ProfileStatistics): StoredProfile {
  return {
    ...(baseline && { baseline }),
    live: [{ windowStartMs: windowStart(now, 300_000), shard: 0, statistics: live }],
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
    const profile = profileOf({ baseline: warmMs(9, 10, 11), live: [] }, reference, now);
    expect(profile).toMatchObject({ meanMs: 10, stdMs: 1, warmSamples: 3, basis: 'baseline' });
  });

  it('is live and baseline together below enough live samples', () => {
    const profile = profileOf(stored(warmMs(9, 11, 10), warmMs(8, 12, 10, 14)), reference, now);
    expect(profile).toMatchObject({ samples: 7, freshSamples: 3, basis: 'live+baseline' });
    expect(profile.meanMs).toBeCloseTo(74 / 7);
  });

  it('is live and reference together as long as there is no baseline', () => {
    const profile = profileOf(stored(repeated(3, 20)), reference, now);
    expect(profile).toMatchObject({ samples: 3, basis: 'live+reference' });
    expect(profile.meanMs).toBeCloseTo((3 * 20 + 27 * 40) / 30);
  });

  it('is live alone with enough live samples', () => {
    const profile = profileOf(stored(repeated(30, 20), repeated(1000, 10)), reference, now);
    expect(profile).toMatchObject({ meanMs: 20, samples: 1030, basis: 'live' });
  });

  describe('how far the mean may be off', () => {
    /** What is left of the error without the noise that no number of calls averages out. */
    const samplingError = ({ meanErrorMs }: { meanErrorMs: number }) =>
      Math.sqrt(meanErrorMs ** 2 - 0.1 ** 2);
    const alternating = (count: number, ...ms: number[]) =>
      warmMs(...Array.from({ length: count }, (_, i) => ms[i % ms.length] ?? 0));

    it.each([
      ['a baseline, all of its calls', { baseline: alternating(100, 8, 12), live: [] }, 100],
      ['enough live calls', stored(alternating(50, 8, 12), repeated(1000, 10)), 50],
      [
        'few live calls and as much of a baseline as counts',
        stored(alternating(4, 8, 12), alternating(100, 8, 12)),
        30,
      ],
      [
        'few live calls and a small baseline',
        stored(alternating(4, 8, 12), alternating(6, 8, 12)),
        10,
      ],
    ])('rests on %s', (_, profile, calls) => {
      const known = profileOf(profile, reference, now);
      expect(samplingError(known)).toBeCloseTo(known.stdMs / Math.sqrt(calls), 9);
    });

    it('counts an older window for as many calls as are missing, however its sums were scaled', () => {
      const older = {
        windowStartMs: windowStart(now, 300_000) - 900_000,
        ...{ shard: 0, statistics: alternating(500, 8, 12) },
      };
      const { live } = stored(alternating(10, 8, 12));
      const profile = profileOf({ live: [...live, older] }, reference, now);
      expect(profile.basis).toBe('live');
      expect(samplingError(profile)).toBeCloseTo(profile.stdMs / Math.sqrt(30), 9);
    });

    it('takes a reference for one call, alone or beside live ones', () => {
      expect(samplingError(referenceProfile(reference))).toBeCloseTo(4, 3);
      const beside = profileOf(stored(alternating(3, 30, 50)), reference, now);
      expect(samplingError(beside)).toBeCloseTo(beside.stdMs / 2, 9);
    });

    it('is never nothing: timers are off by more', () => {
      expect(profileOf(stored(repeated(9, 20), repeated(9, 20)), reference, now)).toMatchObject({
        ...{ stdMs: 0, meanErrorMs: 0.1 },
      });
      const single = profileOf({ baseline: repeated(1, 20), live: [] }, reference, now);
      expect(single).toMatchObject({ stdMs: 0, meanErrorMs: 0.1 });
    });
  });

  it('counts cold calls and failures apart from the mean', () => {
    const cold = statisticsOfAll([
      { kind: 'cold', serviceUs: 900_000 },
      { kind: 'cold', serviceUs: 1_100_000 },
      { kind: 'failure' },
    ]);
    const profile = profileOf(stored(merge(repeated(38, 20), cold)), reference, now);
    expect(profile).toMatchObject({
      meanMs: 20,
      stdMs: 0,
      samples: 40,
      warmSamples: 38,
      coldShare: 2 / 90,
      coldMeanMs: 1000,
      failures: 1,
      labels: [],
    });
  });

  it('takes the time of cold calls from the baseline, but not how often they are', () => {
    const coldBaseline = statisticsOfAll([{ kind: 'cold', serviceUs: 700_000 }]);
    const baseline = merge(repeated(9, 10), coldBaseline);
    const before = profileOf({ baseline, live: [] }, reference, now);
    expect(before).toMatchObject({ coldShare: 0, coldMeanMs: 700 });
    const live = merge(repeated(5, 10), coldBaseline);
    const after = profileOf(stored(live, baseline), reference, now);
    expect(after).toMatchObject({ coldShare: 1 / 56, coldMeanMs: 700 });
  });

  it('takes the time of cold calls from the live ones where there are any', () => {
    const cold = (serviceUs: number) => statisticsOfAll([{ kind: 'cold', serviceUs }]);
    const profile = profileOf(stored(cold(900_000), cold(700_000)), reference, now);
    expect(profile).toMatchObject({ coldMeanMs: 900, samples: 2 });
  });

  it('leaves windows out that no longer count', () => {
    const live = [{ windowStartMs: now - 2 * 3_600_000, shard: 0, statistics: repeated(50, 99) }];
    const profile = profileOf({ baseline: repeated(40, 10), live }, reference, now);
    expect(profile).toMatchObject({ meanMs: 10, samples: 40, basis: 'baseline' });
  });
});
