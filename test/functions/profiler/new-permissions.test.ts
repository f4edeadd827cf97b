import { createServer, type Server } from 'node:http';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterEach, describe, expect, it } from 'vitest';
import { NewPermissionsRetryStrategy } from '../../../functions/profiler/new-permissions.ts';
import { close, listen, urlOf } from '../../../lib/local/shared/http-server.ts';

let server: Server;
afterEach(() => close(server));

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
