import {
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { Baselines } from '../../../../lib/service/profiles/baselines.ts';
import { createProfileClient } from '../../../../lib/service/profiles/client.ts';
import { emptyStatistics } from '../../../../lib/service/profiles/statistics.ts';
import { warmMs } from './samples.ts';

const pk = 'd/c/m@9f86d081884c';
const now = Date.UTC(2026, 10, 24, 8, 27);
const version = 'arn:fn-m:7';
const baseline = { pk, version, statistics: warmMs(7), precision: 0.02 };

const dynamo = mockClient(DynamoDBClient);
const client = createProfileClient({ region: 'local' });
const baselines = new Baselines({ client, tableName: 'profiles', deployment: 'd', now: () => now });

beforeEach(() => {
  dynamo.reset();
  dynamo.onAnyCommand().resolves({});
});
afterAll(() => dynamo.restore());

const written = () =>
  dynamo
    .commandCalls(TransactWriteItemsCommand)
    .map(({ args }) => args[0].input.TransactItems?.map(({ Put }) => Put?.Item));

describe('what was measured of a version', () => {
  it('is kept in an item of the version’s own, of which readers of profiles see nothing', async () => {
    await baselines.keep(version, baseline);
    const [put] = dynamo.commandCalls(PutItemCommand).map(({ args }) => args[0].input);
    expect(put).toMatchObject({
      TableName: 'profiles',
      Item: {
        pk: { S: 'd/versions' },
        sk: { S: version },
        modelN: { N: '1' },
        meanPrecision: { N: '0.02' },
      },
    });
    dynamo.on(GetItemCommand).resolves({ Item: put?.Item ?? {} });
    expect(await baselines.measured(version)).toEqual({
      statistics: warmMs(7),
      precision: 0.02,
    });
    expect(dynamo.commandCalls(GetItemCommand)[0]?.args[0].input).toEqual({
      TableName: 'profiles',
      Key: { pk: { S: 'd/versions' }, sk: { S: version } },
      ConsistentRead: true,
    });
  });

  it('is kept without a precision where there is none', async () => {
    const precision = Number.POSITIVE_INFINITY;
    await baselines.keep(version, { ...baseline, precision });
    const item = dynamo.commandCalls(PutItemCommand)[0]?.args[0].input.Item ?? {};
    expect(item).not.toHaveProperty('meanPrecision');
    dynamo.on(GetItemCommand).resolves({ Item: item });
    expect(await baselines.measured(version)).toEqual({ statistics: warmMs(7), precision });
  });

  it('is nothing when nothing is kept, or nothing that counts any more', async () => {
    expect(await baselines.measured(version)).toBeUndefined();
    const kept = { pk: { S: 'd/versions' }, sk: { S: version }, n: { N: '5' } };
    dynamo.on(GetItemCommand).resolves({ Item: kept });
    expect(await baselines.measured(version)).toBeUndefined();
  });
});

describe('a version of the selector', () => {
  it('has answered once that is written down', async () => {
    expect(await baselines.hasAnswered(version)).toBe(false);
    await baselines.answered(version);
    const item = dynamo.commandCalls(PutItemCommand)[0]?.args[0].input.Item ?? {};
    expect(item).toEqual({ pk: { S: 'd/versions' }, sk: { S: version } });
    dynamo.on(GetItemCommand).resolves({ Item: item });
    expect(await baselines.hasAnswered(version)).toBe(true);
  });
});

describe('baselines', () => {
  it('are replaced in one transaction, whole, whatever was there', async () => {
    const other = { ...baseline, pk: 'd/c/n@9f86d081884c', statistics: emptyStatistics() };
    await baselines.replace([baseline, other]);
    expect(written()).toEqual([
      [
        expect.objectContaining({
          pk: { S: pk },
          sk: { S: 'baseline' },
          modelN: { N: '1' },
          fingerprint: { S: version },
          meanPrecision: { N: '0.02' },
        }),
        expect.objectContaining({ pk: { S: other.pk }, sk: { S: 'baseline' } }),
      ],
    ]);
    const [read] = dynamo.commandCalls(GetItemCommand);
    expect(read?.args[0].input).toEqual({
      TableName: 'profiles',
      Key: { pk: { S: pk }, sk: { S: 'baseline' } },
      ConsistentRead: true,
    });
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
      { fingerprint: { S: version }, liveSinceMs: { N: '5' } },
      { N: '5' },
    ],
    ['nothing was measured before', {}, undefined],
  ])('tell from when on live windows count: %s', async (_, earlier, expected) => {
    dynamo.on(GetItemCommand).resolves({ Item: earlier });
    await baselines.replace([baseline]);
    expect(written()[0]?.[0]?.liveSinceMs).toEqual(expected);
  });

  it('are the caller’s to worry about when the table fails', async () => {
    dynamo.onAnyCommand().rejects(new Error('gone'));
    await expect(baselines.measured(version)).rejects.toThrow('gone');
    await expect(baselines.keep(version, baseline)).rejects.toThrow('gone');
    await expect(baselines.replace([baseline])).rejects.toThrow('gone');
  });
});
