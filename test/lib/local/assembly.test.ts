import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAssembly } from '../../../lib/local/assembly.ts';
import type { CustomResourceEntry } from '../../../lib/local/custom-resource/custom-resource.ts';
import { startDynamoDb } from '../../../lib/local/dynamodb/dynamodb.ts';
import { CallRecorder } from '../../../lib/local/shared/calls.ts';
import {
  AssemblyError,
  CustomResourceError,
  PortInUseError,
  TableError,
} from '../../../lib/local/shared/errors.ts';
import { close, listen, urlOf } from '../../../lib/local/shared/http-server.ts';
import { allowedBy } from '../../../lib/local/template/iam.ts';
import { readStack } from '../../../lib/local/template/stack.ts';
import { synthesizeFixture } from './fixture/app.ts';
import { fetchJson, isRunning, runFixture, until } from './fixture/running.ts';

let dir: string;

beforeAll(() => {
  dir = synthesizeFixture();
});

afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('startAssembly', () => {
  it('creates tables and custom resources, and resolves the outputs', async () => {
    const entries: CustomResourceEntry[] = [];
    const { assembly } = await runFixture(dir, {
      onCustomResource: (entry) => entries.push(entry),
    });
    try {
      expect(entries).toEqual([
        { logicalId: 'Created', status: 'start' },
        { logicalId: 'Created', status: 'done' },
        { logicalId: 'Responded', status: 'start' },
        { logicalId: 'Responded', status: 'done' },
      ]);
      expect(assembly.outputs).toMatchObject({
        Url: `${assembly.url}/echo`,
        CountType: 'string',
        Echo: 'Create seen',
        PhysicalId: 'created-1',
      });
      expect(assembly.notes).toEqual([
        'Routes that the template closes with AWS_IAM are open here: GET /chain',
        'Items of tables do not expire',
      ]);
      const dynamodb = new DynamoDBClient({
        endpoint: assembly.dynamodbUrl,
        region: 'us-east-1',
        credentials: assembly.credentials,
      });
      const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: 'indexed' }));
      expect(Table?.KeySchema?.map(({ AttributeName }) => AttributeName)).toEqual(['pk', 'sk']);
      expect(Table?.GlobalSecondaryIndexes?.[0]?.IndexName).toBe('by-owner');
      dynamodb.destroy();
    } finally {
      await assembly.close();
    }
  });

  it('makes no call that the roles of the template would not allow', async () => {
    const { assembly } = await runFixture(dir);
    try {
      await fetch(`${assembly.url}/chain`);
      const stack = readStack(dir);
      const calls = assembly.calls.filter((call) => call.functionLogicalId !== undefined);
      expect(calls.map(({ action }) => action).sort()).toEqual([
        'dynamodb:UpdateItem',
        'lambda:InvokeFunction',
      ]);
      for (const { functionLogicalId = '', action, resourceArn } of calls) {
        expect(allowedBy(stack, functionLogicalId, action, resourceArn)).toBe(true);
        expect(allowedBy(stack, functionLogicalId, action, `${resourceArn}x`)).toBe(false);
      }
    } finally {
      await assembly.close();
    }
  });

  it('keeps its tables in a data folder', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'local-data-'));
    const calls = async () => {
      const { assembly } = await runFixture(dir, { dataDir });
      try {
        return (await fetchJson(`${assembly.url}/chain`)).calls;
      } finally {
        await assembly.close();
      }
    };
    expect(await calls()).toBe(1);
    expect(await calls()).toBe(2);
    const { assembly } = await runFixture(dir, { dataDir });
    await expect(runFixture(dir, { dataDir })).rejects.toThrow(/in use by process \d+/);
    await assembly.close();
    rmSync(dataDir, { recursive: true });
  });

  it('uses another DynamoDB endpoint', async () => {
    const dynamodb = await startDynamoDb({ recorder: new CallRecorder(new Map()) });
    const dynamodbUrl = dynamodb.url;
    const first = await runFixture(dir, { dynamodbUrl });
    const second = await runFixture(dir, { dynamodbUrl });
    const calls = async (url: string) => (await fetchJson(`${url}/chain`)).calls;
    expect(await calls(first.assembly.url)).toBe(1);
    expect(await calls(second.assembly.url)).toBe(2);
    await second.assembly.close();
    await first.assembly.close();
    await dynamodb.close();
  });

  it('uses one that keeps the tables of each access key apart', async () => {
    const dynamodb = await startDynamoDb({ recorder: new CallRecorder(new Map()) });
    const apart = createServer((request, response) => {
      void forward(request, response, dynamodb.url);
    });
    const dynamodbUrl = urlOf(await listen(apart));
    const { assembly } = await runFixture(dir, { dynamodbUrl });
    expect((await fetchJson(`${assembly.url}/chain`)).calls).toBe(1);
    await assembly.close();
    await close(apart);
    await dynamodb.close();
  });

  /** Has a table of another name for each access key. */
  async function forward(request: IncomingMessage, response: ServerResponse, url: string) {
    const { authorization = '', 'x-amz-target': target = '' } = request.headers;
    const [, key = ''] = /Credential=([^/]+)/.exec(authorization) ?? [];
    const asked = JSON.parse(await text(request));
    const answer = await fetch(url, {
      method: 'POST',
      headers: {
        authorization,
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-date': '20261130T000000Z',
        'x-amz-target': String(target),
      },
      body: JSON.stringify({ ...asked, TableName: `${key}-${asked.TableName}` }),
    });
    response.writeHead(answer.status).end(await answer.text());
  }

  it('says that no DynamoDB answers', async () => {
    const dynamodbUrl = `http://127.0.0.1:${await freePort()}`;
    await expect(runFixture(dir, { dynamodbUrl })).rejects.toThrow(TableError);
  });

  it('fails with a custom resource that fails, and leaves nothing', async () => {
    const failing = synthesizeFixture({ fail: 'model tiny does not load' });
    const entries: CustomResourceEntry[] = [];
    const port = await freePort();
    const starting = startAssembly({
      assemblyDir: failing,
      port,
      onCustomResource: (entry) => entries.push(entry),
    });
    await expect(starting).rejects.toThrow(CustomResourceError);
    await expect(starting).rejects.toMatchObject({
      logicalId: 'Created',
      reason: 'model tiny does not load',
      message: 'Custom resource Created failed: model tiny does not load',
    });
    expect(entries.at(-1)).toEqual({
      logicalId: 'Created',
      status: 'failed',
      reason: 'model tiny does not load',
    });
    expect(await freePort(port)).toBe(port);
    rmSync(failing, { recursive: true });
  });

  it('says in one line that the port is in use, before anything else happens', async () => {
    const server = createServer();
    const port = await listen(server);
    const entries: CustomResourceEntry[] = [];
    const starting = startAssembly({
      assemblyDir: dir,
      port,
      onCustomResource: (entry) => entries.push(entry),
    });
    await expect(starting).rejects.toThrow(PortInUseError);
    await expect(starting).rejects.toThrow(/^Port \d+ on 127\.0\.0\.1 is in use: [^\n]+$/);
    expect(entries).toEqual([]);
    server.close();
  });

  it('says that there is no assembly', async () => {
    const starting = startAssembly({ assemblyDir: join(dir, 'nowhere'), port: 0 });
    await expect(starting).rejects.toThrow(AssemblyError);
  });
});

describe('no process outlives', () => {
  it('close, not even one that is busy', async () => {
    const { assembly, invoke } = await runFixture(dir);
    const invoking = [
      invoke('Reserved', { do: 'spin' }),
      invoke('Stream', { parts: ['1'], workMs: 1_500 }),
      invoke('Inline', {}),
    ];
    const pids = () => assembly.functions.flatMap((fn) => fn.pids);
    await until(() => pids().length >= 5, 'environments');
    const started = pids();
    await assembly.close();
    expect(started.filter(isRunning)).toEqual([]);
    await Promise.allSettled(invoking);
  });

  it('a runner that is killed', async () => {
    const runner = spawn(
      process.execPath,
      [join(import.meta.dirname, 'fixture', 'runner.ts'), dir],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [output] = await once(runner.stdout, 'data');
    const pids: number[] = JSON.parse(String(output));
    expect(pids.length).toBeGreaterThanOrEqual(6);
    expect(pids.filter(isRunning)).toEqual(pids);
    runner.kill('SIGKILL');
    try {
      await until(() => !pids.some(isRunning), 'the end of all environments');
    } finally {
      for (const pid of pids.filter(isRunning)) process.kill(pid, 'SIGKILL');
    }
  });
});

async function freePort(port = 0): Promise<number> {
  const server = createServer();
  const found = await listen(server, port);
  await new Promise((resolve) => server.close(resolve));
  return found;
}
