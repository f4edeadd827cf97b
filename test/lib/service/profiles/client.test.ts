import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HttpResponse } from '@smithy/core/protocols';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  createProfileClient,
  NotAppliedRetryStrategy,
  surelyNotApplied,
} from '../../../../lib/service/profiles/client.ts';
import { ProfileStore } from '../../../../lib/service/profiles/store.ts';

type Answer = Error | { status: number; type?: string };

const ok: Answer = { status: 200 };
const pk = 'd/c/m@9f86d081884c';
const observation = { kind: 'warm', serviceUs: 1234 } as const;

/** A store over the real SDK, whose requests meet these answers, the last one for ever. */
function storeAnswering(...answers: Answer[]) {
  const sent: string[] = [];
  const requestHandler = {
    handle: async (request: { headers: Record<string, string> }) => {
      const answer = answers[Math.min(sent.length, answers.length - 1)]!;
      sent.push(request.headers['x-amz-target']!);
      if (answer instanceof Error) throw answer;
      const headers = { 'content-type': 'application/x-amz-json-1.0' };
      const body = answer.type ? { __type: `com.amazonaws.dynamodb.v20120810#${answer.type}` } : {};
      const response = new HttpResponse({
        statusCode: answer.status,
        headers,
        body: new TextEncoder().encode(JSON.stringify(body)),
      });
      return { response };
    },
  };
  const client = createProfileClient({
    region: 'local',
    credentials: { accessKeyId: 'a', secretAccessKey: 's' },
    requestHandler: requestHandler as never,
  });
  return { store: new ProfileStore({ tableName: 'profiles', client }), sent };
}

function networkError(code: string): Error {
  return Object.assign(new Error(code), { code, name: 'TimeoutError' });
}

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe('an update', () => {
  it('is sent once when it succeeds', async () => {
    const { store, sent } = storeAnswering(ok);
    expect(await store.record(pk, observation)).toEqual({ applied: true });
    expect(sent).toEqual(['DynamoDB_20120810.UpdateItem']);
  });

  it.each([
    { status: 400, type: 'ProvisionedThroughputExceededException' },
    { status: 400, type: 'ThrottlingException' },
    { status: 400, type: 'RequestLimitExceeded' },
    networkError('ECONNREFUSED'),
    networkError('ENOTFOUND'),
    networkError('EAI_AGAIN'),
    networkError('EHOSTUNREACH'),
    networkError('ENETUNREACH'),
  ])('is sent again when it was surely not applied: %o', async (failure) => {
    const { store, sent } = storeAnswering(failure, ok);
    expect(await store.record(pk, observation)).toEqual({ applied: true });
    expect(sent).toHaveLength(2);
  });

  it.each([{ status: 400, type: 'ThrottlingException' }, networkError('ECONNREFUSED')])(
    'is given up after three attempts: %o',
    async (failure) => {
      const { store, sent } = storeAnswering(failure);
      expect(await store.record(pk, observation)).toMatchObject({ applied: false });
      expect(sent).toHaveLength(3);
    },
  );

  it.each([
    networkError('ECONNRESET'),
    networkError('EPIPE'),
    Object.assign(new Error('no answer'), { name: 'TimeoutError' }),
    { status: 500, type: 'InternalServerError' },
    { status: 503, type: 'ServiceUnavailable' },
  ])('may be applied and is not sent again: %o', async (failure) => {
    const { store, sent } = storeAnswering(failure, ok);
    expect(await store.record(pk, observation)).toMatchObject({ applied: 'unknown' });
    expect(sent).toHaveLength(1);
  });

  it.each([
    { status: 400, type: 'ResourceNotFoundException' },
    { status: 400, type: 'AccessDeniedException' },
    { status: 400, type: 'ValidationException' },
  ])('was refused and is not sent again: %o', async (failure) => {
    const { store, sent } = storeAnswering(failure, ok);
    expect(await store.record(pk, observation)).toMatchObject({ applied: false });
    expect(sent).toHaveLength(1);
  });
});

it.each([
  [1, [25, 50]],
  [0.5, [12.5, 25]],
  [0, [0, 0]],
])('pauses at random: up to 25 ms, then up to 50 ms (%d of it)', async (share, expected) => {
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(share);
  const timer = vi.spyOn(globalThis, 'setTimeout');
  const strategy = new NotAppliedRetryStrategy();
  const error = Object.assign(new Error(), { name: 'ThrottlingException', cause: undefined });
  let token = await strategy.acquireInitialRetryToken('');
  for (const _ of expected) {
    const next = strategy.refreshRetryTokenForRetry(token, { errorType: 'THROTTLING', error });
    await vi.runAllTimersAsync();
    token = await next;
  }
  expect(timer.mock.calls.map(([, ms]) => ms)).toEqual(expected);
});

it('a read is repeated after a broken connection', async () => {
  const { store, sent } = storeAnswering(networkError('ECONNRESET'), ok);
  expect(await store.read(pk)).toEqual({ live: [] });
  expect(sent).toHaveLength(3);
});

it('an update to a table that never answers is given up, and was sent once', async () => {
  let requests = 0;
  const silent = createServer(() => {
    requests++;
  }).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const client = createProfileClient({
    endpoint: `http://127.0.0.1:${(silent.address() as AddressInfo).port}`,
    region: 'local',
    credentials: { accessKeyId: 'a', secretAccessKey: 's' },
  });
  const store = new ProfileStore({ tableName: 'profiles', client });
  expect(await store.record(pk, observation)).toMatchObject({ applied: 'unknown' });
  expect(requests).toBe(1);
  silent.closeAllConnections();
  silent.close();
});

it('an update takes an old connection only if the environment was busy until now', async () => {
  const now = vi.spyOn(Date, 'now').mockReturnValue(Date.now());
  let connections = 0;
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.end('{}'));
  }).listen(0, '127.0.0.1');
  server.on('connection', () => {
    connections++;
  });
  await once(server, 'listening');
  const client = createProfileClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'local',
    credentials: { accessKeyId: 'a', secretAccessKey: 's' },
  });
  const store = new ProfileStore({ tableName: 'profiles', client });
  const connectionsAfter = async (idleMs: number) => {
    now.mockReturnValue(Date.now() + idleMs);
    expect(await store.record(pk, observation)).toEqual({ applied: true });
    return connections;
  };
  expect(await connectionsAfter(0)).toBe(1);
  expect(await connectionsAfter(20)).toBe(1);
  expect(await connectionsAfter(21)).toBe(2);
  server.closeAllConnections();
  server.close();
});

describe('surelyNotApplied', () => {
  const withStatus = (httpStatusCode: number) => ({ $metadata: { httpStatusCode } });

  it.each([
    [{ name: 'ThrottlingException' }, true],
    [{ code: 'ECONNREFUSED' }, true],
    [withStatus(400), true],
    [withStatus(499), true],
    [withStatus(399), false],
    [withStatus(500), false],
    [{ code: 'ECONNRESET' }, false],
    [new Error('?'), false],
    ['an error', false],
    [null, false],
    [undefined, false],
  ])('%j: %s', (error, expected) => {
    expect(surelyNotApplied(error)).toBe(expected);
  });
});
