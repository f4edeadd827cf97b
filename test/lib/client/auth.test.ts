import { createHash, createHmac } from 'node:crypto';
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { bearer } from '../../../lib/client/api/auth.ts';
import type { Fetch } from '../../../lib/client/api/fetch.ts';
import { sigV4 } from '../../../lib/client/sigv4.ts';
import { FakeModel } from './fake-service.ts';
import { fakeTimers, image, outcome, prepared, useFakeService, value } from './running-client.ts';

const fake = useFakeService();

describe('bearer', () => {
  it('sends the token that there is at each request', async () => {
    let token = 0;
    const client = fake.client({ auth: bearer(async () => `token-${++token}`) });
    await value(client.classify(image));
    const sent = fake.service.requests.map(({ headers }) => headers.authorization);
    expect(sent).toEqual(expect.arrayContaining(['Bearer token-1', 'Bearer token-2']));
  });
});

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG' };
const signer = new SignatureV4({
  credentials: { ...credentials, sessionToken: 'session' },
  region: 'eu-central-1',
  service: 'execute-api',
  sha256: Sha256,
});
const hash = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, data: string) =>
  createHmac('sha256', key).update(data).digest();

/**
 * The signature that AWS would expect of a request, worked out as its documentation says
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
 */
function expectedSignature(
  headers: Record<string, string>,
  {
    method = 'POST',
    path,
    query = '',
    body,
  }: { method?: string; path: string; query?: string; body: Uint8Array },
): string {
  const { authorization = '', 'x-amz-date': date = '' } = headers;
  const signedHeaders = /SignedHeaders=([^,]+)/.exec(authorization)?.[1] ?? '';
  const canonical = [
    ...[method, path, query],
    ...signedHeaders.split(';').map((name) => `${name}:${headers[name]}`),
    ...['', signedHeaders, hash(body)],
  ].join('\n');
  const scope = `${date.slice(0, 8)}/eu-central-1/execute-api/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', date, scope, hash(canonical)].join('\n');
  const start: string | Buffer = `AWS4${credentials.secretAccessKey}`;
  const key = scope.split('/').reduce<string | Buffer>((k, part) => hmac(k, part), start);
  return hmac(key, toSign).toString('hex');
}

describe('sigV4', () => {
  const bytes = new Uint8Array([49, 50, 51]);
  it.each([
    ['https://abc.example', 'abc.example', '/v1/infer', bytes],
    ['https://abc.example', 'abc.example', '/v1/infer', new Blob([bytes])],
    ['http://127.0.0.1:8080/stage', '127.0.0.1:8080', '/stage/v1/infer', bytes.buffer],
  ])('signs what is sent to %s, headers and body included', async (endpoint, host, path, body) => {
    const headers = { 'content-type': 'image/png', 'mdi-sla-ms': '250', 'mdi-upload-start': '1.5' };
    const url = `${endpoint}/v1/infer`;
    const epochMs = Date.UTC(2026, 10, 24, 12);
    const added = await sigV4({ signer })({ method: 'POST', url, headers, body, epochMs });
    // Not the host: browsers set it, and let nobody else.
    expect(Object.keys(added).sort()).toEqual([
      'authorization',
      'x-amz-content-sha256',
      'x-amz-date',
      'x-amz-security-token',
    ]);
    expect(added['x-amz-date']).toBe('20261124T120000Z');
    expect(added.authorization).toContain('=content-type;host;mdi-sla-ms;mdi-upload-start;x-amz-');
    const expected = expectedSignature({ ...headers, ...added, host }, { path, body: bytes });
    expect(added.authorization).toMatch(new RegExp(`Signature=${expected}$`));
  });

  it('signs the query of GET /v1/time, which differs each time', async () => {
    const client = fake.client({ auth: sigV4({ signer }) });
    await prepared(client);
    const asked = fake.service.asked('time');
    expect(asked).toHaveLength(5);
    for (const { query, headers } of asked) {
      expect(query).toMatch(/^once=[\d.e-]+$/);
      const expected = expectedSignature(
        { ...headers, host: 'service.example' },
        { method: 'GET', path: '/v1/time', query, body: new Uint8Array() },
      );
      expect(headers.authorization).toMatch(new RegExp(`Signature=${expected}$`));
    }
  });

  const request = { method: 'GET', headers: {}, epochMs: 0 } as const;

  it.each([
    ['https://abc.example/v1/time', { protocol: 'https:', hostname: 'abc.example' }, undefined],
    ['http://127.0.0.1:8080/v1/time', { protocol: 'http:', hostname: '127.0.0.1' }, 8080],
    [
      'https://abc.example/v1/time?once=x1&a=b',
      { protocol: 'https:', hostname: 'abc.example', query: { once: 'x1', a: 'b' } },
      undefined,
    ],
  ])('takes %s apart for the signer', async (url, parts, port) => {
    const sign = vi.fn(async () => ({ headers: {} }));
    await sigV4({ signer: { sign } })({ ...request, url });
    const host = port ? `${parts.hostname}:${port}` : parts.hostname;
    expect(sign).toHaveBeenCalledWith(
      { method: 'GET', path: '/v1/time', ...parts, ...(port && { port }), headers: { host } },
      { signingDate: new Date(0) },
    );
  });

  it.each(['abc/v1', 'see https://abc.example/v1', 'https://abc.example', 'https:///v1'])(
    'refuses an address that it does not understand: %s',
    async (url) => {
      await expect(async () => sigV4({ signer })({ ...request, url })).rejects.toThrow(
        `${url} is no address`,
      );
    },
  );
});

describe('what a refusal tells the signatures', () => {
  const hourMs = 3_600_000;
  /** The service, as IAM lets it be asked: signatures may be 5 minutes off; a refusal carries the date. */
  const strict = (): Fetch => async (url, init) => {
    const headers = init.headers as Record<string, string>;
    const serverMs = fake.service.epochMs();
    if (Math.abs(signedMs(headers) - serverMs) < 300_000) return fake.service.fetch(url, init);
    refusals.push(url);
    return Response.json(
      { message: 'Signature expired' },
      { status: 403, headers: { date: new Date(serverMs).toUTCString() } },
    );
  };
  const refusals: string[] = [];
  const signedMs = ({ 'x-amz-date': date = '' }: Record<string, string>) =>
    Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  beforeEach(() => {
    refusals.length = 0;
  });

  it.each([3, -2])(
    'that the device’s clock is wrong by %s hours: it is sent once more',
    async (hours) => {
      fake.service.offsetMs += hours * hourMs + 970;
      const client = fake.client({ auth: sigV4({ signer }), fetch: strict() });
      fake.service.infer = { serverMs: 10 };
      // The image, the time and what is to be warmed are all refused for the same wrong date.
      const ready = client.prepare();
      expect((await value(client.classify(image))).source).toBe('cloud');
      await ready;
      await vi.runAllTimersAsync();
      expect(refusals.map((url) => new URL(url).pathname).sort()).toEqual([
        '/v1/infer',
        '/v1/prepare',
        '/v1/time',
      ]);
      expect(fake.service.asked('prepare')).toHaveLength(1);
      const { offsetMs = 0, errorMs = 0 } = client.statistics().clock ?? {};
      expect(Math.abs(offsetMs - fake.service.offsetMs)).toBeLessThanOrEqual(errorMs);
    },
  );

  it('counts no longer once the clock is known', async () => {
    fake.service.offsetMs += 3 * hourMs;
    const client = fake.client({ auth: sigV4({ signer }), fetch: strict() });
    await prepared(client);
    const before = refusals.length;
    await value(client.classify(image));
    expect(refusals).toHaveLength(before);
    expect(
      Math.abs(signedMs(fake.service.inferences[0]?.headers ?? {}) - fake.service.epochMs()),
    ).toBeLessThan(1_000);
  });

  it('helps where the wall clock is set back while the app runs', async () => {
    let setMs = 0;
    const time = { ...fakeTimers, wallMs: () => Date.now() + setMs };
    const client = fake.client({ auth: sigV4({ signer }), fetch: strict(), time });
    await prepared(client);
    setMs = -2 * hourMs;
    for (let i = 0; i < 3; i++) {
      expect((await value(client.classify(image))).source).toBe('cloud');
      await vi.runAllTimersAsync();
    }
    expect(fake.service.inferences).toHaveLength(3);
  });

  it('is nothing when its date is right: the key is wrong, or the right is missing', async () => {
    const headers = { date: new Date(fake.service.epochMs() - 50_000).toUTCString() };
    fake.service.infer = { status: 403, body: { message: 'Forbidden' }, headers };
    const client = fake.client({ auth: sigV4({ signer }) });
    expect((await outcome(client.classify(image))).error).toMatchObject({ status: 403 });
    expect(fake.service.inferences).toHaveLength(1);
  });

  it('is nothing when it carries no date, or none that is one', async () => {
    const client = fake.client({ auth: sigV4({ signer }) });
    for (const headers of [{}, { date: 'yesterday' }] as Record<string, string>[]) {
      fake.service.infer = { status: 403, body: {}, headers };
      expect((await outcome(client.classify(image))).error).toMatchObject({ status: 403 });
    }
    expect(fake.service.inferences).toHaveLength(2);
  });

  it.each([200, 403])('is no captive portal’s page with %s and a date of 2015', async (status) => {
    const headers = { date: 'Thu, 01 Jan 2015 00:00:00 GMT' };
    const portal = { status, body: '<html>sign in</html>', headers };
    const { service } = fake;
    [service.time, service.infer, service.prepare] = [portal, portal, portal];
    const client = fake.client({ auth: sigV4({ signer }) });
    await prepared(client);
    await outcome(client.classify(image));
    // It is gone: nothing is wrong with what is signed now, nor with the clock.
    service.infer = {};
    expect((await value(client.classify(image))).source).toBe('cloud');
    for (const { headers: sent } of service.requests) {
      expect(Math.abs(signedMs(sent) - service.epochMs())).toBeLessThan(60_000);
    }
  });
});

describe('a Blob of React Native, which has no arrayBuffer', () => {
  /** As React Native has it. */
  const bytes = new Uint8Array([0, 1, 2, 253, 254, 255]);
  const blob = { size: bytes.length, type: 'image/jpeg' } as Blob;
  class FileReader {
    result: unknown;
    onload: () => void = () => undefined;
    onerror: () => void = () => undefined;
    readAsDataURL(read: Blob): void {
      expect(read).toBe(blob);
      this.result = `data:image/jpeg;base64,${Buffer.from(bytes).toString('base64')}`;
      queueMicrotask(() => this.onload());
    }
  }
  afterEach(() => {
    vi.unstubAllGlobals();
  });
  const path = '/v1/infer';
  const epochMs = Date.UTC(2026, 10, 24, 12);
  const signed = () =>
    sigV4({ signer })({
      ...{ method: 'POST', url: `https://abc.example${path}`, headers: {} },
      ...{ body: blob, epochMs },
    });

  it('is signed with its bytes where a FileReader can read them', async () => {
    vi.stubGlobal('FileReader', FileReader);
    const added = await signed();
    const host = 'abc.example';
    const expected = expectedSignature({ ...added, host }, { path, body: bytes });
    expect(added.authorization).toMatch(new RegExp(`Signature=${expected}$`));
    expect(added['x-amz-content-sha256']).toBe(hash(bytes));
  });

  it('is refused by name where nothing can, and not signed as if it were empty', async () => {
    vi.stubGlobal('FileReader', undefined);
    await expect(signed()).rejects.toThrow(
      new TypeError('this Blob cannot be read here: pass its bytes instead'),
    );
  });

  it('is refused by name when the FileReader fails', async () => {
    vi.stubGlobal(
      'FileReader',
      class extends FileReader {
        override readAsDataURL(): void {
          queueMicrotask(() => this.onerror());
        }
      },
    );
    await expect(signed()).rejects.toThrow('pass its bytes instead');
  });

  it('shows as the cloud’s error, while the device answers', async () => {
    vi.stubGlobal('FileReader', undefined);
    const client = fake.client({ auth: sigV4({ signer }), onDevice: new FakeModel(10) });
    const { source, race } = await value(client.classify(blob));
    expect(source).toBe('device');
    expect(race.cloud.error).toBeInstanceOf(TypeError);
    expect(fake.service.inferences).toEqual([]);
  });
});
