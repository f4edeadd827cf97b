import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { FeedbackLedger } from '../../../../lib/service/feedback/ledger.ts';
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
