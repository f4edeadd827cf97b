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
import { runCells } from '../../../../lib/evaluation/engine/cells/run-cells.ts';
import { profileSets } from '../../../../lib/evaluation/engine/profiles/profile-sets.ts';

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
