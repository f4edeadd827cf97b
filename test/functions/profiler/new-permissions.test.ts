import { createServer, type Server } from 'node:http';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { NewPermissionsRetryStrategy } from '../../../functions/profiler/new-permissions.ts';
import { close, listen, urlOf } from '../../../lib/local/shared/http-server.ts';

let server: Server | undefined;
afterEach(async () => {
  if (server) await close(server);
  server = undefined;
});

/** A client of a Lambda that answers so often with this error before it works. */
async function clientOf(error: string, status: number, times: number) {
  let calls = 0;
  server = createServer((_, response) => {
    calls++;
    const failed = calls <= times;
    response.writeHead(failed ? status : 200, failed ? { 'x-amzn-errortype': error } : {});
    response.end(failed ? JSON.stringify({ message: 'not yet' }) : '{}');
  });
  const client = new LambdaClient({
    endpoint: urlOf(await listen(server)),
    region: 'local',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    retryStrategy: new NewPermissionsRetryStrategy(1),
  });
  return {
    invoke: () => client.send(new InvokeCommand({ FunctionName: 'f' })),
    calls: () => calls,
  };
}

describe('NewPermissionsRetryStrategy', () => {
  it.each([
    ['AccessDeniedException', 403],
    ['ResourceConflictException', 409],
    ['TooManyRequestsException', 429],
  ])('waits until %s is over', async (error, status) => {
    const { invoke, calls } = await clientOf(error, status, 3);
    await expect(invoke()).resolves.toMatchObject({ StatusCode: 200 });
    expect(calls()).toBe(4);
  });

  it('waits longer each time, 64 s in all', async () => {
    vi.useFakeTimers();
    const timer = vi.spyOn(globalThis, 'setTimeout');
    const strategy = new NewPermissionsRetryStrategy();
    const error = Object.assign(new Error(), { name: 'AccessDeniedException', cause: undefined });
    let token = await strategy.acquireInitialRetryToken('');
    for (let attempt = 2; attempt <= 8; attempt++) {
      const next = strategy.refreshRetryTokenForRetry(token, { errorType: 'CLIENT_ERROR', error });
      await vi.runAllTimersAsync();
      token = await next;
    }
    expect(timer.mock.calls.map(([, ms]) => ms)).toEqual([500, 1e3, 2e3, 4e3, 8e3, 16e3, 32e3]);
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  it('gives up in the end, with the reason', async () => {
    const { invoke, calls } = await clientOf('AccessDeniedException', 403, 100);
    await expect(invoke()).rejects.toThrow('not yet');
    expect(calls()).toBe(8);
  });

  it('does not repeat what will never work', async () => {
    const { invoke, calls } = await clientOf('ResourceNotFoundException', 404, 100);
    await expect(invoke()).rejects.toThrow('not yet');
    expect(calls()).toBe(1);
  });
});
