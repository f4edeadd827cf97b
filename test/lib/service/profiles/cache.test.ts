import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  ProfileCache,
  type ProfileCacheEvent,
  type ProfileCacheOptions,
} from '../../../../lib/service/profiles/cache.ts';
import type { StoredProfile } from '../../../../lib/service/profiles/statistics.ts';
import type { ReadOptions } from '../../../../lib/service/profiles/store.ts';
import { defaultWindows } from '../../../../lib/service/profiles/windows.ts';
import { warmMs } from './samples.ts';

const referenceMs = 100;
const models = ['a', 'b'].map((name) => ({
  name,
  pk: `d/c/${name}@9f86d081884c`,
  reference: { meanMs: referenceMs, stdMs: 5 },
}));

/** A table that a test can speed up, slow down and break. */
class FakeTable {
  readonly windows = defaultWindows;
  reads = 0;
  delayMs = 10;
  meanMs = 20;
  readonly failing = new Set<string>();
  lastSignal: AbortSignal | undefined;

  async read(pk: string, { abortSignal }: ReadOptions = {}): Promise<StoredProfile> {
    this.reads++;
    this.lastSignal = abortSignal;
    await new Promise((resolve) => setTimeout(resolve, this.delayMs));
    const name = pk.split('/')[2]!.split('@')[0]!;
    if (this.failing.has(name)) throw new Error(`cannot read ${name}`);
    return { baseline: warmMs(...Array.from({ length: 40 }, () => this.meanMs)), live: [] };
  }
}

let table: FakeTable;
let events: ProfileCacheEvent[];

function openCache(options: Partial<ProfileCacheOptions> = {}): ProfileCache {
  const onEvent = (event: ProfileCacheEvent) => events.push(event);
  return new ProfileCache({ store: table, models, random: () => 0, onEvent, ...options });
}

/** The mean of each model as a caller sees it now, without any time passing. */
async function meansNow(cache: ProfileCache): Promise<number[]> {
  const snapshot = await cache.profiles();
  return models.map(({ name }) => snapshot.get(name)!.meanMs);
}

async function openWarmCache(options: Partial<ProfileCacheOptions> = {}): Promise<ProfileCache> {
  const cache = openCache(options);
  const first = cache.profiles();
  await vi.advanceTimersByTimeAsync(table.delayMs);
  await first;
  events.length = 0;
  table.reads = 0;
  return cache;
}

/** How often the table is read while a request comes every 100 ms. */
async function refreshesWithin(ms: number, cache: ProfileCache): Promise<number> {
  const before = table.reads;
  for (let passed = 0; passed < ms; passed += 100) {
    await vi.advanceTimersByTimeAsync(100);
    await cache.profiles();
  }
  return (table.reads - before) / models.length;
}

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 24, 8, 27) });
  table = new FakeTable();
  events = [];
});
afterEach(() => vi.useRealTimers());

describe('the first caller', () => {
  it('waits for the table', async () => {
    const cache = openCache();
    const means = meansNow(cache);
    await vi.advanceTimersByTimeAsync(10);
    expect(await means).toEqual([20, 20]);
    expect(events).toEqual([{ kind: 'refreshed', durationMs: 10 }]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('waits no longer than it was told, then has the references', async () => {
    table.delayMs = 1000;
    const cache = openCache({ firstWaitMs: 150 });
    const means = meansNow(cache);
    await vi.advanceTimersByTimeAsync(150);
    expect(await means).toEqual([referenceMs, referenceMs]);
    expect(events).toEqual([{ kind: 'first-read-late', waitedMs: 150 }]);
    await vi.advanceTimersByTimeAsync(850);
    expect(await meansNow(cache)).toEqual([20, 20]);
  });

  it('is the only one that waits', async () => {
    table.delayMs = 1000;
    const cache = openCache({ firstWaitMs: 150 });
    void cache.profiles();
    await vi.advanceTimersByTimeAsync(150);
    expect(await meansNow(cache)).toEqual([referenceMs, referenceMs]);
    expect(table.reads).toBe(models.length);
  });

  it('has the references at once when the table refuses', async () => {
    table.delayMs = 0;
    table.failing.add('a').add('b');
    const means = meansNow(openCache());
    await vi.advanceTimersByTimeAsync(0);
    expect(await means).toEqual([referenceMs, referenceMs]);
  });
});

describe('a later caller', () => {
  it('reads nothing while the profiles are fresh', async () => {
    const cache = await openWarmCache({ refreshMs: 2000 });
    await vi.advanceTimersByTimeAsync(1999);
    await cache.profiles();
    expect(table.reads).toBe(0);
  });

  it('has the old profiles at once when they are stale, the next caller the new ones', async () => {
    const cache = await openWarmCache({ refreshMs: 2000 });
    table.meanMs = 30;
    await vi.advanceTimersByTimeAsync(2000);
    expect(await meansNow(cache)).toEqual([20, 20]);
    await vi.advanceTimersByTimeAsync(10);
    expect(await meansNow(cache)).toEqual([30, 30]);
    expect(table.reads).toBe(models.length);
  });

  it('does not read a second time while a read is under way', async () => {
    const cache = await openWarmCache();
    table.delayMs = 500;
    await vi.advanceTimersByTimeAsync(5000);
    await Promise.all(Array.from({ length: 20 }, () => cache.profiles()));
    await vi.advanceTimersByTimeAsync(499);
    await cache.profiles();
    expect(table.reads).toBe(models.length);
  });

  it('can wait until the read has ended', async () => {
    const cache = await openWarmCache();
    await vi.advanceTimersByTimeAsync(5000);
    await cache.profiles();
    let settled = false;
    const waiting = cache.settled().then(() => {
      settled = true;
    });
    await vi.advanceTimersByTimeAsync(9);
    expect(settled).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await waiting;
    await cache.settled();
    expect(settled).toBe(true);
  });

  it('refreshes up to a quarter later, at random', async () => {
    const cache = await openWarmCache({ refreshMs: 2000, random: () => 0.8 });
    await vi.advanceTimersByTimeAsync(2399);
    await cache.profiles();
    expect(table.reads).toBe(0);
    await vi.advanceTimersByTimeAsync(1);
    await cache.profiles();
    expect(table.reads).toBe(models.length);
  });

  it('costs no timer between requests', async () => {
    await openWarmCache();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(table.reads).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a table that cannot be read', () => {
  it('leaves the last known profiles and is reported', async () => {
    const cache = await openWarmCache();
    table.failing.add('a').add('b');
    await vi.advanceTimersByTimeAsync(2000);
    await cache.profiles();
    await vi.advanceTimersByTimeAsync(10);
    expect(await meansNow(cache)).toEqual([20, 20]);
    const failures = models.map(({ name }) => ({
      model: name,
      error: new Error(`cannot read ${name}`),
    }));
    expect(events).toEqual([{ kind: 'refresh-failed', durationMs: 10, failures }]);
  });

  it('is asked less and less often, and as usual when it is back', async () => {
    const cache = await openWarmCache({ refreshMs: 1000, maxRefreshMs: 4000 });
    table.failing.add('a').add('b');
    const refreshes = await refreshesWithin(60_000, cache);
    // After 1 s, 2 s, and from then on every 4 s.
    expect(refreshes).toBeLessThanOrEqual(17);
    expect(refreshes).toBeGreaterThanOrEqual(14);
    table.failing.clear();
    await refreshesWithin(5_000, cache);
    expect(await refreshesWithin(10_000, cache)).toBeGreaterThanOrEqual(9);
  });

  it('is asked as often as usual while a part of it can be read', async () => {
    const cache = await openWarmCache({ refreshMs: 1000, maxRefreshMs: 4000 });
    table.failing.add('a');
    expect(await refreshesWithin(10_000, cache)).toBeGreaterThanOrEqual(9);
  });

  it('in part keeps only that part old', async () => {
    const cache = await openWarmCache();
    table.failing.add('a');
    table.meanMs = 30;
    await vi.advanceTimersByTimeAsync(2000);
    await cache.profiles();
    await vi.advanceTimersByTimeAsync(10);
    expect(await meansNow(cache)).toEqual([20, 30]);
    expect(events).toMatchObject([{ kind: 'refresh-failed', failures: [{ model: 'a' }] }]);
  });

  it('that never answers is given up', async () => {
    const cache = await openWarmCache({ readTimeoutMs: 500 });
    table.delayMs = 1_000_000;
    await vi.advanceTimersByTimeAsync(2000);
    await cache.profiles();
    await vi.advanceTimersByTimeAsync(500);
    await cache.settled();
    expect(table.lastSignal?.aborted).toBe(true);
    expect(events).toMatchObject([
      { failures: [{ error: { name: 'TookTooLongError' } }, { model: 'b' }] },
    ]);
    expect(await meansNow(cache)).toEqual([20, 20]);
  });
});

it('a listener that throws breaks nothing', async () => {
  const cache = await openWarmCache({
    onEvent: () => {
      throw new Error('from the listener');
    },
  });
  expect(await meansNow(cache)).toEqual([20, 20]);
  await cache.settled();
});

describe('reload', () => {
  it('waits for a consistent read, though another read is under way', async () => {
    const cache = await openWarmCache({ refreshMs: 0 });
    const consistent: unknown[] = [];
    vi.spyOn(table, 'read').mockImplementation(async (_, { consistentRead } = {}) => {
      consistent.push(consistentRead);
      await new Promise((resolve) => setTimeout(resolve, table.delayMs));
      return { baseline: warmMs(...Array.from({ length: 40 }, () => 77)), live: [] };
    });
    await cache.profiles();
    const reloaded = cache.reload();
    await cache.profiles();
    await vi.advanceTimersByTimeAsync(2 * table.delayMs);
    expect((await reloaded).get('a')?.meanMs).toBe(77);
    expect(consistent).toEqual([undefined, undefined, true, true]);
  });
});

it('tells of every profile that is read, and of none that is merely kept', async () => {
  const read: string[] = [];
  const cache = await openWarmCache({
    onRead: (model, { meanMs }) => read.push(`${model} ${meanMs}`),
  });
  expect(read).toEqual(['a 20', 'b 20']);
  table.failing.add('a');
  table.meanMs = 30;
  const reloaded = cache.reload();
  await vi.advanceTimersByTimeAsync(table.delayMs);
  await reloaded;
  expect(read.slice(2)).toEqual(['b 30']);
});
