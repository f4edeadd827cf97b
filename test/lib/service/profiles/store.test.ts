import {
  DynamoDBClient,
  GetItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createProfileClient } from '../../../../lib/service/profiles/client.ts';
import { toAttributes } from '../../../../lib/service/profiles/item.ts';
import {
  InvalidObservationError,
  merge,
  type ProfileStatistics,
} from '../../../../lib/service/profiles/statistics.ts';
import { ProfileStore } from '../../../../lib/service/profiles/store.ts';
import { comparable, statisticsOfAll, warmMs } from './samples.ts';
import { startTable } from './table.ts';

const pk = 'd/c/m@9f86d081884c';
/** A busy machine must not make an update's outcome unknown. */
const PATIENT = { requestTimeout: 60_000 };
const now = Date.UTC(2026, 10, 24, 8, 27);
const origin = { fingerprint: 'f00', precision: 0.02 };

describe('what is sent', () => {
  const dynamo = mockClient(DynamoDBClient);
  const client = createProfileClient({ region: 'local' });
  const store = new ProfileStore({ tableName: 'profiles', client, now: () => now });

  beforeEach(() => {
    dynamo.reset();
    dynamo.onAnyCommand().resolves({});
  });
  afterAll(() => dynamo.restore());

  it('for a warm call: one ADD and the expiry of its window', async () => {
    expect(await store.record(pk, { kind: 'warm', serviceUs: 2000 })).toEqual({ applied: true });
    expect(dynamo.calls()).toHaveLength(1);
    expect(dynamo.commandCalls(UpdateItemCommand)[0]?.args[0].input).toEqual({
      TableName: 'profiles',
      Key: { pk: { S: pk }, sk: { S: 'live#2026-11-24T08:25:00.000Z#0' } },
      UpdateExpression:
        'ADD n :n, sumUs :sumUs, sumSqUs :sumSqUs, h190 :h190 SET expiresAt = :expiresAt',
      ExpressionAttributeValues: {
        ':n': { N: '1' },
        ':sumUs': { N: '2000' },
        ':sumSqUs': { N: '4000000' },
        ':h190': { N: '1' },
        ':expiresAt': { N: String(Date.UTC(2026, 10, 24, 9, 30) / 1000) },
      },
    });
  });

  it.each([
    [
      { kind: 'cold', serviceUs: 3 } as const,
      'ADD coldN :coldN, coldSumUs :coldSumUs, coldSumSqUs :coldSumSqUs',
    ],
    [{ kind: 'failure' } as const, 'ADD failN :failN'],
  ])('for %o', async (observation, expression) => {
    await store.record(pk, observation);
    const [call] = dynamo.commandCalls(UpdateItemCommand);
    expect(call?.args[0].input.UpdateExpression).toBe(`${expression} SET expiresAt = :expiresAt`);
  });

  it('goes to a random shard', async () => {
    const random = [0, 0.5, 0.999];
    const sharded = new ProfileStore({
      tableName: 'profiles',
      client,
      now: () => now,
      shards: 4,
      random: () => random.shift() ?? 0,
    });
    for (let i = 0; i < 3; i++) await sharded.record(pk, { kind: 'failure' });
    const keys = dynamo
      .commandCalls(UpdateItemCommand)
      .map((call) => call.args[0].input.Key?.sk?.S);
    expect(keys.map((key) => key?.split('#')[2])).toEqual(['0', '2', '3']);
  });

  it('is nothing for an impossible observation', async () => {
    const outcome = await store.record(pk, { kind: 'warm', serviceUs: -1 });
    expect(outcome).toEqual({ applied: false, error: expect.any(InvalidObservationError) });
    expect(dynamo.calls()).toHaveLength(0);
  });

  it('for a read leaves expired windows out and follows the pages', async () => {
    const item = (shard: number) => ({
      pk: { S: pk },
      sk: { S: `live#2026-11-24T08:20:00.000Z#${shard}` },
      ...toAttributes(warmMs(shard)),
    });
    const LastEvaluatedKey = { pk: { S: pk }, sk: item(1).sk };
    dynamo
      .on(QueryCommand)
      .resolvesOnce({ Items: [item(1)], LastEvaluatedKey })
      .resolvesOnce({ Items: [item(2)] });

    const { baseline, live } = await store.read(pk, { consistentRead: true });

    expect(baseline).toBeUndefined();
    expect(live.map(({ shard }) => shard)).toEqual([1, 2]);
    const inputs = dynamo.commandCalls(QueryCommand).map((call) => call.args[0].input);
    expect(inputs).toHaveLength(2);
    expect(inputs[0]).toMatchObject({
      KeyConditionExpression: 'pk = :pk AND sk >= :since',
      ExpressionAttributeValues: { ':since': { S: 'live#2026-11-24T07:25:00.000Z' } },
      ConsistentRead: true,
    });
    expect(inputs[1]?.ExclusiveStartKey).toEqual(LastEvaluatedKey);
    expect(dynamo.commandCalls(GetItemCommand)[0]?.args[0].input.ConsistentRead).toBe(true);
  });

  it('for a baseline sets what was measured and removes what is gone, but no feedback', async () => {
    dynamo.on(GetItemCommand).resolves({
      Item: { pk: { S: pk }, sk: { S: 'baseline' }, labelN: { N: '3' }, h1: { N: '9' } },
    });
    await store.putBaseline(pk, warmMs(7), origin);
    const { Key, UpdateExpression, ExpressionAttributeValues } =
      dynamo.commandCalls(UpdateItemCommand)[0]?.args[0].input ?? {};
    expect(Key).toEqual({ pk: { S: pk }, sk: { S: 'baseline' } });
    expect(UpdateExpression).toMatch(/^SET n = :n, .*fingerprint = :fingerprint.* REMOVE h1$/);
    expect(ExpressionAttributeValues).toMatchObject({
      ':n': { N: '1' },
      ':fingerprint': { S: 'f00' },
      ':meanPrecision': { N: '0.02' },
    });
  });

  it('for a baseline of unknown precision leaves the precision out', async () => {
    const precision = Number.POSITIVE_INFINITY;
    await store.putBaseline(pk, warmMs(7), { fingerprint: 'f00', precision });
    const { ExpressionAttributeValues } =
      dynamo.commandCalls(UpdateItemCommand)[0]?.args[0].input ?? {};
    expect(ExpressionAttributeValues).not.toHaveProperty(':meanPrecision');
  });

  it('for feedback: one ADD to the item that does not expire', async () => {
    expect(await store.record(pk, { kind: 'feedback', correct: true })).toEqual({ applied: true });
    expect(dynamo.commandCalls(UpdateItemCommand)[0]?.args[0].input).toEqual({
      TableName: 'profiles',
      Key: { pk: { S: pk }, sk: { S: 'baseline' } },
      UpdateExpression: 'ADD labelN :labelN, labelCorrectN :labelCorrectN',
      ExpressionAttributeValues: { ':labelN': { N: '1' }, ':labelCorrectN': { N: '1' } },
    });
  });

  it('is the caller’s to handle when a read or a baseline fails', async () => {
    dynamo.onAnyCommand().rejects(new Error('gone'));
    await expect(store.read(pk)).rejects.toThrow('gone');
    await expect(store.putBaseline(pk, warmMs(7), origin)).rejects.toThrow('gone');
  });
});

describe('against a DynamoDB endpoint', () => {
  let table: Awaited<ReturnType<typeof startTable>>;
  beforeEach(async () => {
    table = await startTable();
  });
  afterEach(() => table.close());

  const openStore = (shards = 1) =>
    new ProfileStore({
      tableName: table.tableName,
      client: createProfileClient({ ...table.config, requestHandler: PATIENT }),
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
    await store.record(pk, { kind: 'feedback', correct: false });
    await store.putBaseline(pk, warmMs(500), origin);
    await store.record(pk, { kind: 'warm', serviceUs: 600_000 });
    const other = 'd/c/other@9f86d081884c';
    expect(await store.read(pk, { consistentRead: true })).toEqual({
      baseline: { ...warmMs(500), labelN: 1n },
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
