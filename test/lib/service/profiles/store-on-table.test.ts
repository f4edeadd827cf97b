import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createProfileClient } from '../../../../lib/service/profiles/client.ts';
import { merge, type ProfileStatistics } from '../../../../lib/service/profiles/statistics.ts';
import { ProfileStore } from '../../../../lib/service/profiles/store.ts';
import { comparable, statisticsOfAll } from './samples.ts';
import { startTable } from './table.ts';

const pk = 'd/c/m@9f86d081884c';
/** A busy machine must not make an update's outcome unknown. */
const patient = { requestTimeout: 60_000 };
const now = Date.UTC(2026, 10, 24, 8, 27);

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

  it('an endpoint that is gone costs the sample and nothing else', async () => {
    const store = openStore();
    await table.close();
    expect(await store.record(pk, { kind: 'failure' })).toMatchObject({ applied: false });
    table = await startTable();
  });
});
