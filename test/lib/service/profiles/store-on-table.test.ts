import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createProfileClient } from '../../../../lib/service/profiles/client.ts';
import { merge, type ProfileStatistics } from '../../../../lib/service/profiles/statistics.ts';
import { ProfileStore } from '../../../../lib/service/profiles/store.ts';
import { comparable, statisticsOfAll, warmMs } from './samples.ts';
import { startTable } from './table.ts';

const pk = 'd/c/m@9f86d081884c';
/** A busy machine must not make an update's outcome unknown. */
const patient = { requestTimeout: 60_000 };
const now = Date.UTC(2026, 10, 24, 8, 27);
const origin = { fingerprint: 'f00', precision: 0.02 };

describe('a profile store on a DynamoDB endpoint', () => {
  let table: Awaited<ReturnType<typeof startTable>>;
  beforeEach(async () => {
    table = await startTable();
  });
  afterEach(() => table.close());

  const openStore = (shards = 1) =>
    new ProfileStore({
      tableName: table.tableName,
      client: createProfileClient({ ...table.config, requestHandler: patient }),
      now: () => now,
      shards,
    });
  const liveTotal = async (store: ProfileStore): Promise<ProfileStatistics> => {
    const { live } = await store.read(pk, { consistentRead: true });
    return merge(...live.map(({ statistics }) => statistics));
  };

  it.each([
    [2_000, 1],
    [1_000, 4],
  ])(
    '100 writers lose none of %d updates over %d shards',
    async (updates, shards) => {
      const store = openStore(shards);
      const observations = Array.from({ length: updates }, (_, i) =>
        i % 10 === 9
          ? ({ kind: 'cold', serviceUs: 1_000_000 + i } as const)
          : ({ kind: 'warm', serviceUs: 40_000 + ((i * 7919) % 20_000) } as const),
      );
      const writers = Array.from({ length: 100 }, async (_, writer) => {
        const outcomes = new Set<unknown>();
        for (let i = writer; i < observations.length; i += 100) {
          outcomes.add((await store.record(pk, observations[i]!)).applied);
        }
        return [...outcomes];
      });

      expect(await Promise.all(writers)).toEqual(writers.map(() => [true]));
      expect(comparable(await liveTotal(store))).toEqual(comparable(statisticsOfAll(observations)));
      expect((await store.read(pk)).live).toHaveLength(shards);
    },
    120_000,
  );

  it('sums of squares stay exact beyond 2^53', async () => {
    const store = openStore();
    for (let i = 0; i < 20; i++) await store.record(pk, { kind: 'warm', serviceUs: 900_000_000 });
    expect((await liveTotal(store)).sumSqUs).toBe(20n * 900_000_000n ** 2n);
  });

  it('a baseline is replaced whole and read beside the live windows', async () => {
    const store = openStore();
    await store.putBaseline(pk, warmMs(1, 2, 3), origin);
    await store.putBaseline(pk, warmMs(500, 500, 20, 30), origin);
    await store.record(pk, { kind: 'warm', serviceUs: 600_000 });
    const other = 'd/c/other@9f86d081884c';
    expect(await store.read(pk, { consistentRead: true })).toEqual({
      baseline: warmMs(500, 500, 20, 30),
      live: [{ windowStartMs: Date.UTC(2026, 10, 24, 8, 25), shard: 0, statistics: warmMs(600) }],
    });
    expect(await store.read(other, { consistentRead: true })).toEqual({ live: [] });
    expect(await store.baselineFingerprint(pk)).toBe('f00');
    expect(await store.baselineFingerprint(other)).toBeUndefined();
  });

  it('live windows that began before another version was measured do not count any more', async () => {
    const store = openStore();
    await store.putBaseline(pk, warmMs(1), origin);
    await store.record(pk, { kind: 'warm', serviceUs: 600_000 });
    await store.putBaseline(pk, warmMs(2), origin);
    expect((await store.read(pk, { consistentRead: true })).live).toHaveLength(1);
    await store.putBaseline(pk, warmMs(3), { ...origin, fingerprint: 'f11' });
    expect((await store.read(pk, { consistentRead: true })).live).toHaveLength(0);
    await store.putBaseline(pk, warmMs(4), { ...origin, fingerprint: 'f11' });
    expect((await store.read(pk, { consistentRead: true })).live).toHaveLength(0);
  });

  it('an endpoint that is gone costs the sample and nothing else', async () => {
    const store = openStore();
    await table.close();
    expect(await store.record(pk, { kind: 'failure' })).toMatchObject({ applied: false });
    table = await startTable();
  });
});
