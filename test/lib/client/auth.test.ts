import { createHash, createHmac } from 'node:crypto';
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { describe, expect, it, vi } from 'vitest';
import { bearer } from '../../../lib/client/api/auth.ts';
import { sigV4 } from '../../../lib/client/sigv4.ts';
import { image, prepared, useFakeService, value } from './running-client.ts';

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
 * The signature that AWS would expect of a `POST`, worked out as its documentation says
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
 */
function expectedSignature(
  headers: Record<string, string>,
  { path, body }: { path: string; body: Uint8Array },
): string {
  const { authorization = '', 'x-amz-date': date = '' } = headers;
  const signedHeaders = /SignedHeaders=([^,]+)/.exec(authorization)?.[1] ?? '';
  const canonical = [
    ...['POST', path, ''],
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

  it('dates signatures by the server’s clock once it is known, even if only by a refusal', async () => {
    fake.service.offsetMs += 3 * 3_600_000 + 970;
    const serverDate = new Date(fake.service.epochMs());
    const client = fake.client({ auth: sigV4({ signer }) });
    fake.service.time = {
      status: 403,
      body: { message: 'Signature expired' },
      headers: { date: serverDate.toUTCString() },
    };
    await prepared(client);
    await value(client.classify(image));
    const stamp = (date: Date) => date.toISOString().replace(/[-:]/g, '').slice(0, 13);
    const { offsetMs = 0, errorMs = 0 } = client.statistics().clock ?? {};
    expect(Math.abs(offsetMs - fake.service.offsetMs)).toBeLessThanOrEqual(errorMs);
    const dates = fake.service.requests.map(({ headers }) => headers['x-amz-date']?.slice(0, 13));
    expect(dates[0]).toBe(stamp(new Date(serverDate.getTime() - 3 * 3_600_000 - 970)));
    expect(dates[1]).toBe(stamp(serverDate));
    const [sent] = fake.service.inferences;
    expect(sent?.headers['x-amz-date']?.slice(0, 13)).toBe(stamp(serverDate));
    // A second is too coarse to tell the server when an upload began.
    expect(sent?.headers['mdi-upload-start']).toBeUndefined();
  });

  const request = { method: 'GET', headers: {}, epochMs: 0 } as const;

  it.each([
    ['https://abc.example/v1/time', { protocol: 'https:', hostname: 'abc.example' }, undefined],
    ['http://127.0.0.1:8080/v1/time', { protocol: 'http:', hostname: '127.0.0.1' }, 8080],
  ])('takes %s apart for the signer', async (url, parts, port) => {
    const sign = vi.fn(async () => ({ headers: {} }));
    await sigV4({ signer: { sign } })({ ...request, url });
    const host = port ? `${parts.hostname}:${port}` : parts.hostname;
    expect(sign).toHaveBeenCalledWith(
      { method: 'GET', path: '/v1/time', ...parts, ...(port && { port }), headers: { host } },
      { signingDate: new Date(0) },
    );
  });

  it.each(['abc/v1', 'see https://abc.example/v1', 'https://abc.example/v1?a=b', 'https:///v1'])(
    'refuses an address that it does not understand: %s',
    async (url) => {
      await expect(async () => sigV4({ signer })({ ...request, url })).rejects.toThrow(
        `${url} is no address`,
      );
    },
  );
});
