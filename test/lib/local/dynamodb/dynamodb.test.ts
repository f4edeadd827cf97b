import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { type DynamoDbEndpoint, startDynamoDb } from '../../../../lib/local/dynamodb/dynamodb.ts';
import { CallRecorder } from '../../../../lib/local/shared/calls.ts';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';

let dynamodb: DynamoDbEndpoint;
let trouble: string[];
afterEach(() => dynamodb?.close());

async function start(dataDir?: string, onStarted?: (url: string) => Promise<void>) {
  trouble = [];
  dynamodb = await startDynamoDb({
    dataDir,
    recorder: new CallRecorder(new Map()),
    onStarted,
    onTrouble: (line) => trouble.push(line),
  });
}

const headers = {
  authorization: 'AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host, Signature=f',
  'x-amz-date': '20261130T000000Z',
  'content-type': 'application/x-amz-json-1.0',
};

async function send(operation: string, body: string, url = dynamodb.url) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...headers, 'x-amz-target': `DynamoDB_20120810.${operation}` },
    body,
  });
  const answer = (await response.json()) as { readonly TableNames?: string[] };
  return { status: response.status, answer };
}

const createTable = (url: string) =>
  send(
    'CreateTable',
    JSON.stringify({
      TableName: 'items',
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    }),
    url,
  ).then(() => {});

const tableNames = async () => (await send('ListTables', '{}')).answer.TableNames;

/** dynalite throws at it, where nothing catches that. */
const fatal = JSON.stringify({
  ResourceArn: 'arn:aws:dynamodb:us-east-1:000000000000:table/items',
  Tags: [{ Key: 'a', Value: null }],
});

describe('a body that dynalite does not expect', () => {
  it.each([
    ['null', 400],
    ['[]', 400],
    ['"text"', 400],
    ['{"open":', 400],
    ['['.repeat(100_000), 400],
    ['{"TableName":"items","Item":{"pk":null}}', 500],
    ['{"TableName":"items","Item":{"pk":{"S":"a"},"list":{"L":[null]}}}', 500],
  ])('%.40s is refused', async (body, status) => {
    await start(undefined, createTable);
    expect((await send('PutItem', body)).status).toBe(status);
    expect(await tableNames()).toEqual(['items']);
    expect(trouble).toEqual([]);
  });
});

describe('an expression', () => {
  const names = Array.from({ length: 300 }, (_, i) => `a${i} = :v`).join(', ');
  const update = (bytes: number) => ({
    TableName: 'items',
    Key: { pk: { S: 'a' } },
    UpdateExpression: `SET ${names}`.padEnd(bytes),
    ExpressionAttributeValues: { ':v': { N: '1' } },
  });

  it('of more than 4 KB is refused, as DynamoDB refuses it', async () => {
    await start(undefined, createTable);
    expect((await send('UpdateItem', JSON.stringify(update(4096)))).status).toBe(200);
    const refused = {
      __type: expect.stringContaining('ValidationException'),
      message:
        'Invalid UpdateExpression: Expression size has exceeded the maximum allowed size; expression size: 4097',
    };
    for (const [operation, request] of [
      ['UpdateItem', update(4097)],
      ['TransactWriteItems', { TransactItems: [{ Update: update(4097) }] }],
    ] as const) {
      const { status, answer } = await send(operation, JSON.stringify(request));
      expect([status, answer]).toEqual([400, refused]);
    }
  });
});

describe('dynalite that has failed', () => {
  it.each([
    ['in memory', false],
    ['on disk', true],
  ])('%s is started again at the same address, with its tables', async (_, isOnDisk) => {
    await start(isOnDisk ? temporaryFolder() : undefined, isOnDisk ? undefined : createTable);
    if (isOnDisk) await createTable(dynamodb.url);
    await expect(send('TagResource', fatal)).rejects.toThrow('fetch failed');
    await expect.poll(() => tableNames().catch(() => [])).toEqual(['items']);
    expect(trouble).toEqual([
      expect.stringMatching(/^The tables have failed and are started [^\n]+$/),
    ]);
  });

  it('can be closed while it is down', async () => {
    await start(undefined, createTable);
    await expect(send('TagResource', fatal)).rejects.toThrow('fetch failed');
    await dynamodb.close();
  });

  it.skipIf(process.platform === 'win32')(
    'of a full disk has what is on it',
    async () => {
      const script = join(import.meta.dirname, '..', 'fixture', 'full-disk.ts');
      const limited = `ulimit -f 800; exec '${process.execPath}' '${script}' "$1"`;
      const { stdout } = await promisify(execFile)('sh', ['-c', limited, 'sh', temporaryFolder()]);
      const { written, trouble: said, readLength } = JSON.parse(stdout);
      expect(written).toBeGreaterThan(0);
      expect(written).toBeLessThan(100);
      expect(said).toHaveLength(1);
      expect(readLength).toBe(50_000);
    },
    60_000,
  );
});

describe('the first start', () => {
  it('fails, and leaves nothing, when the tables cannot be made', async () => {
    const dataDir = temporaryFolder();
    const failing = start(dataDir, () => Promise.reject(new Error('no table today')));
    await expect(failing).rejects.toThrow('no table today');
    await start(dataDir);
    expect(await tableNames()).toEqual([]);
  });
});

describe.skipIf(process.platform === 'win32')('the folder', () => {
  it('is its owner’s alone, as is all that was in it', async () => {
    const dataDir = temporaryFolder();
    await start(dataDir);
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    await dynamodb.close();
    await start(dataDir);
    expect(statSync(join(dataDir, 'runner.pid')).mode & 0o777).toBe(0o600);
    expect(statSync(join(dataDir, 'CURRENT')).mode & 0o777).toBe(0o600);
  });
});
