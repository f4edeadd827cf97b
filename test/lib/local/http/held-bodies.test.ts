import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HttpFront } from '../../../../lib/local/http/http-front.ts';
import type { HttpResponse } from '../../../../lib/local/http/http-response.ts';
import { FunctionRegistry } from '../../../../lib/local/lambda/function-registry.ts';
import { SessionTokens } from '../../../../lib/local/shared/session-tokens.ts';

const megabyte = 1024 * 1024;
const settings = {
  endpoints: { lambda: '', dynamodb: '', s3: '' },
  variables: {},
  onLog: undefined,
  tokens: new SessionTokens(),
};
const api = {
  logicalId: 'Api',
  apiId: 'api',
  cors: undefined,
  stages: ['$default'],
  routes: [
    {
      routeKey: 'POST /take',
      // None: what has a body is answered with 500.
      functionReference: 'nobody',
      timeoutMs: 1_000,
      authorizationType: 'NONE',
    },
  ],
};

let front: HttpFront;
const sockets: Socket[] = [];
async function listen(arrivalMs: number, heldBytes: number, headerMs = 60_000) {
  front = await HttpFront.listen(0, '127.0.0.1', { arrivalMs, heldBytes, headerMs });
  front.open(api, new FunctionRegistry([], settings, () => ({ atOnce: 1, most: 1 })), {
    files: new Map(),
    problemKinds: {},
    allowedHosts: [],
  });
}
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await front.close();
});

/** What a server has said when the connection is closed, however that comes about. */
function saidBy(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on('error', () => {});
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve) => {
    socket.on('close', () => resolve(Buffer.concat(chunks).toString()));
  });
}

/** Begins to send a body, and gathers what is answered. */
function begin(sentBytes: number, length = 9 * megabyte) {
  const socket = connect(front.port, '127.0.0.1');
  sockets.push(socket);
  const answer = saidBy(socket);
  socket.write(`POST /take HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${length}\r\n\r\n`);
  socket.write(Buffer.alloc(sentBytes));
  return { socket, answer };
}

function expectProblem(answer: string, status: HttpResponse['status']) {
  const [header = '', body = ''] = answer.split('\r\n\r\n');
  expect(header).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(header).toContain('content-type: application/problem+json');
  expect(header.toLowerCase()).toContain('connection: close');
  expect(JSON.parse(body)).toMatchObject({ status });
}

describe('a body', () => {
  it('that never ends is closed with 408, and forgotten', async () => {
    await listen(50, 64 * megabyte);
    const { answer } = begin(1_000);
    expectProblem(await answer, 408);
    expect(front.heldBytes).toBe(0);
  });

  it('that arrives in time is held until it is answered', async () => {
    await listen(60_000, 64 * megabyte);
    const { socket, answer } = begin(500, 1_000);
    await expect.poll(() => front.heldBytes).toBe(500);
    socket.end(Buffer.alloc(500));
    expect(await answer).toMatch(/^HTTP\/1.1 500 /);
    expect(front.heldBytes).toBe(0);
  });

  it('that says it is too large is not waited for', async () => {
    await listen(60_000, 64 * megabyte);
    const { answer } = begin(0, 11 * megabyte);
    expectProblem(await answer, 413);
  });
});

describe('15 bodies of 9 of 10 MB that do not go on', () => {
  beforeEach(() => listen(60_000, 32 * megabyte));

  it('are held to the limit: the oldest give way, and an honest one is taken', async () => {
    const hostile: ReturnType<typeof begin>[] = [];
    for (let i = 0; i < 15; i++) {
      hostile.push(begin(9 * megabyte - 1, 10 * megabyte));
      await expect.poll(() => front.heldBytes).toBeGreaterThan(Math.min(i + 1, 3) * 8 * megabyte);
      expect(front.heldBytes).toBeLessThanOrEqual(32 * megabyte);
    }
    const honest = httpRequest({ port: front.port, method: 'POST', path: '/take' });
    honest.end(Buffer.alloc(4 * megabyte));
    const [response] = await once(honest, 'response');
    expect(response.statusCode).toBe(500);
    expectProblem((await hostile[0]?.answer) ?? '', 503);
    for (const { socket } of hostile) socket.destroy();
    await expect.poll(() => front.heldBytes).toBe(0);
  });
});

describe('a header that never ends', () => {
  it('is closed with 408', async () => {
    await listen(60_000, megabyte, 50);
    const socket = connect(front.port, '127.0.0.1');
    sockets.push(socket);
    const answer = saidBy(socket);
    socket.write('POST /take HTTP/1.1\r\nhost: loc');
    expectProblem(await answer, 408);
  });

  it('or has not begun is closed without a word', async () => {
    await listen(60_000, megabyte, 50);
    const socket = connect(front.port, '127.0.0.1');
    sockets.push(socket);
    expect(await saidBy(socket)).toBe('');
  });
});
