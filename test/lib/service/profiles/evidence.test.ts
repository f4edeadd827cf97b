import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../lib/core/statistics/random.ts';
import { recentCalls, weighEvidence } from '../../../../lib/service/profiles/evidence.ts';
import { defaultProfileSettings, profileOf } from '../../../../lib/service/profiles/profile.ts';
import type { LiveStatistics, Observation } from '../../../../lib/service/profiles/statistics.ts';
import {
  emptyStatistics,
  merge,
  observe,
  type ProfileStatistics,
  statisticsOf,
} from '../../../../lib/service/profiles/statistics.ts';
import { windowStart } from '../../../../lib/service/profiles/windows.ts';
import { statisticsOfAll } from './samples.ts';

const { windowMs, windowsBack } = defaultProfileSettings;
const startMs = windowStart(Date.UTC(2026, 10, 24, 8), windowMs);
const fastMs = 50;
const slowMs = 150;
const hour = (windowsBack + 1) * windowMs;

/** A model in simulated time: called at a steady rate, with a service time that varies by 8 %. */
class SimulatedModel {
  nowMs = startMs;
  readonly #random = seededRandom(7);
  readonly #windows = new Map<number, ProfileStatistics>();
  readonly #baseline = statisticsOfAll(
    Array.from({ length: 1000 }, () => ({ kind: 'warm', serviceUs: this.#serviceUs(fastMs) })),
  );

  /** Calls for this many windows' time, at this many calls a window. */
  serve(windows: number, perWindow: number, meanMs: number): this {
    for (let i = 0; i < Math.round(windows * perWindow); i++) {
      this.nowMs += windowMs / perWindow;
      const start = windowStart(this.nowMs, windowMs);
      const observation = { kind: 'warm', serviceUs: this.#serviceUs(meanMs) } as const;
      const window = this.#windows.get(start) ?? emptyStatistics();
      this.#windows.set(start, observe(window, observation));
    }
    return this;
  }

  wait(ms: number): this {
    this.nowMs += ms;
    return this;
  }

  profile() {
    const live = [...this.#windows].map(([windowStartMs, statistics]) => ({
      windowStartMs,
      shard: 0,
      statistics,
    }));
    const reference = { meanMs: 1, stdMs: 1 };
    return profileOf({ baseline: this.#baseline, live }, reference, this.nowMs);
  }

  #serviceUs(meanMs: number): number {
    const uniform = this.#random() + this.#random() + this.#random() - 1.5;
    return 1000 * meanMs * (1 + 0.16 * uniform);
  }
}

function expectWithin10Pct(meanMs: number, expectedMs: number): void {
  expect(Math.abs(meanMs / expectedMs - 1)).toBeLessThan(0.1);
}

describe('a change of speed is known after two windows of traffic', () => {
  const phases = [0, 0.01, 0.3, 0.5, 0.99];
  const rates = [5, 20, 300];
  const cases = phases.flatMap((phase) => rates.map((rate) => ({ phase, rate })));

  it.each(cases)('$rate calls a window, $phase of a window gone', ({ phase, rate }) => {
    const model = new SimulatedModel().wait(phase * windowMs).serve(6, rate, fastMs);
    expectWithin10Pct(model.profile().meanMs, fastMs);
    model.serve(2, rate, slowMs);
    expectWithin10Pct(model.profile().meanMs, slowMs);
    model.serve(2, rate, fastMs);
    expectWithin10Pct(model.profile().meanMs, fastMs);
  });

  it('also when the slow model is hardly called any more', () => {
    const model = new SimulatedModel().serve(6.5, 1000, fastMs).serve(0.5, 1000, slowMs);
    model.serve(2, 5, slowMs);
    expectWithin10Pct(model.profile().meanMs, slowMs);
  });

  it('also when traffic had stopped for a while', () => {
    const model = new SimulatedModel().serve(6, 100, fastMs).wait(4 * windowMs);
    model.serve(2, 100, slowMs);
    expectWithin10Pct(model.profile().meanMs, slowMs);
  });
});

describe('a model that keeps its speed keeps its profile', () => {
  it.each([1, 5, 20, 300])('at %d calls a window, at every moment', (rate) => {
    const model = new SimulatedModel();
    for (let call = 0; call < 5 * rate; call++) {
      model.serve(1 / rate, rate, fastMs);
      expectWithin10Pct(model.profile().meanMs, fastMs);
    }
  });

  it('and rests on the previous window when a new one has just begun', () => {
    const model = new SimulatedModel().serve(3, 300, fastMs).wait(1);
    expect(model.profile().freshSamples).toBeGreaterThanOrEqual(300);
    expect(model.profile().basis).toBe('live');
  });
});

describe('the baseline', () => {
  it('has no say once there are enough live samples', () => {
    expect(new SimulatedModel().serve(1, 30, slowMs).profile().basis).toBe('live');
  });

  it('has no say either when a few live samples contradict it', () => {
    const model = new SimulatedModel().serve(6, 1, slowMs);
    expect(model.profile().basis).toBe('live');
    expectWithin10Pct(model.profile().meanMs, slowMs);
  });

  it('stands by a few live samples that agree with it', () => {
    expect(new SimulatedModel().serve(6, 1, fastMs).profile().basis).toBe('live+baseline');
  });

  it('is what is left when traffic has stopped for longer than windows count', () => {
    const model = new SimulatedModel().serve(6, 100, slowMs).wait(hour);
    expect(model.profile()).toMatchObject({ basis: 'baseline', freshSamples: 0 });
    expectWithin10Pct(model.profile().meanMs, fastMs);
  });
});

describe('a model that has fallen out of favour', () => {
  const fallen = () => new SimulatedModel().serve(6, 200, fastMs).serve(1, 200, slowMs);

  it('is known to be slow as long as its last windows count', () => {
    const model = fallen().wait(5 * windowMs);
    expectWithin10Pct(model.profile().meanMs, slowMs);
    expect(model.profile().freshSamples).toBe(0);
  });

  it('is back after five exploratory samples', () => {
    const model = fallen()
      .wait(2 * windowMs)
      .serve(3, 2, fastMs);
    expectWithin10Pct(model.profile().meanMs, fastMs);
  });

  it('is tried again when its last windows have expired, even unexplored', () => {
    expectWithin10Pct(fallen().wait(hour).profile().meanMs, fastMs);
  });

  it('is not condemned by a few slow calls alone', () => {
    const model = new SimulatedModel().serve(6, 100, fastMs).serve(0.05, 100, slowMs);
    const { meanMs } = model.wait(2 * windowMs).profile();
    expect(meanMs).toBeLessThan(1.5 * fastMs);
  });
});

it('any split of the samples over shards gives the profile of one item', () => {
  const placed = fc.record({
    serviceUs: fc.integer({ min: 1000, max: 500_000 }),
    windowsAgo: fc.nat(windowsBack),
    shard: fc.nat(3),
  });
  fc.assert(
    fc.property(fc.array(placed, { minLength: 1, maxLength: 80 }), (samples) => {
      const itemsBy = (shardOf: (sample: { shard: number }) => number): LiveStatistics[] => {
        const items = new Map<string, LiveStatistics>();
        for (const sample of samples) {
          const windowStartMs = startMs - sample.windowsAgo * windowMs;
          const shard = shardOf(sample);
          const key = `${windowStartMs}#${shard}`;
          const before = items.get(key)?.statistics ?? emptyStatistics();
          const statistics = merge(before, statisticsOf({ kind: 'warm', ...sample }));
          items.set(key, { windowStartMs, shard, statistics });
        }
        return [...items.values()];
      };
      const reference = { meanMs: 30, stdMs: 3 };
      const split = profileOf({ live: itemsBy(({ shard }) => shard) }, reference, startMs);
      const whole = profileOf({ live: itemsBy(() => 0) }, reference, startMs);
      const numbers = ({ quantileMs, probabilityWithin, ...rest }: typeof split) => ({
        ...rest,
        quantiles: [0.1, 0.5, 0.99].map(quantileMs),
        within: [5, 50, 250].map(probabilityWithin),
      });
      expect(numbers(split)).toEqual(numbers(whole));
    }),
  );
});

it('any split over the two newest windows and their shards gives the statistics of one item', () => {
  const placed = fc.record({
    serviceUs: fc.integer({ min: 1000, max: 500_000 }),
    windowsAgo: fc.nat(1),
    shard: fc.nat(3),
  });
  fc.assert(
    fc.property(fc.array(placed, { minLength: 30, maxLength: 80 }), (samples) => {
      const live = samples.map(({ serviceUs, windowsAgo, shard }) => ({
        windowStartMs: startMs - windowsAgo * windowMs,
        shard,
        statistics: statisticsOf({ kind: 'warm', serviceUs }),
      }));
      const one = { windowStartMs: startMs, shard: 0 };
      const statistics = merge(...live.map((piece) => piece.statistics));
      const reference = { meanMs: 30, stdMs: 3 };
      const split = profileOf({ live }, reference, startMs);
      const whole = profileOf({ live: [{ ...one, statistics }] }, reference, startMs);
      expect([split.meanMs, split.stdMs]).toEqual([whole.meanMs, whole.stdMs]);
      expect(split.quantileMs(0.95)).toBe(whole.quantileMs(0.95));
    }),
  );
});

describe('the rules, one by one', () => {
  const settings = { windowMs, windowsBack, minLiveSamples: 30 };
  /** Windows of so many calls that took so long, by how many windows they lie back. */
  const windows = (...counts: [back: number, n: number, ms: number][]) =>
    counts.map(([back, n, ms]) => ({
      windowStartMs: startMs - back * windowMs,
      shard: 0,
      statistics: calls(n, ms),
    }));
  /** As many calls of times that differ by 1 ms. */
  const calls = (n: number, ms: number) =>
    statisticsOfAll(
      Array.from({ length: n }, (_, i) => ({ kind: 'warm', serviceUs: 1000 * (ms + (i % 2)) })),
    );
  const weigh = (live: LiveStatistics[], fallback = calls(1000, 50)) => {
    const { statistics, source } = weighEvidence(live, fallback, startMs, settings);
    return { n: Number(statistics.n), source };
  };

  it('the current and the previous window count in full', () => {
    expect(weigh(windows([0, 20, 50], [1, 20, 50], [2, 20, 50]))).toEqual({
      n: 40,
      source: 'live',
    });
  });

  it('exactly enough samples need no more', () => {
    expect(weigh(windows([1, 30, 50]))).toEqual({ n: 30, source: 'live' });
  });

  it('older windows fill up, and at last the fallback', () => {
    expect(weigh(windows([0, 10, 50], [2, 10, 50], [3, 10, 50]))).toEqual({
      n: 30,
      source: 'live',
    });
    expect(weigh(windows([0, 10, 50]), calls(20, 50))).toEqual({ n: 30, source: 'live+fallback' });
    expect(weigh(windows([1, 10, 50]), calls(20, 50))).toEqual({ n: 30, source: 'live+fallback' });
    expect(weigh([])).toEqual({ n: 1000, source: 'fallback' });
  });

  it('what holds more than is missing counts for that alone', () => {
    // 10 and 1000 samples in the ratio 10 to 20.
    expect(weigh(windows([0, 10, 50]))).toEqual({
      n: 10 * 1000 + 1000 * 20,
      source: 'live+fallback',
    });
  });

  it.each([
    [4, 'live+fallback'],
    [5, 'live'],
  ])('%d samples that contradict what is older: %s', (n, source) => {
    expect(weigh(windows([0, n, 150]))).toMatchObject({ source });
  });

  it('times that are all the same do not contradict the same times', () => {
    const same = (n: number) =>
      statisticsOfAll(Array.from({ length: n }, () => ({ kind: 'warm', serviceUs: 5000 })));
    const live = [{ windowStartMs: startMs, shard: 0, statistics: same(10) }];
    expect(weigh(live, same(20))).toEqual({ n: 30, source: 'live+fallback' });
  });
});

describe('recentCalls', () => {
  const nowMs = startMs + 60_000;
  const failed = { kind: 'failure' } as const;
  const warm = { kind: 'warm', serviceUs: 20_000 } as const;
  const cold = { kind: 'cold', serviceUs: 900_000 } as const;
  const shard = (windowsAgo: number, ...calls: readonly Observation[]): LiveStatistics => ({
    windowStartMs: startMs - windowsAgo * windowMs,
    shard: 0,
    statistics: statisticsOfAll(calls),
  });

  it('are those of the current window, of all shards, warm and cold', () => {
    const live = [shard(0, failed, warm), shard(0, failed, cold), shard(1, failed, failed)];
    expect(recentCalls(live, nowMs, defaultProfileSettings)).toEqual({
      ...{ sinceMs: startMs, failures: 2, answers: 2 },
    });
  });

  it('are those of the previous one as well while there are fewer than three', () => {
    const live = [shard(0, failed, warm), shard(1, failed, cold), shard(2, failed, failed)];
    expect(recentCalls(live, nowMs, defaultProfileSettings)).toEqual({
      ...{ sinceMs: startMs - windowMs, failures: 2, answers: 2 },
    });
    expect(recentCalls([shard(0, failed), ...live], nowMs, defaultProfileSettings)).toEqual({
      ...{ sinceMs: startMs, failures: 2, answers: 1 },
    });
  });
});
