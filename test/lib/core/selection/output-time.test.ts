import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OutputTimes } from '../../../../lib/core/selection/output-time.ts';
import type { WeightedTimes } from '../../../../lib/core/selection/types.ts';
import { lognormal } from '../../../../lib/core/statistics/draw.ts';
import { seededRandom } from '../../../../lib/core/statistics/random.ts';

const meanOf = (distribution: WeightedTimes = []) =>
  distribution.reduce((sum, { ms, weight }) => sum + ms * weight, 0);
const weightOf = (distribution: WeightedTimes = []) =>
  distribution.reduce((sum, { weight }) => sum + weight, 0);
/** Weight of the times within a tenth of one. */
const weightNear = (expectedMs: number, distribution: WeightedTimes = []) =>
  weightOf(distribution.filter(({ ms }) => Math.abs(ms / expectedMs - 1) < 0.1));
const shareWithin = (limitMs: number, distribution: WeightedTimes = []) =>
  weightOf(distribution.filter(({ ms }) => ms <= limitMs));

const drawInputMs = (seed = 1) => lognormal(seededRandom(seed), 80, 50);
/** A service whose clients ask and then report, each answer with its T_output by what was asked. */
const afterReports = (
  count: number,
  outputOf: (inputMs: number, i: number) => number,
  times = new OutputTimes(),
) => {
  const draw = drawInputMs();
  for (let i = 0; i < count; i++) {
    const inputMs = draw();
    times.distribution({ inputMs });
    times.observe({ outputMs: outputOf(inputMs, i), inputMs });
  }
  return times;
};

describe('OutputTimes', () => {
  it('knows nothing at first', () => {
    expect(new OutputTimes().distribution()).toBeUndefined();
    expect(new OutputTimes().distribution({ inputMs: 50 })).toBeUndefined();
  });

  it('believes a client alone until others have reported', () => {
    const own = new OutputTimes().distribution({ ownMs: 40 });
    expect(weightOf(own)).toBeCloseTo(1, 12);
    expect(meanOf(own)).toBeGreaterThan(35);
    expect(meanOf(own)).toBeLessThan(50);
  });

  it('expects a client’s next T_output around its last, 0.4 of a logarithm wide', () => {
    const own = new OutputTimes().distribution({ ownMs: 40 }) ?? [];
    const logs = own.map(({ ms, weight }) => ({ z: Math.log(ms / 40), weight }));
    const mean = logs.reduce((sum, { z, weight }) => sum + z * weight, 0);
    const variance = logs.reduce((sum, { z, weight }) => sum + z * z * weight, 0);
    expect(mean).toBeCloseTo(0, 2);
    // Five values stand for the normal distribution: their deviation is 0.875 of its own.
    expect(Math.sqrt(variance)).toBeCloseTo(0.4 * 0.875, 3);
  });

  it('takes a first report for the T_output of all', () => {
    const times = new OutputTimes();
    times.observe({ outputMs: 40, inputMs: 80 });
    expect(times.distribution()).toEqual([{ ms: 40, weight: 1 }]);
    // Or for half of T_input: one report cannot tell.
    expect(times.distribution({ inputMs: 20 })).toEqual([
      { ms: 40, weight: 0.5 },
      { ms: 10, weight: 0.5 },
    ]);
  });

  it('needs no T_input', () => {
    const times = new OutputTimes();
    for (let i = 0; i < 100; i++) times.observe({ outputMs: 20 });
    expect(weightNear(20, times.distribution())).toBeCloseTo(1, 9);
    expect(weightNear(20, times.distribution({ inputMs: 500 }))).toBeCloseTo(1, 9);
  });

  it('forgets', () => {
    const times = new OutputTimes();
    for (let i = 0; i < 1000; i++) times.observe({ outputMs: 500 });
    for (let i = 0; i < 2000; i++) times.observe({ outputMs: 20 });
    expect(meanOf(times.distribution())).toBeLessThan(21);
  });
});

describe('what T_output goes by is found out', () => {
  it('where it is a multiple of T_input', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.05, max: 10, noNaN: true }), (ratio) => {
        const times = afterReports(200, (inputMs) => ratio * inputMs);
        for (const inputMs of [20, 80, 320]) {
          expect(weightNear(ratio * inputMs, times.distribution({ inputMs }))).toBeGreaterThan(0.9);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('where it has nothing to do with T_input', () => {
    const draw = lognormal(seededRandom(5), 30, 15);
    const times = afterReports(1_000, draw);
    const within = (inputMs: number) => shareWithin(30, times.distribution({ inputMs }));
    // The median of that distribution is 26.8 ms.
    for (const inputMs of [10, 80, 500]) {
      expect(within(inputMs)).toBeGreaterThan(0.5);
      expect(within(inputMs)).toBeLessThan(0.7);
    }
  });

  it('where it depends on T_input, but not as a multiple', () => {
    const times = afterReports(1_000, (inputMs) => (inputMs > 90 ? 20 : 200));
    expect(weightNear(20, times.distribution({ inputMs: 160 }))).toBeGreaterThan(0.9);
    expect(weightNear(200, times.distribution({ inputMs: 32 }))).toBeGreaterThan(0.9);
  });

  it('where each client has its own', () => {
    const times = new OutputTimes();
    const draw = drawInputMs();
    const clients = Array.from({ length: 20 }, (_, i) => ({
      ownMs: 10 * 1.3 ** i,
      inputMs: undefined as number | undefined,
    }));
    for (let round = 0; round < 30; round++) {
      for (const client of clients) {
        const { ownMs, inputMs } = client;
        if (inputMs !== undefined) times.observe({ outputMs: ownMs, inputMs });
        client.inputMs = draw();
        times.distribution({ inputMs: client.inputMs, ownMs: inputMs && ownMs });
      }
    }
    for (const { ownMs } of clients) {
      expect(weightNear(ownMs, times.distribution({ inputMs: 80, ownMs }))).toBeGreaterThan(0.85);
    }
  });

  it('anew when it changes', () => {
    const times = afterReports(2_000, (inputMs) => inputMs);
    afterReports(500, (_, i) => 25 + (i % 5), times);
    expect(shareWithin(35, times.distribution({ inputMs: 300 }))).toBeGreaterThan(0.8);
    afterReports(500, (inputMs) => inputMs, times);
    expect(weightNear(300, times.distribution({ inputMs: 300 }))).toBeGreaterThan(0.8);
  });
});

describe('whatever is reported', () => {
  const anything = fc.oneof(
    fc.double(),
    fc.double({ min: 0, max: 1_000, noNaN: true }),
    fc.constantFrom(0, -0, -1, 1e-300, 1e9, 1e300, Number.NaN, Number.POSITIVE_INFINITY),
  );
  const report = fc.record({
    outputMs: anything,
    inputMs: fc.option(anything, { nil: undefined }),
  });
  const clues = fc.record({
    inputMs: fc.option(anything, { nil: undefined }),
    ownMs: fc.option(anything, { nil: undefined }),
  });

  it('the forecast is a distribution of few finite times', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(report, clues), { minLength: 1 }), clues, (all, last) => {
        const times = new OutputTimes();
        for (const [each, asked] of all) {
          times.distribution(asked);
          times.observe(each);
        }
        const distribution = times.distribution(last);
        if (distribution === undefined) return;
        expect(weightOf(distribution)).toBeCloseTo(1, 9);
        expect(distribution.length).toBeLessThan(190);
        for (const { ms, weight } of distribution) {
          expect(ms > 0 && Number.isFinite(ms)).toBe(true);
          expect(weight).toBeGreaterThan(0);
        }
      }),
    );
  });

  it('what is not a time changes nothing', () => {
    const hostile = { ownMs: Number.NaN, inputMs: -5 };
    const times = afterReports(50, (inputMs) => inputMs);
    const before = times.distribution();
    for (const outputMs of [Number.NaN, -1, Number.NEGATIVE_INFINITY]) {
      times.observe({ outputMs, inputMs: 20 });
    }
    expect(times.distribution()).toEqual(before);
    expect(times.distribution(hostile)).toEqual(before);
    const unpaired = afterReports(50, (inputMs) => inputMs);
    unpaired.observe({ outputMs: 20 });
    times.observe({ outputMs: 20, inputMs: Number.NaN });
    expect(times.distribution({ inputMs: 70 })).toEqual(unpaired.distribution({ inputMs: 70 }));
  });

  it('one report moves no probability by more than 3 points', () => {
    const worlds = [(inputMs: number) => inputMs, () => 30, (_: number, i: number) => 5 + (i % 90)];
    fc.assert(
      fc.property(fc.constantFrom(...worlds), report, (world, lie) => {
        const times = afterReports(400, world);
        const asked = { inputMs: 80 };
        const before = times.distribution(asked);
        times.observe(lie);
        const after = times.distribution(asked);
        for (const limitMs of [1, 10, 20, 30, 50, 79, 81, 100, 1_000]) {
          const moved = shareWithin(limitMs, after) - shareWithin(limitMs, before);
          expect(Math.abs(moved)).toBeLessThan(0.03);
        }
      }),
    );
  });

  it('a client that lies with every tenth request leaves the others their forecast', () => {
    const lies = [
      { outputMs: 0, inputMs: 0 },
      { outputMs: 1e9, inputMs: 0 },
      { outputMs: 1e9, inputMs: 80 },
      { outputMs: 0, inputMs: 80 },
      { outputMs: 10, inputMs: 1e9 },
      { outputMs: 10 },
    ];
    for (const lie of lies) {
      const times = new OutputTimes();
      const draw = drawInputMs();
      for (let i = 0; i < 2_000; i++) {
        const inputMs = draw();
        times.observe(i % 10 === 0 ? lie : { outputMs: inputMs, inputMs });
      }
      expect(weightNear(80, times.distribution({ inputMs: 80 }))).toBeGreaterThan(0.75);
    }
  });

  it('memory does not grow: only the last thousand requests are remembered', () => {
    const times = new OutputTimes();
    for (let i = 0; i < 1_025; i++) times.distribution({ inputMs: i / 1_000, ownMs: 7 });
    // Of what is expected around a client's own 700 ms, the share of those 700 ms.
    const steadiness = () => {
      const own = (times.distribution({ ownMs: 700 }) ?? []).filter(({ ms }) => ms > 100);
      return weightNear(700, own) / weightOf(own);
    };
    const before = steadiness();
    // The first request has been forgotten: nobody knows what its client saw before.
    times.observe({ outputMs: 7, inputMs: 0 });
    expect(steadiness()).toBeCloseTo(before, 9);
    times.observe({ outputMs: 7, inputMs: 0.001 });
    expect(steadiness()).toBeGreaterThan(1.5 * before);
  });

  it('stays a distribution of few values over any number of reports', () => {
    const times = new OutputTimes();
    for (let i = 0; i < 100_000; i++) {
      times.observe({ outputMs: 5 + ((i * 7919) % 3000), inputMs: (i * 31) % 4000 });
    }
    const distribution = times.distribution({ inputMs: 100, ownMs: 30 });
    expect(weightOf(distribution)).toBeCloseTo(1, 6);
    expect(distribution?.length).toBeLessThan(190);
  });
});
