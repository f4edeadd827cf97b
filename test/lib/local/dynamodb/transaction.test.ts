import { describe, expect, it } from 'vitest';
import { partsOfTransaction } from '../../../../lib/local/dynamodb/transaction.ts';

const parts = (body: unknown) => partsOfTransaction(Buffer.from(JSON.stringify(body)));
const put = { TableName: 't', Item: { pk: { S: 'a' } } };

describe('a transaction', () => {
  it('consists of requests that dynalite knows', () => {
    const update = { TableName: 't', Key: { pk: { S: 'b' } }, UpdateExpression: 'ADD n :n' };
    const remove = { TableName: 't', Key: { pk: { S: 'c' } } };
    const items = [{ Put: put }, { Update: update }, { Delete: remove }];
    expect(
      parts({ TransactItems: items })?.map(({ operation, body }) => [
        operation,
        JSON.parse(String(body)),
      ]),
    ).toEqual([
      ['PutItem', put],
      ['UpdateItem', update],
      ['DeleteItem', remove],
    ]);
  });

  it.each([
    ['with a condition', [{ Put: { ...put, ConditionExpression: 'attribute_not_exists(pk)' } }]],
    ['that checks a condition', [{ ConditionCheck: put }]],
    ['of nothing', []],
    ['of more than DynamoDB takes', Array.from({ length: 101 }, () => ({ Put: put }))],
    ['of what is no request', [{ Put: null }]],
    ['of what is nothing', [null]],
    ['that is none', undefined],
  ])('%s cannot be done', (_, items) => {
    expect(parts({ TransactItems: items })).toBeUndefined();
  });

  it('needs a body', () => {
    expect(partsOfTransaction(Buffer.alloc(0))).toBeUndefined();
  });
});
