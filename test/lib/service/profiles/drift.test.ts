import { describe, expect, it } from 'vitest';
import { select, strategies } from '../../../../lib/core/selection/strategies.ts';
import { normal } from '../../../../lib/core/statistics/draw.ts';
import { seededRandom } from '../../../../lib/core/statistics/random.ts';
import { profileOf } from '../../../../lib/service/profiles/profile.ts';
import type { LiveStatistics } from '../../../../lib/service/profiles/statistics.ts';
import {
  emptyStatistics,
  merge,
  type ProfileStatistics,
  statisticsOf,
} from '../../../../lib/service/profiles/statistics.ts';
import { defaultWindows, windowStart } from '../../../../lib/service/profiles/windows.ts';

const { windowMs } = defaultWindows;
const slaMs = 250;
const inputMs = 50;

interface Model {
  readonly name: string;
  readonly accuracyPct: number;
  speedMs: number;
  readonly baseline: ProfileStatistics;
  readonly live: Map<number, ProfileStatistics>;
}

/** A service in simulated time: a request every two seconds, profiles kept as the table keeps them. */
class SimulatedService {
  nowMs = Date.UTC(2026, 0, 1);
  readonly models: Model[];
  readonly #random = seededRandom(5);
  readonly #drawNormal = normal(this.#random);

  constructor(speedsMs: Record<string, [accuracyPct: number, speedMs: number]>) {
    this.models = Object.entries(speedsMs).map(([name, [accuracyPct, speedMs]]) => {
      const calls = Array.from({ length: 100 }, () => this.#call(speedMs));
      return { name, accuracyPct, speedMs, baseline: merge(...calls), live: new Map() };
    });
  }

  /** Serves requests for some windows; the share of requests that each model got in the last one. */
  serve(strategy: 'three-stage' | 'expected-accuracy', windows: number): Map<string, number> {
    const endMs = this.nowMs + windows * windowMs;
    const counts = new Map<string, number>();
    let served = 0;
    for (; this.nowMs < endMs; this.nowMs += 2_000) {
      const budget = { slaMs, inputMs, networkMs: 100, budgetMs: 150 };
      const output = [{ ms: 20, weight: 1 }];
      const candidates = this.models.map((model) => ({ ...model, ...this.profile(model) }));
      const withOutput = { ...budget, outputMs: output };
      const { model } = select(strategies[strategy], candidates, withOutput, this.#random);
      this.#record(model.name);
      if (endMs - this.nowMs > windowMs) continue;
      served++;
      counts.set(model.name, (counts.get(model.name) ?? 0) + 1);
    }
    return new Map([...counts].map(([name, count]) => [name, count / served]));
  }

  model(name: string): Model {
    const found = this.models.find((model) => model.name === name);
    if (!found) throw new Error(name);
    return found;
  }

  profile({ baseline, live, speedMs }: Model) {
    const stored: LiveStatistics[] = Array.from(live, ([windowStartMs, statistics]) => ({
      ...{ windowStartMs, shard: 0, statistics },
    }));
    return profileOf({ baseline, live: stored }, { meanMs: speedMs, stdMs: 0 }, this.nowMs);
  }

  #record(name: string): void {
    const { live, speedMs } = this.model(name);
    const start = windowStart(this.nowMs, windowMs);
    live.set(start, merge(live.get(start) ?? emptyStatistics(), this.#call(speedMs)));
  }

  #call(speedMs: number): ProfileStatistics {
    const serviceUs = Math.round(1000 * speedMs * (1 + 0.03 * this.#drawNormal()));
    return statisticsOf({ kind: 'warm', serviceUs });
  }
}

describe.each(['three-stage', 'expected-accuracy'] as const)('drift under %s', (strategy) => {
  it('a model that becomes three times slower is known to be, within two windows, and left', () => {
    const service = new SimulatedService({ fast: [60, 5], best: [90, 60] });
    expect(service.serve(strategy, 3).get('best')).toBeGreaterThan(0.95);
    service.model('best').speedMs = 180;
    const shares = service.serve(strategy, 2);
    const { meanMs } = service.profile(service.model('best'));
    expect(Math.abs(meanMs / 180 - 1)).toBeLessThan(0.1);
    expect(shares.get('best') ?? 0).toBeLessThan(0.1);
  });

  it('a model that fell out of favour comes back when it is fast again', () => {
    const service = new SimulatedService({ fast: [60, 5], best: [90, 60] });
    service.serve(strategy, 3);
    service.model('best').speedMs = 180;
    service.serve(strategy, 6);
    service.model('best').speedMs = 60;
    // The windows that knew it slow expire after an hour; who explores finds out earlier.
    const shares = service.serve(strategy, defaultWindows.windowsBack + 2);
    expect(shares.get('best')).toBeGreaterThan(0.9);
    const { meanMs } = service.profile(service.model('best'));
    expect(Math.abs(meanMs / 60 - 1)).toBeLessThan(0.1);
  });
});

describe('exploring', () => {
  it('brings a model back within a few windows, for at most its share of the requests meanwhile', () => {
    const service = new SimulatedService({ fast: [60, 5], best: [90, 60] });
    service.model('best').speedMs = 180;
    service.serve('expected-accuracy', 4);
    expect(service.serve('expected-accuracy', 1).get('best') ?? 0).toBeLessThan(0.05);
    service.model('best').speedMs = 60;
    const windows = 8;
    expect(service.serve('expected-accuracy', windows).get('best')).toBeGreaterThan(0.9);
    expect(windows).toBeLessThan(defaultWindows.windowsBack);
  });
});
