import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  createConnections,
  type FreshnessOptions,
  keepFresh,
} from '../../../lib/service/fresh-connections.ts';

type Answer = (response: ServerResponse, socket: Socket) => void;

const ok: Answer = (response) => response.end('{}');
const reset: Answer = (_, socket) => socket.resetAndDestroy();

const servers: Server[] = [];
// Only what a test says counts as idle, however busy the machine is.
beforeEach(() => jump(0));
afterEach(() => {
  vi.restoreAllMocks();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A client of a server that answers as told, and what the server has seen of it. */
async function clientOf(options: FreshnessOptions = {}) {
  const seen = { connections: 0, requests: 0 };
  const behaviour = { answer: (_: IncomingMessage): Answer => ok };
  const server = createServer((request, response) => {
    seen.requests++;
    request.resume().on('end', () => behaviour.answer(request)(response, request.socket));
  }).listen(0, '127.0.0.1');
  servers.push(server);
  server.keepAliveTimeout = 0;
  server.on('connection', () => {
    seen.connections++;
  });
  await once(server, 'listening');
  const connections = createConnections();
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'local',
    credentials: { accessKeyId: 'a', secretAccessKey: 's' },
    requestHandler: connections,
    maxAttempts: 1,
  });
  keepFresh(client, connections, options);
  const command = new GetItemCommand({ TableName: 't', Key: { pk: { S: 'x' } } });
  const send = (abortSignal?: AbortSignal) => client.send(command, { abortSignal });
  return { send, seen, behaviour };
}

/** Has a client open four connections, by as many requests at the same time. */
async function openFour({ send, behaviour }: Awaited<ReturnType<typeof clientOf>>) {
  const sockets = new Set<Socket>();
  const held: ServerResponse[] = [];
  behaviour.answer = () => (response, socket) => {
    sockets.add(socket);
    held.push(response);
    if (held.length === 4) for (const each of held) each.end('{}');
  };
  await Promise.all(Array.from({ length: 4 }, () => send()));
  behaviour.answer = () => ok;
  return sockets;
}

/** Lets the wall clock jump. */
function jump(ms: number): void {
  const now = Date.now();
  vi.spyOn(Date, 'now').mockReturnValue(now + ms);
}

describe('a client that is kept fresh', () => {
  it('uses its connection again', async () => {
    const { send, seen } = await clientOf();
    for (let i = 0; i < 3; i++) await send();
    expect(seen).toEqual({ connections: 1, requests: 3 });
  });

  it('opens a new one when the clock has jumped, of many that it had', async () => {
    const client = await clientOf();
    const { send, seen } = client;
    await openFour(client);
    expect(seen.connections).toBe(4);
    jump(5_001);
    await send();
    expect(seen.connections).toBe(5);
    await send();
    expect(seen).toEqual({ connections: 5, requests: 6 });
  });

  it('keeps them for as long as it is told', async () => {
    const { send, seen } = await clientOf({ maxIdleMs: 10_000 });
    await send();
    jump(9_000);
    await send();
    expect(seen.connections).toBe(1);
    jump(10_001);
    await send();
    expect(seen.connections).toBe(2);
  });

  it('sends again what was broken off, on a new connection though others were idle', async () => {
    const client = await clientOf();
    const { send, seen, behaviour } = client;
    const stale = await openFour(client);
    behaviour.answer = ({ socket }) => (stale.has(socket) ? reset : ok);
    await send();
    expect(seen).toEqual({ connections: 5, requests: 4 + 2 });
  });

  it('sends no third time', async () => {
    const { send, seen, behaviour } = await clientOf();
    behaviour.answer = () => reset;
    await expect(send()).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(seen.requests).toBe(2);
  });

  it('sends once what must not be repeated', async () => {
    const { send, seen, behaviour } = await clientOf({ resend: false });
    behaviour.answer = () => reset;
    await expect(send()).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(seen.requests).toBe(1);
  });

  it('sends once what was broken off in the middle of its answer', async () => {
    const { send, seen, behaviour } = await clientOf();
    behaviour.answer = () => (response, socket) => {
      response.writeHead(200, { 'content-length': 10 });
      response.write('{', () => socket.resetAndDestroy());
    };
    await expect(send()).rejects.toThrow();
    expect(seen.requests).toBe(1);
  });

  it('sends once what the server has refused', async () => {
    const { send, seen, behaviour } = await clientOf();
    behaviour.answer = () => (response) => response.writeHead(500).end();
    await expect(send()).rejects.toMatchObject({ $metadata: { httpStatusCode: 500 } });
    expect(seen.requests).toBe(1);
  });

  it('sends nothing again that its caller has given up', async () => {
    const { send, seen, behaviour } = await clientOf();
    const caller = new AbortController();
    behaviour.answer = () => (_, socket) => {
      caller.abort();
      socket.resetAndDestroy();
    };
    await expect(send(caller.signal)).rejects.toMatchObject({ name: 'AbortError' });
    expect(seen.requests).toBe(1);
  });
});
