import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { strategyNames } from '../../../../lib/core/selection/strategies.ts';
import { NoCandidateError } from '../../../../lib/core/selection/types.ts';
import { type Cell, CellRunner } from '../../../../lib/evaluation/engine/cells/cell.ts';
import {
  paperNetwork,
  residential,
  university,
} from '../../../../lib/evaluation/engine/network/networks.ts';
import {
  deviceAccuracyPct,
  profileSets,
} from '../../../../lib/evaluation/engine/profiles/profile-sets.ts';
import { selectorNames } from '../../../../lib/evaluation/engine/selectors.ts';
import { halfSureDevice } from './made-up-device.ts';

const cell: Cell = {
  profiles: 'table3',
  models: profileSets.table3.models,
  network: paperNetwork,
  slaMs: 250,
  selector: 'three-stage-as-printed',
  requests: 4_000,
  seed: 1,
  deviceAccuracyPct,
  clockErrorMs: 0,
};
const run = (changes: Partial<Cell>) => new CellRunner().run({ ...cell, ...changes });
const p2 = { profiles: 'p2', models: profileSets.p2.models };

describe('the paper’s numbers', () => {
  it.each([
    ['static-latency', university, 0.26, 41.4],
    ['static-accuracy', university, 3.67, 81.09],
    ['pure-random', university, 0.42, 63.33],
    ['three-stage-as-printed', university, 0.26, 82.39],
    ['static-latency', residential, 3.16, 41.4],
    ['static-accuracy', residential, 23.03, 73.11],
    ['pure-random', residential, 5.06, 62.06],
    ['three-stage-as-printed', residential, 3.16, 80.43],
  ] as const)('Table IV: %s', (selector, network, reliancePct, accuracyPct) => {
    const outcome = run({ ...p2, network, selector, requests: 20_000 });
    expect(Math.abs(outcome.reliancePct - reliancePct)).toBeLessThan(0.8);
    expect(Math.abs(outcome.duplicatedAccuracyPct - accuracyPct)).toBeLessThan(0.8);
  });

  it('Figure 3: over 42 % faster than static greedy at 115 ms', () => {
    const greedy = run({ slaMs: 115, selector: 'static-greedy' });
    const paper = run({ slaMs: 115 });
    expect(100 * (1 - paper.meanMs / greedy.meanMs)).toBeGreaterThan(42);
    expect(greedy.accuracyPct).toBeCloseTo(82.6, 6);
  });

  it('Figure 4: at a CV of 0 an SLA of T_nw leaves no time, and 250 ms is enough for the best', () => {
    const network = { ...paperNetwork, stdMs: 0 };
    expect(run({ network, slaMs: 100 })).toMatchObject({
      reliancePct: 100,
      accuracyPct: expect.closeTo(49.7, 6),
    });
    expect(run({ network })).toMatchObject({
      reliancePct: 0,
      accuracyPct: expect.closeTo(82.6, 6),
    });
  });
});

describe.each(selectorNames)('%s', (selector) => {
  it('is repeatable, and another with another seed', () => {
    const shorter = { selector, slaMs: 150, requests: 300 };
    expect(run(shorter)).toEqual(run(shorter));
    expect(run(shorter)).not.toEqual(run({ ...shorter, seed: 2 }));
  });

  it('adds up', () => {
    const { usagePct, accuracyPct, ...outcome } = run({ selector, slaMs: 150, requests: 500 });
    expect(usagePct.reduce((sum, share) => sum + share, 0)).toBeCloseTo(100, 6);
    const byUsage = usagePct.map((share, i) => (share * (cell.models[i]?.accuracyPct ?? 0)) / 100);
    expect(byUsage.reduce((sum, part) => sum + part, 0)).toBeCloseTo(accuracyPct, 6);
    expect(outcome.p50Ms).toBeLessThanOrEqual(outcome.p99Ms);
    expect(outcome.duplicatedAccuracyPct).toBeGreaterThanOrEqual(deviceAccuracyPct - 1e-9);
  });

  it('never beats the oracle', () => {
    const sla = fc.integer({ min: 0, max: 400 });
    const coldShare = fc.constantFrom(0, 0.05);
    fc.assert(
      fc.property(sla, coldShare, (slaMs, share) => {
        const models = cell.models.map((model) => ({
          ...model,
          coldShare: share,
          coldMeanMs: 900 + model.meanMs,
        }));
        const some = { slaMs, models, requests: 200 };
        const best = run({ ...some, selector: 'oracle' });
        const outcome = run({ ...some, selector });
        expect(outcome.duplicatedAccuracyPct).toBeLessThanOrEqual(
          best.duplicatedAccuracyPct + 1e-9,
        );
        expect(outcome.reliancePct).toBeGreaterThanOrEqual(best.reliancePct);
      }),
      { numRuns: 20 },
    );
  });
});

describe('what the requests meet', () => {
  it('is the same for all selectors: the network and the slowness', () => {
    const answersOf = (selector: Cell['selector']) =>
      run({ selector, requests: 20, keepAnswers: true }).answers?.inputMs;
    expect(answersOf('static-latency')).toEqual(answersOf('static-accuracy'));
  });

  it('is a T_output of its own when told so', () => {
    const output = { meanMs: 10, stdMs: 5 };
    const { answers } = run({ disturbances: { output }, requests: 2_000, keepAnswers: true });
    expect(answers?.outputMs).toHaveLength(2_000);
    const sum = answers?.outputMs.reduce((total, ms) => total + ms, 0) ?? 0;
    expect(sum / 2_000).toBeCloseTo(10, 0);
  });

  it('is a wrong clock: the selector sees another T_input than there is', () => {
    const network = { ...paperNetwork, stdMs: 0 };
    const exact = run({ network, slaMs: 170, requests: 500 });
    const wrong = run({ network, slaMs: 170, requests: 500, disturbances: { clockStdMs: 20 } });
    expect(exact.reliancePct).toBe(0);
    expect(wrong.reliancePct).toBeGreaterThan(5);
    expect(wrong.accuracyPct).toBeLessThan(exact.accuracyPct);
  });

  it('is noise that leaves mean and deviation as they are', () => {
    const models = [{ name: 'one', accuracyPct: 80, meanMs: 50, stdMs: 20 }];
    const network = { ...paperNetwork, stdMs: 0 };
    const noisy = run({ models, network, requests: 50_000, disturbances: { noiseCvPct: 40 } });
    expect(noisy.meanMs).toBeCloseTo(150, 0);
    expect(noisy.stdMs).toBeCloseTo(20, 0);
    expect(noisy.p50Ms).toBeLessThan(149);
  });

  it('are cold starts, each model its own, in as many calls as its share says', () => {
    const models = [
      { name: 'a', accuracyPct: 80, meanMs: 10, stdMs: 0, coldShare: 0.1, coldMeanMs: 1000 },
      { name: 'b', accuracyPct: 50, meanMs: 5, stdMs: 0, coldShare: 0.1, coldMeanMs: 1000 },
    ];
    const common = { models, requests: 20_000, network: { ...paperNetwork, stdMs: 0 } };
    expect(run({ ...common, selector: 'static-accuracy' }).reliancePct).toBeCloseTo(10, 0);
    expect(run({ ...common, selector: 'oracle' }).reliancePct).toBeLessThan(2);
  });

  it('may be other than the selector believes', () => {
    const believed = cell.models.map((model) => ({ ...model, meanMs: model.meanMs + 1000 }));
    const { usagePct } = run({ believed, requests: 100 });
    expect(usagePct[1]).toBe(100);
  });
});

describe('hedging', () => {
  const models = p2.models.map((model) => ({
    ...model,
    ...{ stdMs: 0.3 * model.meanMs, coldShare: 0.01, coldMeanMs: 1000 + model.meanMs },
  }));
  const network = residential;
  const world = { ...p2, models, network, disturbances: { noiseCvPct: 30 } };
  const selectors = ['three-stage', 'expected-accuracy'] as const;

  it.each(selectors)('that is off changes nothing: %s', (selector) => {
    const some = { ...world, selector, requests: 500, keepAnswers: true };
    const plain = run(some);
    expect(run({ ...some, hedging: { share: 0 } })).toEqual(plain);
    expect(plain.extraPct).toBe(0);
  });

  it.each(selectors)(
    'raises accuracy for no more extra invocations than it may have: %s',
    (selector) => {
      const plain = run({ ...world, selector, requests: 10_000 });
      const hedged = run({ ...world, selector, requests: 10_000, hedging: {} });
      const both = run({ ...world, selector, requests: 10_000, hedging: { twoAnswers: true } });
      expect(hedged.duplicatedAccuracyPct).toBeGreaterThan(plain.duplicatedAccuracyPct + 0.5);
      expect(hedged.reliancePct).toBeLessThan(plain.reliancePct - 1);
      expect(both.duplicatedAccuracyPct).toBeGreaterThan(hedged.duplicatedAccuracyPct - 0.01);
      for (const { extraPct } of [hedged, both]) {
        expect(extraPct).toBeGreaterThan(2);
        expect(extraPct).toBeLessThanOrEqual(5);
      }
    },
  );

  it('never exceeds its share, and never beats the oracle', () => {
    const anything = fc.record({
      share: fc.constantFrom(0.01, 0.05, 0.5, 1),
      twoAnswers: fc.boolean(),
      slaMs: fc.integer({ min: 0, max: 400 }),
      selector: fc.constantFrom(...selectors),
    });
    fc.assert(
      fc.property(anything, ({ share, twoAnswers, slaMs, selector }) => {
        const some = { ...world, slaMs, requests: 200 };
        const best = run({ ...some, selector: 'oracle' });
        const hedged = run({ ...some, selector, hedging: { share, twoAnswers } });
        expect(hedged.extraPct).toBeLessThanOrEqual(100 * share + 1e-9);
        expect(hedged.duplicatedAccuracyPct).toBeLessThanOrEqual(best.duplicatedAccuracyPct + 1e-9);
        expect(hedged.reliancePct).toBeGreaterThanOrEqual(best.reliancePct);
      }),
      { numRuns: 30 },
    );
  });
});

it('refuses to select from nothing', () => {
  expect(() => run({ models: [] })).toThrow(NoCandidateError);
});

it('knows every strategy of a deployment', () => {
  expect(selectorNames).toEqual([...strategyNames, 'stage-one', 'oracle']);
});

describe('a device that runs first', () => {
  const device = halfSureDevice([30, 99.9], { meanMs: 30, stdMs: 1 });
  const answersOf = (changes: Partial<Cell>) => {
    const { answers } = run({ selector: 'expected-accuracy', keepAnswers: true, ...changes });
    if (!answers) throw new Error('no answers');
    return answers;
  };

  it('leaves the cloud the rest of the SLA, and its answers come later', () => {
    const { deviceRuns, latencyMs, inputMs, serviceMs, outputMs } = answersOf({
      deviceFirst: device,
    });
    latencyMs.forEach((ms, i) => {
      const sum = (inputMs[i] ?? 0) + (serviceMs[i] ?? 0) + (outputMs[i] ?? 0);
      expect(ms).toBeCloseTo(sum + (deviceRuns?.tookMs[i] ?? 0), 9);
    });
    const meanMs = (values: Float64Array) => values.reduce((a, b) => a + b, 0) / values.length;
    const slow = { ...device, meanMs: 120 };
    expect(meanMs(answersOf({ deviceFirst: slow }).serviceMs)).toBeLessThan(meanMs(serviceMs));
    expect(answersOf({}).deviceRuns).toBeUndefined();
  });

  it('lets the selector take more risks where it is not sure, and fewer where it is', () => {
    const { deviceRuns, serviceMs } = answersOf({ deviceFirst: device, requests: 8_000 });
    const meanOf = (bin: number) => {
      const ms = Array.from(serviceMs).filter((_, i) => deviceRuns?.bin[i] === bin);
      return ms.reduce((a, b) => a + b, 0) / ms.length;
    };
    expect(meanOf(0)).not.toBeCloseTo(meanOf(1), 0);
  });
});
