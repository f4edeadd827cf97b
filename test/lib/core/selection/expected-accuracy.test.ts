import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  expectedAccuracy,
  probabilityInTime,
} from '../../../../lib/core/selection/expected-accuracy.ts';
import type { Candidate, TimeBudget, WeightedTimes } from '../../../../lib/core/selection/types.ts';
import { table3 } from '../../../fixtures/table-3.ts';
import { budgetOf, candidates, slaAndInput } from './arbitraries.ts';

const certain = (ms: number): WeightedTimes => [{ ms, weight: 1 }];
const model = (name: string, accuracyPct: number, meanMs: number, more = {}): Candidate => ({
  ...{ name, accuracyPct, meanMs, stdMs: 0 },
  ...more,
});

describe('the chance to be in time, by hand', () => {
  it('is that of the service time in what T_output leaves', () => {
    const steady = model('m', 80, 30);
    expect(probabilityInTime(steady, 100, certain(69))).toBe(1);
    expect(probabilityInTime(steady, 100, certain(71))).toBe(0);
    const spread = [10, 60, 90].map((ms) => ({ ms, weight: 1 / 3 }));
    expect(probabilityInTime(steady, 100, spread)).toBeCloseTo(2 / 3, 12);
  });

  it('is a half when the mean of a normal service time is just what is left', () => {
    expect(probabilityInTime({ ...model('m', 80, 30), stdMs: 5 }, 50, certain(20))).toBeCloseTo(
      0.5,
      5,
    );
  });

  it('takes the measured distribution before the normal one', () => {
    const measured = model('m', 80, 30, {
      probabilityWithin: (ms: number) => (ms < 40 ? 0.25 : 1),
    });
    expect(probabilityInTime(measured, 50, certain(15))).toBe(0.25);
  });

  it('counts cold starts as the slow calls they are', () => {
    const cold = model('m', 80, 30, { coldShare: 0.1, coldMeanMs: 900 });
    expect(probabilityInTime(cold, 500, certain(0))).toBeCloseTo(0.9, 12);
    expect(probabilityInTime(cold, 900, certain(0))).toBeCloseTo(1, 12);
    const mixed = { ...cold, probabilityWithin: () => 0.5 };
    expect(probabilityInTime(mixed, 500, certain(0))).toBeCloseTo(0.45, 12);
    expect(probabilityInTime({ ...cold, coldMeanMs: undefined }, 1e9, certain(0))).toBe(0.9);
  });

  it('is nothing without time, whatever a normal distribution says of times below 0', () => {
    const wild = { ...model('m', 80, 30), stdMs: 50 };
    expect(probabilityInTime(wild, 100, certain(100))).toBe(0);
    expect(probabilityInTime(wild, 100, certain(101))).toBe(0);
  });
});

describe('expected-accuracy by hand', () => {
  const small = model('small', 60, 10);
  const large = model('large', 90, 100);
  const budget = (more: Partial<TimeBudget>): TimeBudget => ({
    ...budgetOf({ slaMs: 200, inputMs: 60 }),
    ...more,
  });
  const chosen = (b: TimeBudget) => expectedAccuracy([small, large], b).baseModel.name;

  it('spends what the answer does not need on the way back', () => {
    // The paper's rule has 80 ms left; with T_output known there are 140 - 20.
    expect(chosen(budget({ outputMs: certain(20) }))).toBe('large');
    expect(chosen(budget({}))).toBe('small');
  });

  it('weighs the risk against the device’s own accuracy', () => {
    // large is in time in half the cases: 45 against 60 without a device, 90 / 2 + 50 / 2 against 60 with.
    const outputMs = [20, 60].map((ms) => ({ ms, weight: 0.5 }));
    expect(chosen(budget({ outputMs }))).toBe('small');
    expect(chosen(budget({ outputMs, deviceAccuracyPct: 50 }))).toBe('large');
  });

  it('keeps the clock’s error in hand', () => {
    expect(chosen(budget({ outputMs: certain(39) }))).toBe('large');
    expect(chosen(budget({ outputMs: certain(39), clockErrorMs: 5 }))).toBe('small');
  });

  it('takes the fastest for certain when nothing can be in time', () => {
    const { eligible } = expectedAccuracy(
      [small, { ...large, freshSamples: 0 }],
      budgetOf({ slaMs: 100, inputMs: 300 }),
    );
    expect(eligible).toEqual([{ model: small, probability: 1 }]);
  });

  it('explores a more accurate model that has hardly been measured of late, within its share', () => {
    const stale = { ...large, freshSamples: 1 };
    const { baseModel, eligible } = expectedAccuracy([small, stale], budget({}));
    expect(baseModel).toBe(small);
    expect(eligible).toEqual([
      { model: small, probability: 0.98 },
      { model: stale, probability: 0.02 },
    ]);
    const fresh = { ...large, freshSamples: 5 };
    expect(expectedAccuracy([small, fresh], budget({})).eligible).toHaveLength(1);
  });

  it('shares 2 % of the requests between all models that it explores', () => {
    const stale = [large, { ...large, name: 'larger', accuracyPct: 95 }].map((m) => ({
      ...m,
      freshSamples: 4,
    }));
    const { eligible } = expectedAccuracy([small, ...stale], budget({}));
    expect(eligible.map(({ probability }) => probability)).toEqual([0.98, 0.01, 0.01]);
  });

  it('explores no model that is less accurate or as accurate, however little is known of it', () => {
    const others = [55, 60].map((accuracyPct) => ({
      ...large,
      ...{ name: `stale-${accuracyPct}`, accuracyPct, freshSamples: 0 },
    }));
    const { baseModel, eligible } = expectedAccuracy([small, ...others], budget({}));
    expect(baseModel).toBe(small);
    expect(eligible).toEqual([{ model: small, probability: 1 }]);
  });

  it('runs the fastest for certain when the device is at least as accurate as every model', () => {
    const stale = { ...large, freshSamples: 0 };
    for (const deviceAccuracyPct of [90, 99]) {
      const decision = expectedAccuracy([stale, small], budget({ deviceAccuracyPct }));
      expect(decision).toEqual({ baseModel: small, eligible: [{ model: small, probability: 1 }] });
    }
    // However much time there is.
    const ample = budget({ deviceAccuracyPct: 99, outputMs: certain(20) });
    expect(expectedAccuracy([stale, small], ample).baseModel).toBe(small);
    // A device that is a little worse leaves something to gain.
    const better = budget({ deviceAccuracyPct: 89, outputMs: certain(20) });
    expect(expectedAccuracy([stale, small], better).baseModel).toBe(stale);
  });

  it('takes the more accurate of two models for the fastest when only noise tells them apart', () => {
    const noisy = { ...model('noisy', 50, 9.5), meanErrorMs: 1 };
    const { baseModel } = expectedAccuracy([noisy, small], budget({ deviceAccuracyPct: 95 }));
    expect(baseModel).toBe(small);
  });

  it('breaks ties of expected accuracy by speed, then by name', () => {
    const models = [
      ...[model('b', 60, 10), model('a', 60, 10), model('slow', 60, 11)],
      model('never', 99, 500),
    ];
    for (const listed of [models, models.toReversed()]) {
      expect(expectedAccuracy(listed, budget({})).baseModel.name).toBe('a');
    }
  });
});

describe('expected-accuracy by its definition', () => {
  it('finds the highest expected accuracy of all models', () => {
    const device = fc.double({ min: 0, max: 100, noNaN: true });
    const outputMs = fc.double({ min: 0, max: 200, noNaN: true });
    fc.assert(
      fc.property(
        candidates,
        slaAndInput,
        device,
        outputMs,
        (models, request, accuracy, output) => {
          const budget = {
            ...budgetOf(request),
            deviceAccuracyPct: accuracy,
            outputMs: certain(output),
          };
          const expected = (m: Candidate) => {
            const p = probabilityInTime(m, budget.slaMs - budget.inputMs, budget.outputMs);
            return Math.max(m.accuracyPct, accuracy) * p + accuracy * (1 - p);
          };
          const { baseModel } = expectedAccuracy(models, budget);
          const best = Math.max(...models.map(expected));
          expect(expected(baseModel)).toBeGreaterThanOrEqual(best - 1e-9);
        },
      ),
    );
  });

  it('gives exploration no more than its share, whatever is stale', () => {
    fc.assert(
      fc.property(slaAndInput, (request) => {
        const stale = table3.map((m) => ({ ...m, freshSamples: 0 }));
        const { baseModel, eligible } = expectedAccuracy(stale, budgetOf(request));
        const base = eligible.find((e) => e.model === baseModel);
        expect(base?.probability).toBeGreaterThanOrEqual(0.98 - 1e-12);
      }),
    );
  });
});
