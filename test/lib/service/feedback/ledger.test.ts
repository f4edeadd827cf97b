import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FeedbackLedger, rememberSecret } from '../../../../lib/service/feedback/ledger.ts';
import { createProfileClient } from '../../../../lib/service/profiles/client.ts';

const dynamo = mockClient(DynamoDBClient);
const ledger = new FeedbackLedger({
  client: createProfileClient({ region: 'local' }),
  tableName: 'profiles',
  deployment: 'Stack-Api',
});
const pk = { S: 'Stack-Api/feedback' };
const there = new ConditionalCheckFailedException({ message: 'there', $metadata: {} });

beforeEach(() => {
  dynamo.reset();
  dynamo.onAnyCommand().resolves({});
});
afterAll(() => dynamo.restore());

describe('the secret', () => {
  const put = () => dynamo.commandCalls(PutItemCommand)[0]?.args[0].input;

  it('is read from its item', async () => {
    dynamo.on(GetItemCommand).resolves({ Item: { secret: { B: Buffer.from('s') } } });
    expect(await ledger.readSecret()).toEqual(Buffer.from('s'));
    expect(dynamo.commandCalls(GetItemCommand)[0]?.args[0].input).toEqual({
      TableName: 'profiles',
      Key: { pk, sk: { S: 'secret' } },
    });
  });

  it('is none before it was made', async () => {
    expect(await ledger.readSecret()).toBeUndefined();
  });

  it('is 32 random bytes, made once', async () => {
    await ledger.createSecret();
    expect(put()).toMatchObject({
      TableName: 'profiles',
      Item: { pk, sk: { S: 'secret' } },
      ConditionExpression: 'attribute_not_exists(pk)',
    });
    expect(put()?.Item?.secret?.B).toHaveLength(32);
    dynamo.on(PutItemCommand).rejects(there);
    await expect(ledger.createSecret()).resolves.toBeUndefined();
  });

  it('is the caller’s to worry about when the table fails', async () => {
    dynamo.onAnyCommand().rejects(new Error('gone'));
    await expect(ledger.readSecret()).rejects.toThrow('gone');
    await expect(ledger.createSecret()).rejects.toThrow('gone');
  });
});

describe('a mark', () => {
  it('is set once, and expires', async () => {
    expect(await ledger.mark('r-1', 1234)).toBe(true);
    expect(dynamo.commandCalls(PutItemCommand)[0]?.args[0].input).toEqual({
      TableName: 'profiles',
      Item: { pk, sk: { S: 'once#r-1' }, expiresAt: { N: '1234' } },
      ConditionExpression: 'attribute_not_exists(pk)',
    });
    dynamo.on(PutItemCommand).rejects(there);
    expect(await ledger.mark('r-1', 1234)).toBe(false);
  });

  it('can be taken back', async () => {
    await ledger.unmark('r-1');
    expect(dynamo.commandCalls(DeleteItemCommand)[0]?.args[0].input).toEqual({
      TableName: 'profiles',
      Key: { pk, sk: { S: 'once#r-1' } },
    });
  });
});

describe('rememberSecret', () => {
  const secret = Buffer.from('s');
  const readSecret = vi.fn<FeedbackLedger['readSecret']>();
  const onError = vi.fn();
  beforeEach(() => {
    vi.useFakeTimers();
    readSecret.mockReset().mockResolvedValue(secret);
    onError.mockReset();
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const settle = () => vi.advanceTimersByTimeAsync(0);

  it('reads it at once, and never again', async () => {
    const get = rememberSecret({ readSecret }, onError);
    expect(get()).toBeUndefined();
    await settle();
    expect(get()).toBe(secret);
    vi.advanceTimersByTime(3_600_000);
    expect(get()).toBe(secret);
    expect(readSecret).toHaveBeenCalledOnce();
  });

  it('tries again after a pause while there is none', async () => {
    const error = new Error('gone');
    readSecret.mockRejectedValueOnce(error).mockResolvedValueOnce(undefined);
    const get = rememberSecret({ readSecret }, onError);
    await settle();
    vi.advanceTimersByTime(4_999);
    get();
    expect(readSecret).toHaveBeenCalledTimes(1);
    expect(onError.mock.calls).toEqual([[error]]);
    for (const times of [2, 3]) {
      vi.advanceTimersByTime(5_000);
      expect(get()).toBeUndefined();
      expect(readSecret).toHaveBeenCalledTimes(times);
      await settle();
    }
    expect(get()).toBe(secret);
  });
});
