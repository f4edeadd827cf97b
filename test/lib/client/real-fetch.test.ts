import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OnDeviceModel } from '../../../lib/client/api/types.ts';
import { createClient } from '../../../lib/client/client.ts';

const onDevice: OnDeviceModel = {
  name: 'tiny',
  accuracyPct: 50,
  classify: async () => ({ predictions: [{ index: 0, label: 'disc', score: 1 }] }),
};
const image = new Blob([new Uint8Array(50_000)], { type: 'image/jpeg' });

let handle: (request: IncomingMessage, response: ServerResponse) => void;
const server = createServer((request, response) => {
  if (request.url === '/v1/time') response.writeHead(404).end();
  else handle(request, response);
});
let endpoint = '';

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe('over real connections', () => {
  /** A machine under load is slow: only where nothing ever comes is the SLA short. */
  const client = (slaMs: number) => createClient({ endpoint, slaMs, lateMs: 50, onDevice });

  it.each<[string, typeof handle, string]>([
    ['never answers', () => undefined, 'undefined'],
    ['is killed before it answers', (request) => request.destroy(), 'NetworkError'],
    [
      'is killed in the middle of its answer',
      (request, response) => {
        response.writeHead(200, { 'content-length': '1000' }).write('{"requestId": ');
        setTimeout(() => request.destroy(), 10);
      },
      'NetworkError',
    ],
    ['answers with nonsense', (_, response) => response.end('<html>'), 'MalformedAnswerError'],
    ['answers with an error', (_, response) => response.writeHead(503).end('{}'), 'ApiError'],
  ])('the device answers when the service %s', async (_, behaviour, error) => {
    handle = behaviour;
    const { source, settled } = await client(error === 'undefined' ? 100 : 10_000).classify(image);
    expect(source).toBe('device');
    expect(String((await settled).cloud.error)).toMatch(new RegExp(`^${error}`));
  });

  it('the connection is closed when nobody waits any more', async () => {
    const closed = new Promise<void>((resolve) => {
      handle = (request) => request.socket.once('close', () => resolve());
    });
    const { settled } = await client(100).classify(image);
    expect((await settled).cloud.state).toBe('cancelled');
    await closed;
  });

  it('the connection is closed when the caller changes its mind', async () => {
    const controller = new AbortController();
    const closed = new Promise<void>((resolve) => {
      handle = (request) => {
        request.socket.once('close', () => resolve());
        controller.abort();
      };
    });
    const { signal } = controller;
    const classification = createClient({ endpoint, slaMs: 10_000 }).classify(image, { signal });
    await expect(classification).rejects.toMatchObject({ name: 'AbortError' });
    await closed;
  });
});
