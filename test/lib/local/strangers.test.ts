import { rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ResponseInbox } from '../../../lib/local/custom-resource/response-inbox.ts';
import { synthesizeFixture } from './fixture/app.ts';
import { type RunningFixture, runFixture, until } from './fixture/running.ts';

/*
 * Every port of the runner is open to everybody on this machine, and to every web page that a browser on it shows.
 */

let dir: string;
let fixture: RunningFixture;
beforeAll(async () => {
  dir = synthesizeFixture();
  fixture = await runFixture(dir);
});
afterAll(async () => {
  await fixture?.assembly.close();
  rmSync(dir, { recursive: true, force: true });
});

interface Sent {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** The status and the body that a request is answered with, within five seconds. */
function send(url: string, { method = 'GET', headers, body }: Sent = {}) {
  const { promise, resolve, reject } = Promise.withResolvers<{ status?: number; body: string }>();
  const request = httpRequest(
    url,
    { method, headers, signal: AbortSignal.timeout(5_000) },
    (response) =>
      text(response).then(
        (said) => resolve({ status: response.statusCode ?? 0, body: said }),
        reject,
      ),
  );
  request.on('error', reject);
  request.end(body);
  return promise;
}

const token = () => ({ 'x-amz-security-token': fixture.assembly.credentials.sessionToken });
const signed = {
  authorization: 'AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host, Signature=f',
};

/** Who is no process of the runner's; a page that came by a name of its own may know a token even. */
const strangers: [string, () => Record<string, string>][] = [
  ['a page of another origin', () => ({ origin: 'https://evil.example' })],
  ['a page that knows a token', () => ({ ...token(), origin: 'https://evil.example' })],
  ['a page whose name leads here', () => ({ ...token(), host: 'evil.example' })],
  ['a page whose name leads to localhost', () => ({ ...token(), host: 'localhost' })],
  ['another user', () => ({})],
  ['another user, who guesses', () => ({ 'x-amz-security-token': 'local-0-AAAA' })],
];

describe.each(strangers)('%s', (_, headers) => {
  const runtimeOf = async (constructId: string) => {
    const { env, pid } = (await fixture.invoke(constructId, {})).payload;
    return { url: `http://${env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`, pid };
  };

  it('reads nobody’s event', async () => {
    const { url } = await runtimeOf('Behave');
    const stolen = send(`${url}/invocation/next`, { headers: headers() }).catch(() => 'nothing');
    const { payload } = await fixture.invoke('Behave', { picture: 'secret' });
    expect(payload.event).toEqual({ picture: 'secret' });
    expect(await stolen).toMatchObject({ status: 403, body: '' });
  });

  it('answers nobody’s request', async () => {
    const { url, pid } = await runtimeOf('Behave');
    const answer = fixture.invoke('Behave', { do: 'sleep', ms: 300 });
    for (const path of ['invocation/any/response', 'invocation/any/error', 'init/error']) {
      const forged = await send(`${url}/${path}`, {
        method: 'POST',
        headers: headers(),
        body: '{"forged": true}',
      });
      expect(forged.status).toBe(403);
    }
    const { error, payload } = await answer;
    expect(error).toBeUndefined();
    expect(payload).toMatchObject({ event: { do: 'sleep' }, pid });
  });

  it('calls no function, reads no table and no file', async () => {
    const { assembly } = fixture;
    const { AWS_ENDPOINT_URL_S3: s3 } = (await fixture.invoke('Behave', {})).payload.env;
    const invocations = '/2015-03-31/functions/any/invocations';
    for (const [url, method] of [
      [assembly.invokeUrl + invocations, 'POST'],
      [assembly.dynamodbUrl, 'POST'],
      [`${s3}/bucket/key`, 'GET'],
    ] as const) {
      const { status, body } = await send(url, {
        method,
        headers: { ...signed, 'x-amz-target': 'DynamoDB_20120810.ListTables', ...headers() },
        ...(method === 'POST' && { body: '{}' }),
      });
      expect(status, url).toBe(403);
      expect(body).not.toContain('TableNames');
    }
  });
});

describe('each environment', () => {
  it('has a token that no other one has, and that opens no other’s Runtime API', async () => {
    const [a, b] = await Promise.all(
      ['Behave', 'Behave'].map((name) => fixture.invoke(name, { do: 'sleep', ms: 200 })),
    );
    const [first, second] = [a?.payload.env, b?.payload.env];
    expect(first.AWS_SESSION_TOKEN).not.toBe(second.AWS_SESSION_TOKEN);
    const { status } = await send(
      `http://${first.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/init/error`,
      {
        method: 'POST',
        headers: { 'x-amz-security-token': second.AWS_SESSION_TOKEN },
        body: '{}',
      },
    );
    expect(status).toBe(403);
  });
});

describe('a custom resource’s response', () => {
  it('is taken at its own address only, and from no page', async () => {
    const inbox = await ResponseInbox.start();
    const { url, response } = inbox.open();
    const put = (to: string, headers = {}) =>
      send(to, { method: 'PUT', headers, body: '{"Status": "SUCCESS"}' });
    expect((await put(new URL('/guessed', url).href)).status).toBe(403);
    expect((await put(url, { origin: 'https://evil.example' })).status).toBe(403);
    expect((await put(url, { host: 'evil.example' })).status).toBe(403);
    expect((await put(url)).status).toBe(200);
    expect(await response()).toEqual({ Status: 'SUCCESS' });
    await inbox.close();
  });
});

describe('a function', () => {
  it('fills nobody’s memory: an error of any length, a line of any length', async () => {
    const { env } = (await fixture.invoke('Reserved', {})).payload;
    const answer = fixture.invoke('Reserved', { do: 'sleep', ms: 60_000 });
    const { status } = await send(
      `http://${env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation/any/error`,
      {
        method: 'POST',
        headers: { 'x-amz-security-token': env.AWS_SESSION_TOKEN },
        body: `"${'x'.repeat(7 * 1024 * 1024)}"`,
      },
    );
    expect(status).toBe(202);
    expect((await answer).payload.errorMessage).toContain('too large');
    fixture.log.length = 0;
    await fixture.invoke('Behave', { do: 'line', length: 1_000_000 });
    await until(() => fixture.log.some(({ line }) => line.endsWith('end')), 'the end of the line');
    expect(Math.max(...fixture.log.map(({ line }) => line.length))).toBeLessThanOrEqual(300_000);
  });
});
