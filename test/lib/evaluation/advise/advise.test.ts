import { describe, expect, it } from 'vitest';
import { NoCandidateError } from '../../../../lib/core/selection/types.ts';
import { adviseDevice } from '../../../../lib/evaluation/advise/device.ts';
import { adviseDuplication } from '../../../../lib/evaluation/advise/duplication.ts';
import {
  cellsOfQuestion,
  defaultQuestion,
  type Question,
} from '../../../../lib/evaluation/advise/question.ts';
import { adviseSubset, subsetsOf } from '../../../../lib/evaluation/advise/subset.ts';
import { adviseUploads } from '../../../../lib/evaluation/advise/uploads.ts';
import { runCells } from '../../../../lib/evaluation/engine/cells/run-cells.ts';
import { profileSets } from '../../../../lib/evaluation/engine/profiles/profile-sets.ts';
import { halfSureDevice } from '../engine/made-up-device.ts';

const question: Question = { ...defaultQuestion, profiles: profileSets.table3, requests: 1_000 };
const model = (name: string, accuracyPct: number, meanMs: number) => {
  return { name, accuracyPct, meanMs, stdMs: 1 };
};
const of = (...models: ReturnType<typeof model>[]): Question => ({
  ...question,
  profiles: { name: 'mine', source: 'mine', models },
});

it('advice is about what is deployed: a slower and less accurate model gets no request', async () => {
  const { profiles } = of(model('good', 80, 50), model('bad', 60, 51));
  const cells = cellsOfQuestion({ ...defaultQuestion, profiles, requests: 200 });
  for (const { outcome } of await runCells(cells)) expect(outcome.usagePct).toEqual([100, 0]);
});

describe('adviseSubset', () => {
  it('finds the fewest models within some points of all, and no fewer are', async () => {
    const { full, bySize, enough, exhaustive } = await adviseSubset(question, 1);
    expect(exhaustive).toBe(true);
    expect(full.models).toHaveLength(11);
    expect(enough.lossPct).toBeLessThanOrEqual(1);
    expect(enough.accuracyPct).toBeCloseTo(full.accuracyPct - enough.lossPct, 9);
    expect(bySize.at(-1)).toBe(enough);
    for (const smaller of bySize.slice(0, -1)) expect(smaller.lossPct).toBeGreaterThan(1);
    expect(enough.worstLossPct).toBeGreaterThanOrEqual(enough.lossPct);
  });

  it('is content with one model when points do not matter, and never takes a beaten one', async () => {
    const { enough } = await adviseSubset(question, 100);
    expect(enough.models).toHaveLength(1);
    const beaten = of(model('good', 80, 50), model('beaten', 70, 60), model('quick', 60, 5));
    const { bySize } = await adviseSubset(beaten, 0);
    expect(bySize.flatMap(({ models }) => models.map(({ name }) => name))).not.toContain('beaten');
    expect(bySize.at(-1)?.lossPct).toBeCloseTo(0, 9);
  });

  it('goes on from the best of a size where there are too many to try', async () => {
    const ladder = Array.from({ length: 14 }, (_, i) => model(`m${i}`, 50 + 2 * i, 5 + 9 * i));
    const few = { ...of(...ladder), requests: 20, slasMs: [150] };
    const { exhaustive, bySize } = await adviseSubset(few, -1);
    expect(exhaustive).toBe(false);
    expect(bySize).toHaveLength(14);
  });

  it('refuses to choose from nothing', async () => {
    await expect(adviseSubset(of(), 1)).rejects.toThrow(NoCandidateError);
  });

  it('subsetsOf lists each once', () => {
    expect(subsetsOf(['a', 'b', 'c'], 2)).toEqual([
      ['a', 'b'],
      ['a', 'c'],
      ['b', 'c'],
    ]);
    expect(subsetsOf([1, 2, 3, 4, 5], 3)).toHaveLength(10);
  });
});

describe('adviseDuplication', () => {
  const device = { meanMs: 35, stdMs: 5 };

  it('saves more runs for more risk, and keeps to the risk', () => {
    const risks = [0, 0.5, 2, 100];
    const advice = adviseDuplication({ ...question, slasMs: [250] }, device, risks);
    for (const { riskPct, missedPct } of advice) expect(missedPct).toBeLessThanOrEqual(riskPct);
    const saved = advice.map(({ skippedPct }) => skippedPct);
    expect(saved).toEqual(saved.toSorted((a, b) => a - b));
    expect(saved[0]).toBeGreaterThan(20);
    expect(advice[0]?.accuracyPct).toBeGreaterThan(advice[2]?.accuracyPct ?? 100);
    // Whoever may miss everything never runs it.
    expect(advice[3]).toMatchObject({ riskPct: 100, skippedPct: 100 });
    expect(advice[3]).not.toHaveProperty('startMs');
  });

  it('begins at once where the device needs the whole SLA', () => {
    const slow = { meanMs: 300, stdMs: 1 };
    const [advice] = adviseDuplication({ ...question, slasMs: [250] }, slow, [0]);
    expect(advice).toMatchObject({ startMs: 0, skippedPct: 0 });
    expect(advice?.missedPct).toBeGreaterThan(0);
  });
});

describe('adviseDevice', () => {
  it('takes the least costly of those that are nearly the best', () => {
    const { carried, best, advised } = adviseDevice(question, profileSets.c5.models, 0.5);
    expect(carried).toHaveLength(23);
    expect(Math.max(...carried.map(({ accuracyPct }) => accuracyPct))).toBe(best.accuracyPct);
    expect(best.accuracyPct - advised.accuracyPct).toBeLessThanOrEqual(0.5);
    expect(advised.deviceMs).toBeLessThanOrEqual(best.deviceMs);
    expect(carried.filter(({ deviceMs }) => deviceMs < advised.deviceMs)).toSatisfy(
      (cheaper: typeof carried) =>
        cheaper.every(({ accuracyPct }) => accuracyPct < best.accuracyPct - 0.5),
    );
  });

  it('never advises one that is not done within the SLA', () => {
    const onDevice = [model('quick', 40, 20), model('accurate', 90, 400)];
    const { best, carried } = adviseDevice({ ...question, slasMs: [200] }, onDevice, 0);
    expect(best.model.name).toBe('quick');
    expect(carried[1]).toMatchObject({ inTimePct: expect.closeTo(0, 3) });
    expect(carried[1]?.missedPct).toBeGreaterThan(0);
    expect(carried[0]?.missedPct).toBeCloseTo(0, 3);
  });

  it('refuses to choose from nothing', () => {
    expect(() => adviseDevice(question, [], 1)).toThrow(NoCandidateError);
  });
});

describe('adviseUploads', () => {
  /** Half of the pictures it is sure of; there it is right in 95 %, else in 55 %. */
  const device = halfSureDevice([55, 95], { rightAlongside: { good: [8_200, 9_800] } });
  const asked = { ...of(model('good', 90, 20)), requests: 4_000, slasMs: [1_000] };
  const [own, lower, higher] = adviseUploads(asked, device, [undefined, 50, 99]);

  it('leaves out the uploads that the cloud would not better, and counts what is really right', () => {
    expect(own?.savedPct).toBeGreaterThan(47);
    expect(own?.savedPct).toBeLessThan(53);
    // The easy half at 95 % by the device, the other at 82 % by the cloud: not at its mean of 90 %.
    expect(own?.accuracyPct).toBeCloseTo(88.5, 0);
    expect(own?.alwaysAccuracyPct).toBeCloseTo(90, 1);
  });

  it('leaves out more of them from a lower threshold on, at a loss', () => {
    expect(lower).toMatchObject({ surePct: 50, savedPct: 100, kilobytes: 0 });
    expect(lower?.accuracyPct).toBeCloseTo(75, 0);
    expect(higher).toMatchObject({ savedPct: 0, kilobytes: 52 });
    // Its own answer, likelier right than the cloud's, is the one that is taken.
    expect(higher?.accuracyPct).toBeCloseTo(88.5, 0);
  });

  it('takes models of which nothing was measured to be right as often in easy pictures', () => {
    const [independent] = adviseUploads(asked, { ...device, rightAlongside: {} }, [undefined]);
    expect(independent?.accuracyPct).toBeCloseTo(0.5 * 95 + 0.5 * 90, 0);
  });

  it('spends the device’s run on every picture, and the upload on those that it is not sure of', () => {
    const spending = { uploadBytes: 1_000, uploadMj: 100, runW: 5 };
    const [advice] = adviseUploads(asked, device, [undefined], spending);
    const uploads = 1 - (advice?.savedPct ?? 0) / 100;
    expect(advice?.millijoules).toBeCloseTo(20 + 100 * uploads, 9);
    expect(advice?.kilobytes).toBeCloseTo(uploads, 9);
    expect(advice).toMatchObject({ alwaysMillijoules: 120, alwaysKilobytes: 1 });
  });
});
