import { rmSync } from 'node:fs';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveFile } from '../../../../lib/local/http/static-files.ts';
import { synthesizeFixture } from '../fixture/app.ts';
import { type RunningFixture, runFixture } from '../fixture/running.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const files = new Map([
  ['/', { bytes: bytes('<!doctype html>'), headers: { 'x-own': 'yes' } }],
  ['/app.js', { bytes: bytes('start();') }],
  ['/run.wasm', { bytes: Uint8Array.of(0, 97, 115, 109) }],
  ['/a b.png', { bytes: bytes('picture') }],
  ['/echo', { bytes: bytes('never seen') }],
]);

let dir: string;
let fixture: RunningFixture;

beforeAll(async () => {
  dir = synthesizeFixture();
  fixture = await runFixture(dir, { files });
});
afterAll(async () => {
  await fixture?.assembly.close();
  rmSync(dir, { recursive: true, force: true });
});

const get = (path: string, init?: RequestInit) => fetch(fixture.assembly.url + path, init);

/** The status for a path that is sent as it is written: `fetch` would resolve its dots. */
function statusOf(path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(fixture.assembly.url);
    request({ hostname, port, path }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
}

describe('static files', () => {
  it.each([
    ['/', 'text/html; charset=utf-8', '<!doctype html>'],
    ['/?from=link', 'text/html; charset=utf-8', '<!doctype html>'],
    ['/app.js', 'text/javascript; charset=utf-8', 'start();'],
    ['/run.wasm', 'application/wasm', '\0asm'],
    ['/a%20b.png', 'image/png', 'picture'],
  ])('GET %s', async (path, contentType, body) => {
    const response = await get(path);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe(contentType);
    expect(await response.text()).toBe(body);
  });

  it('have headers of their own', async () => {
    expect((await get('/')).headers.get('x-own')).toBe('yes');
  });

  it('answer HEAD with their length and no body', async () => {
    const response = await get('/app.js', { method: 'HEAD' });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-length')).toBe('8');
    expect(await response.text()).toBe('');
  });

  it.each(['POST', 'PUT', 'DELETE'])('refuse %s', async (method) => {
    const response = await get('/app.js', { method });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('GET, HEAD');
    expect(response.headers.get('content-type')).toBe('application/problem+json');
  });

  it('come after routes of the API', async () => {
    expect(await (await get('/echo')).json()).toMatchObject({ routeKey: 'ANY /echo' });
  });

  it.each(['/../package.json', '/app.js/..', '/%2e%2e/package.json', '//app.js', '/APP.JS'])(
    'are those in the map, whatever a path looks like: %s',
    async (path) => {
      expect(await statusOf(path)).toBe(404);
    },
  );

  it('know a file of another type as bytes', () => {
    const only = new Map(['/m.onnx', '/LICENSE'].map((path) => [path, { bytes: bytes('m') }]));
    for (const path of only.keys()) {
      const type = serveFile(only, 'GET', path)?.headers['content-type'];
      expect(type).toBe('application/octet-stream');
    }
    expect(serveFile(only, 'GET', '/constructor')).toBeUndefined();
  });
});
