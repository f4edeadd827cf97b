import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { synthesizeFixture } from '../fixture/app.ts';
import { fetchJson, type RunningFixture, runFixture, until } from '../fixture/running.ts';

let dir: string;
let fixture: RunningFixture;
let url: string;

beforeAll(async () => {
  dir = synthesizeFixture();
  fixture = await runFixture(dir, {
    maxEnvironments: 1,
    allowedHosts: ['elsewhere.example'],
    problemKinds: { 413: { type: '/problems/too-large', title: 'Body too large' } },
    plainErrors: /^\/plain(\/|$)/,
  });
  url = fixture.assembly.url;
});

afterAll(async () => {
  await fixture?.assembly.close();
  rmSync(dir, { recursive: true, force: true });
});

/** The event that the function behind a path got. */
const eventOf = (path: string, init?: RequestInit) => fetchJson(url + path, init);

/** What the front makes of what a function returns. */
function returning(value: unknown) {
  return fetch(`${url}/return`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ value }),
  });
}

async function expectProblem(response: Response, status: number, type = 'about:blank') {
  expect(response.status).toBe(status);
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  const body = await response.json();
  expect(body).toEqual({
    type,
    title: expect.any(String),
    status,
    detail: expect.any(String),
    requestId: expect.any(String),
  });
  return body;
}

it('an error of the front’s own is plain JSON where clients know nothing else', async () => {
  await expectProblem(await fetch(`${url}/plainly`), 404);
  const response = await fetch(`${url}/plain/nothing?a=/`);
  expect(response.status).toBe(404);
  expect(response.headers.get('content-type')).toBe('application/json');
  const { error, ...problem } = (await response.json()) as Record<string, unknown>;
  expect(problem).toMatchObject({ status: 404, detail: error });
  expect(error).toBe('No route for GET /plain/nothing');
});

describe('the event', () => {
  it('has the shape of payload format 2.0', async () => {
    const event = await eventOf('/echo?b=2&a=1&b=3%20x', {
      headers: { 'User-Agent': 'tester', 'X-Twice': 'yes', Cookie: 'one=1; two=2' },
    });
    expect(event).toEqual({
      version: '2.0',
      routeKey: 'ANY /echo',
      rawPath: '/echo',
      rawQueryString: 'b=2&a=1&b=3%20x',
      cookies: ['one=1', 'two=2'],
      headers: expect.objectContaining({
        'user-agent': 'tester',
        'x-twice': 'yes',
        'x-forwarded-for': '127.0.0.1',
        host: new URL(url).host,
      }),
      queryStringParameters: { a: '1', b: '2,3 x' },
      requestContext: {
        accountId: '000000000000',
        apiId: expect.any(String),
        domainName: '127.0.0.1',
        domainPrefix: expect.any(String),
        http: {
          method: 'GET',
          path: '/echo',
          protocol: 'HTTP/1.1',
          sourceIp: '127.0.0.1',
          userAgent: 'tester',
        },
        requestId: expect.any(String),
        routeKey: 'ANY /echo',
        stage: '$default',
        time: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
        timeEpoch: expect.any(Number),
      },
      isBase64Encoded: false,
    });
    expect(event.headers).not.toHaveProperty('cookie');
  });

  it('says when the request arrived, and not when its body did', async () => {
    const headers = { expect: '100-continue' };
    const request = httpRequest(`${url}/echo`, { method: 'POST', headers });
    request.flushHeaders();
    await once(request, 'continue');
    const arrivedMs = Date.now();
    await delay(20);
    const [[response]] = await Promise.all([once(request, 'response'), request.end('body')]);
    const event = JSON.parse(Buffer.concat(await response.toArray()).toString());
    expect(Buffer.from(event.body, 'base64').toString()).toBe('body');
    expect(event.requestContext.timeEpoch).toBeLessThanOrEqual(arrivedMs);
  });

  it.each([
    ['text/plain', 'text'],
    ['text/html; charset=utf-8', 'text'],
    ['application/json', 'text'],
    ['application/problem+json', 'text'],
    ['application/xml', 'text'],
    ['application/javascript', 'text'],
    ['application/x-www-form-urlencoded', 'base64'],
    ['application/octet-stream', 'base64'],
    ['image/jpeg', 'base64'],
    ['', 'base64'],
  ])('has a body of type "%s" as %s', async (contentType, encoding) => {
    const event = await eventOf('/echo', {
      method: 'POST',
      headers: { 'content-type': contentType },
      body: Buffer.from('grüße'),
    });
    expect(event.isBase64Encoded).toBe(encoding === 'base64');
    expect(Buffer.from(event.body, encoding === 'base64' ? 'base64' : 'utf8').toString()).toBe(
      'grüße',
    );
  });

  it.each([
    ['GET', '/items/special', 'ANY /items/special', undefined],
    ['GET', '/items/a%20b', 'GET /items/{id}', { id: 'a b' }],
    ['PUT', '/items/7', 'ANY /items/{proxy+}', { proxy: '7' }],
    ['GET', '/items/a/b', 'ANY /items/{proxy+}', { proxy: 'a/b' }],
  ])('of %s %s says route %s', async (method, path, routeKey, pathParameters) => {
    const event = await eventOf(path, { method });
    expect(event.routeKey).toBe(routeKey);
    expect(event.requestContext.routeKey).toBe(routeKey);
    expect(event.pathParameters).toEqual(pathParameters);
    expect(event.rawPath).toBe(decodeURIComponent(path));
  });
});

describe('the response', () => {
  it('is what the function says', async () => {
    const response = await returning({
      statusCode: 201,
      headers: { 'X-Number': 5, 'content-type': 'text/css' },
      cookies: ['a=1', 'b=2'],
      body: 'grüße',
    });
    expect(response.status).toBe(201);
    expect(response.headers.get('x-number')).toBe('5');
    expect(response.headers.get('content-type')).toBe('text/css');
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(await response.text()).toBe('grüße');
  });

  it('decodes base64', async () => {
    const response = await returning({
      statusCode: 200,
      isBase64Encoded: true,
      body: Buffer.from([0, 255, 1]).toString('base64'),
    });
    expect([...(await response.bytes())]).toEqual([0, 255, 1]);
  });

  it('is 200 with JSON if there is no statusCode', async () => {
    const response = await returning({ some: 'result' });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toEqual({ some: 'result' });
  });

  it('has no body at 204', async () => {
    const response = await returning({ statusCode: 204 });
    expect(response.status).toBe(204);
    expect(await response.text()).toBe('');
  });

  it.each([
    ['a status that is none', { statusCode: 'two hundred' }],
    ['a status out of range', { statusCode: 9000 }],
    ['a body that is no string', { statusCode: 200, body: { a: 1 } }],
    ['a header that no wire carries', { statusCode: 200, headers: { 'a b': 'x' } }],
    ['a header value with a line break', { statusCode: 200, headers: { a: 'x\r\nb: y' } }],
  ])('is 500 for %s', async (_, value) => {
    await expectProblem(await returning(value), 500);
  });
});

describe("the front's own errors", () => {
  it('404 for a path without route', async () => {
    await expectProblem(await fetch(`${url}/nowhere`), 404);
    await expectProblem(await fetch(`${url}/return`), 404);
  });

  it('400 for a path that is not well encoded', async () => {
    await expectProblem(await fetch(`${url}/items/%zz`), 400);
  });

  it('500 for a function that fails', async () => {
    const body = JSON.stringify({ fail: true });
    const headers = { 'content-type': 'application/json' };
    await expectProblem(await fetch(`${url}/return`, { method: 'POST', headers, body }), 500);
  });

  it('413 over 10 MB, and over the 6 MB that Lambda takes', async () => {
    for (const megabytes of [11, 5]) {
      const body = Buffer.alloc(megabytes * 1024 * 1024);
      const response = await fetch(`${url}/echo`, { method: 'POST', body });
      const problem = await expectProblem(response, 413, '/problems/too-large');
      expect(problem).toMatchObject({ title: 'Body too large' });
    }
  });

  it('takes 4 MB of binary', async () => {
    const body = Buffer.alloc(4 * 1024 * 1024);
    const response = await fetch(`${url}/return`, { method: 'POST', body });
    expect(response.status).toBe(500);
    expect((await fetch(`${url}/echo`)).status).toBe(200);
  });

  it('429 with Retry-After when all environments are busy', async () => {
    const blocker = fixture.invoke('Reserved', { do: 'sleep', ms: 500 });
    const reserved = fixture.assembly.functions.find(
      ({ name }) => name === fixture.functionName('Reserved'),
    );
    await until(() => reserved?.pids.length === 1, 'the environment that is busy');
    const response = await fetch(`${url}/reserved`);
    await expectProblem(response, 429);
    expect(response.headers.get('retry-after')).toBe('1');
    await blocker;
  });
});

/** What comes over one connection for this text, header and body. */
function exchange(text: string): Promise<{ header: string; body: string }> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    connect(Number(port), hostname, function (this: Socket) {
      this.write(text);
    })
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      .on('error', reject)
      .on('close', () => {
        const [header = '', body = ''] = Buffer.concat(chunks).toString().split('\r\n\r\n');
        resolve({ header, body });
      });
  });
}

describe('what no client of Node sends', () => {
  it.each([
    ['http://elsewhere.example:99/echo?a=1', '/echo', 'a=1'],
    ['HTTP://elsewhere.example:99/echo', '/echo', ''],
    ['http://elsewhere.example:99?a=1', '/', 'a=1'],
  ])('the target %s names the host', async (target, path, query) => {
    const header = 'host: ignored\r\nconnection: close';
    const { body } = await exchange(`GET ${target} HTTP/1.1\r\n${header}\r\n\r\n`);
    if (path === '/') {
      expect(JSON.parse(body)).toMatchObject({ status: 404, detail: 'No route for GET /' });
      return;
    }
    expect(JSON.parse(body)).toMatchObject({
      rawPath: path,
      rawQueryString: query,
      headers: { host: 'elsewhere.example:99' },
      requestContext: { domainName: 'elsewhere.example' },
    });
  });

  it('HTTP/1.0 needs no Host', async () => {
    const { header, body } = await exchange('GET /echo HTTP/1.0\r\n\r\n');
    expect(header).toMatch(/^HTTP\/1.1 200 /);
    const host = `localhost:${new URL(url).port}`;
    expect(JSON.parse(body)).toMatchObject({
      headers: { host },
      requestContext: { domainName: 'localhost' },
    });
  });

  it.each([
    ['no HTTP', 'HELLO\r\n\r\n', 400],
    ['no Host', 'GET /echo HTTP/1.1\r\nconnection: close\r\n\r\n', 400],
    [
      'a header of 40 KB',
      `GET /echo HTTP/1.1\r\nhost: localhost\r\nx-long: ${'a'.repeat(40_000)}\r\n\r\n`,
      431,
    ],
    [
      'an expectation that nobody meets',
      'GET /echo HTTP/1.1\r\nhost: localhost\r\nexpect: gold\r\nconnection: close\r\n\r\n',
      417,
    ],
  ])('%s is a problem', async (_, text, status) => {
    const { header, body } = await exchange(text);
    expect(header).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(header).toContain('content-type: application/problem+json');
    expect(JSON.parse(body)).toMatchObject({ type: 'about:blank', status });
  });
});

describe('a request that a page of somebody else made a browser send', () => {
  const send = (headers: string, target = '/echo', method = 'GET') =>
    exchange(`${method} ${target} HTTP/1.1\r\n${headers}\r\nconnection: close\r\n\r\n`);

  it.each([
    ['whose name leads to this machine', 'host: evil.example', '/echo', 421],
    ['in absolute form', 'host: localhost', 'http://evil.example/echo', 421],
    ['of another origin', 'host: localhost\r\norigin: https://evil.example', '/echo', 403],
    ['of another port', 'host: 127.0.0.1\r\norigin: http://127.0.0.1:3000', '/echo', 403],
    ['in a sandbox', 'host: localhost\r\norigin: null', '/echo', 403],
    ['that knows an allowed origin', 'host: evil.example\r\norigin: https://example.com', '/', 421],
  ])('%s is refused by a problem', async (_, headers, target, status) => {
    const { header, body } = await send(headers, target);
    expect(header).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(header).toContain('content-type: application/problem+json');
    expect(header).not.toContain('access-control-allow-origin');
    expect(JSON.parse(body)).toMatchObject({ status, requestId: expect.any(String) });
  });

  it.each([
    ['its own', 'host: localhost:1234\r\norigin: http://localhost:1234', '/echo'],
    ['an allowed origin', 'host: localhost\r\norigin: https://example.com', '/echo'],
    ['the host of an allowed origin', 'host: example.com', '/echo'],
    ['a client of a proxy', 'host: evil.example', 'http://127.0.0.1:80/echo'],
    ['another proxy', 'host: elsewhere.example\r\norigin: https://elsewhere.example', '/echo'],
  ])('is none if it is of %s', async (_, headers, target) => {
    expect((await send(headers, target)).header).toMatch(/^HTTP\/1.1 200 /);
  });
});

describe('behind a proxy', () => {
  it('the event has the scheme and the port that the client used', async () => {
    const headers = { 'x-forwarded-proto': 'https', 'x-forwarded-port': '443' };
    expect((await eventOf('/echo', { headers })).headers).toMatchObject(headers);
    expect((await eventOf('/echo')).headers).toMatchObject({
      'x-forwarded-proto': 'http',
      'x-forwarded-port': new URL(url).port,
    });
  });
});

describe('HEAD', () => {
  it('goes to the function and comes back without a body', async () => {
    const { header, body } = await exchange(
      'HEAD /echo HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n',
    );
    expect(header).toMatch(/^HTTP\/1.1 200 /);
    expect(header).toMatch(/content-length: [1-9]/);
    expect(body).toBe('');
  });
});

describe('CORS', () => {
  const preflight = (origin: string) =>
    fetch(`${url}/return`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    });

  it('answers a preflight from an allowed origin', async () => {
    const response = await preflight('https://example.com');
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-origin')).toBe('https://example.com');
    expect(response.headers.get('access-control-allow-methods')).toBe('POST');
    expect(response.headers.get('access-control-allow-headers')).toBe('content-type');
    expect(response.headers.get('access-control-max-age')).toBe('300');
  });

  it('allows nothing to another origin', async () => {
    const response = await preflight('https://elsewhere.example');
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('marks answers and errors', async () => {
    const headers = { origin: 'https://example.com' };
    for (const path of ['/echo', '/nowhere']) {
      const response = await fetch(url + path, { headers });
      expect(response.headers.get('access-control-allow-origin')).toBe('https://example.com');
    }
  });
});

describe('a client that disconnects', () => {
  it('in the middle of its body or while it waits harms nobody', async () => {
    const { hostname, port } = new URL(url);
    for (const text of [
      'POST /echo HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n\r\npart',
      'GET /echo HTTP/1.1\r\nhost: localhost\r\n\r\n',
      'POST /echo HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\nzz',
    ]) {
      await new Promise<void>((resolve) => {
        const socket = connect(Number(port), hostname, () => {
          socket.write(text, () => socket.resetAndDestroy());
        });
        socket.on('close', () => resolve());
      });
    }
    expect((await fetch(`${url}/echo`)).status).toBe(200);
  });
});

describe('the whole chain', () => {
  it('goes from HTTP over the SDK to another function and the table', async () => {
    const first = await fetchJson(`${url}/chain`);
    const second = await fetchJson(`${url}/chain`);
    expect(first.text).toBe('from the stream');
    expect(second.calls).toBe(first.calls + 1);
  });
});
