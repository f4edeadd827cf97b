import {
  DynamoDBClient,
  GetItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { createProfileClient } from '../../../../lib/service/profiles/client.ts';
import { toAttributes } from '../../../../lib/service/profiles/item.ts';
import { InvalidObservationError } from '../../../../lib/service/profiles/statistics.ts';
import { ProfileStore } from '../../../../lib/service/profiles/store.ts';
import { warmMs } from './samples.ts';

const pk = 'd/c/m@9f86d081884c';
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
        'ADD modelN :modelN, modelSumUs :modelSumUs, modelSumSqUs :modelSumSqUs, m190 :m190 SET expiresAt = :expiresAt',
      ExpressionAttributeValues: {
        ':modelN': { N: '1' },
        ':modelSumUs': { N: '2000' },
        ':modelSumSqUs': { N: '4000000' },
        ':m190': { N: '1' },
        ':expiresAt': { N: String(Date.UTC(2026, 10, 24, 9, 30) / 1000) },
      },
    });
  });

  it.each([
    [
      { kind: 'cold', serviceUs: 3 } as const,
      'ADD modelColdN :modelColdN, modelColdSumUs :modelColdSumUs, modelColdSumSqUs :modelColdSumSqUs',
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
    const lastEvaluatedKey = { pk: { S: pk }, sk: item(1).sk };
    dynamo
      .on(QueryCommand)
      .resolvesOnce({ Items: [item(1)], LastEvaluatedKey: lastEvaluatedKey })
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
    expect(inputs[1]?.ExclusiveStartKey).toEqual(lastEvaluatedKey);
    expect(dynamo.commandCalls(GetItemCommand)[0]?.args[0].input.ConsistentRead).toBe(true);
  });

  it('for a baseline sets what was measured and removes what is gone, and no more', async () => {
    dynamo.on(GetItemCommand).resolves({
      Item: {
        pk: { S: pk },
        sk: { S: 'baseline' },
        // Of an earlier version.
        h1: { N: '9' },
        m2: { N: '9' },
      },
    });
    await store.putBaseline(pk, warmMs(7), origin);
    const { Key, UpdateExpression, ExpressionAttributeValues } =
      dynamo.commandCalls(UpdateItemCommand)[0]?.args[0].input ?? {};
    expect(Key).toEqual({ pk: { S: pk }, sk: { S: 'baseline' } });
    expect(UpdateExpression).toMatch(
      /^SET modelN=:modelN,.*m222=:1,.*fingerprint=:fingerprint.* REMOVE h1,m2$/,
    );
    expect(ExpressionAttributeValues).toMatchObject({
      ':modelN': { N: '1' },
      ':fingerprint': { S: 'f00' },
      ':meanPrecision': { N: '0.02' },
    });
    expect(ExpressionAttributeValues).not.toHaveProperty(':liveSinceMs');
    const [read] = dynamo.commandCalls(GetItemCommand);
    expect(read?.args[0].input).toMatchObject({ Key, ConsistentRead: true });
  });

  it.each([
    ['another version was measured before', { fingerprint: { S: 'f11' } }, { N: String(now) }],
    [
      'another version was measured before, after others',
      { fingerprint: { S: 'f11' }, liveSinceMs: { N: '5' } },
      { N: String(now) },
    ],
    [
      'the same version was measured before',
      { fingerprint: { S: 'f00' }, liveSinceMs: { N: '5' } },
      { N: '5' },
    ],
    ['nothing was measured before', {}, undefined],
  ])('for a baseline tells from when on live windows count: %s', async (_, earlier, expected) => {
    dynamo.on(GetItemCommand).resolves({ Item: earlier });
    await store.putBaseline(pk, warmMs(7), origin);
    const { ExpressionAttributeValues, UpdateExpression } =
      dynamo.commandCalls(UpdateItemCommand)[0]?.args[0].input ?? {};
    expect(ExpressionAttributeValues?.[':liveSinceMs']).toEqual(expected);
    expect(UpdateExpression).not.toContain('REMOVE');
  });

  it('for the fingerprint of a baseline: a consistent read of that alone', async () => {
    dynamo.on(GetItemCommand).resolves({ Item: { fingerprint: { S: 'f00' } } });
    expect(await store.baselineFingerprint(pk)).toBe('f00');
    expect(dynamo.commandCalls(GetItemCommand)[0]?.args[0].input).toEqual({
      TableName: 'profiles',
      Key: { pk: { S: pk }, sk: { S: 'baseline' } },
      ProjectionExpression: 'fingerprint',
      ConsistentRead: true,
    });
    dynamo.on(GetItemCommand).resolves({});
    expect(await store.baselineFingerprint(pk)).toBeUndefined();
  });

  it('for a read leaves out windows that began before another version was measured', async () => {
    const window = (minute: number) => ({
      pk: { S: pk },
      sk: { S: `live#2026-11-24T08:${minute}:00.000Z#0` },
    });
    const liveSinceMs = { N: String(Date.UTC(2026, 10, 24, 8, 15)) };
    dynamo
      .on(GetItemCommand)
      .resolves({ Item: { pk: { S: pk }, sk: { S: 'baseline' }, liveSinceMs } });
    dynamo.on(QueryCommand).resolves({ Items: [window(10), window(15), window(20)] });
    const { live } = await store.read(pk);
    expect(live.map(({ windowStartMs }) => windowStartMs)).toEqual([
      Date.UTC(2026, 10, 24, 8, 15),
      Date.UTC(2026, 10, 24, 8, 20),
    ]);
  });

  it('for an ordinary read is not consistent, which costs half', async () => {
    await store.read(pk);
    expect(dynamo.commandCalls(GetItemCommand)[0]?.args[0].input).toEqual({
      TableName: 'profiles',
      Key: { pk: { S: pk }, sk: { S: 'baseline' } },
      ConsistentRead: false,
    });
    expect(dynamo.commandCalls(QueryCommand)[0]?.args[0].input).toMatchObject({
      TableName: 'profiles',
      ExpressionAttributeValues: { ':pk': { S: pk } },
      ConsistentRead: false,
    });
  });

  it('for a read can be given up', async () => {
    const { signal: abortSignal } = new AbortController();
    await store.read(pk, { abortSignal });
    expect(dynamo.calls()).toHaveLength(2);
    for (const { args } of dynamo.calls()) expect(args.at(1)).toMatchObject({ abortSignal });
  });

  it('for a baseline of unknown precision leaves the precision out', async () => {
    const precision = Number.POSITIVE_INFINITY;
    await store.putBaseline(pk, warmMs(7), { fingerprint: 'f00', precision });
    const { ExpressionAttributeValues } =
      dynamo.commandCalls(UpdateItemCommand)[0]?.args[0].input ?? {};
    expect(ExpressionAttributeValues).not.toHaveProperty(':meanPrecision');
  });

  it('for a label: one ADD to the item of its week, which expires when it does not count any more', async () => {
    expect(await store.label(pk, { bucket: 17, correct: true })).toEqual({ applied: true });
    const weekMs = 7 * 86_400_000;
    const weekStartMs = Math.floor(now / weekMs) * weekMs;
    expect(dynamo.commandCalls(UpdateItemCommand)[0]?.args[0].input).toEqual({
      TableName: 'profiles',
      Key: { pk: { S: pk }, sk: { S: `labels#${new Date(weekStartMs).toISOString()}` } },
      UpdateExpression: 'ADD labels17 :labels17, correct17 :correct17 SET expiresAt = :expiresAt',
      ExpressionAttributeValues: {
        ':labels17': { N: '1' },
        ':correct17': { N: '1' },
        ':expiresAt': { N: String((weekStartMs + 5 * weekMs) / 1000) },
      },
    });
  });

  it('for a read of labels, too, leaves those out that do not count any more', async () => {
    const labels = { labels3: { N: '2' }, correct3: { N: '1' } };
    dynamo
      .on(QueryCommand, { KeyConditionExpression: 'pk = :pk AND sk BETWEEN :since AND :last' })
      .resolves({ Items: [labels] });
    const options = { tableName: 'profiles', client, now: () => now, readsLabels: true };
    const read = await new ProfileStore(options).read(pk);
    expect(read).toEqual({ live: [], labels: [{ labels: 2, correct: 1 }] });
    const values = dynamo
      .commandCalls(QueryCommand)
      .map(({ args }) => args[0].input.ExpressionAttributeValues ?? {});
    const weekMs = 7 * 86_400_000;
    const oldest = new Date((Math.floor(now / weekMs) - 4) * weekMs).toISOString();
    expect(values).toContainEqual({
      ':pk': { S: pk },
      ':since': { S: `labels#${oldest}` },
      ':last': { S: 'labels#~' },
    });
  });

  it('is the caller’s to handle when a read or a baseline fails', async () => {
    dynamo.onAnyCommand().rejects(new Error('gone'));
    await expect(store.read(pk)).rejects.toThrow('gone');
    await expect(store.putBaseline(pk, warmMs(7), origin)).rejects.toThrow('gone');
  });
});
