import { describe, expect, it, vi } from 'vitest';
import type { Auth } from '../../../../lib/client/api/auth.ts';
import {
  ApiError,
  ClassifyError,
  MalformedAnswerError,
  MovedError,
  NetworkError,
} from '../../../../lib/client/api/errors.ts';
import { faultOfTime } from '../../../../lib/client/cloud/answer.ts';
import { ask, type Call, type Connection } from '../../../../lib/client/cloud/http.ts';
import { timePath } from '../../../../lib/client/cloud/request.ts';

const { signal } = new AbortController();
/** On a Wednesday. */
const epochMs = Date.UTC(2026, 10, 25, 12);

/** A connection that gives these responses, one after the other, and keeps what was asked of it. */
function connection(responses: readonly (() => Response)[], auth?: Auth) {
  const asked: { url: string; init: RequestInit }[] = [];
  const made: Connection = {
    endpoint: 'https://service.example',
    epochMs: () => epochMs,
    auth,
    fetch: async (url, init) => {
      asked.push({ url, init });
      const response = responses[Math.min(asked.length, responses.length) - 1];
      if (!response) throw new TypeError('Failed to fetch');
      return response();
    },
  };
  return { made, asked };
}
const call: Call = {
  path: '/v1/infer',
  headers: { 'mdi-sla-ms': '250' },
  body: new Blob(['?']),
  signal,
};
const infer = (made: Connection) => ask(made, call);
const inferFrom = (...responses: (() => Response)[]) => infer(connection(responses).made);
const time = (made: Connection) => ask(made, { path: timePath(), signal, faultOf: faultOfTime });

describe('ask', () => {
  it('posts the body with its headers, and gives the answer’s', async () => {
    const { made, asked } = connection([() => Response.json({ is: 'right' })]);
    expect(await infer(made)).toEqual({ is: 'right' });
    const [{ url, init } = { url: '', init: {} }] = asked;
    expect(url).toBe('https://service.example/v1/infer');
    expect(init).toMatchObject({
      method: 'POST',
      headers: { 'mdi-sla-ms': '250' },
      cache: 'no-store',
      signal,
    });
    expect(init.body).toBeInstanceOf(Blob);
  });

  it('names a connection that cannot be made, or breaks within the body', async () => {
    await expect(inferFrom()).rejects.toBeInstanceOf(NetworkError);
    const broken = new Error('connection reset');
    const body = () => new ReadableStream({ start: (controller) => controller.error(broken) });
    const failure = inferFrom(() => new Response(body()));
    await expect(failure).rejects.toBeInstanceOf(NetworkError);
    await expect(failure).rejects.toMatchObject({ cause: broken });
  });

  it('refuses what is not JSON, and what is not right', async () => {
    const faultOf = (body: unknown) => (body === undefined ? 'its type' : 'timing.slaMs');
    const failure = (response: Response) =>
      ask(connection([() => response]).made, { ...call, faultOf });
    const malformed = (fault: string) =>
      new MalformedAnswerError(`the service's answer is malformed: ${fault}`);
    await expect(failure(new Response('<html>'))).rejects.toThrow(malformed('its type'));
    await expect(failure(Response.json({}))).rejects.toThrow(malformed('timing.slaMs'));
  });

  it('does not ask what is wrong with the body of an error', async () => {
    const faultOf = vi.fn();
    const { made } = connection([() => Response.json({}, { status: 500 })]);
    await expect(ask(made, { ...call, faultOf })).rejects.toMatchObject({
      name: 'ApiError',
      status: 500,
    });
    expect(faultOf).not.toHaveBeenCalled();
  });
});

describe('Retry-After', () => {
  const throttled = (retryAfter: string) => () =>
    Response.json({}, { status: 429, headers: { 'retry-after': retryAfter } });

  it.each([
    ['3', 3_000],
    ['0', 0],
    ['Wed, 25 Nov 2026 12:00:07 GMT', 7_000],
    ['Wed, 25 Nov 2026 11:59:00 GMT', 0],
    ['soon', undefined],
    ['', undefined],
  ])('of "%s" is %s ms, by the server’s clock', async (header, retryAfterMs) => {
    await expect(inferFrom(throttled(header))).rejects.toMatchObject({ status: 429, retryAfterMs });
  });
});

describe('a redirection', () => {
  const redirected = (url: string, response: Response) => () =>
    Object.defineProperties(response, { url: { value: url }, redirected: { value: true } });

  it.each([
    ['has made a GET of the POST', Response.json({ message: 'Not Found' }, { status: 404 })],
    ['leads to a page', new Response('<html>')],
  ])('that %s is named, with the endpoint to use', async (_, response) => {
    const failure = ask(
      connection([redirected('https://www.service.example/stage/v1/infer', response)]).made,
      { ...call, faultOf: () => 'its type' },
    );
    await expect(failure).rejects.toBeInstanceOf(MovedError);
    await expect(failure).rejects.toMatchObject({
      endpoint: 'https://www.service.example/stage',
      message: expect.stringContaining('https://www.service.example/stage'),
    });
  });

  it('that kept the POST is followed', async () => {
    const url = 'https://www.service.example/v1/infer';
    expect(await inferFrom(redirected(url, Response.json({ a: 1 })))).toEqual({ a: 1 });
  });

  it('to the page of a captive portal is no address of the service', async () => {
    const portal = redirected('https://portal.example/welcome', new Response('<html>'));
    await expect(
      ask(connection([portal]).made, { ...call, faultOf: () => 'its type' }),
    ).rejects.toBeInstanceOf(MalformedAnswerError);
  });
});

describe('a refusal', () => {
  const refusal =
    (status: number, body = '{"message":"Forbidden"}') =>
    () =>
      new Response(body, { status, headers: { date: 'Wed, 25 Nov 2026 15:00:00 GMT' } });
  const right = () => Response.json({ is: 'right' });
  /** Authorizes with numbers; says whether it knows better now. */
  const authThat = (knowsBetter: boolean) => {
    let count = 0;
    return Object.assign(
      vi.fn(() => ({ authorization: `${++count}` })),
      { refused: vi.fn(() => knowsBetter) },
    );
  };

  it.each([401, 403])(
    'with %s is repeated once when the authorization knows better',
    async (status) => {
      const auth = authThat(true);
      const { made, asked } = connection([refusal(status), right], auth);
      expect(await infer(made)).toEqual({ is: 'right' });
      expect(asked.map(({ init }) => init.headers)).toMatchObject([
        { authorization: '1', 'mdi-sla-ms': '250' },
        { authorization: '2', 'mdi-sla-ms': '250' },
      ]);
      expect(asked[1]?.init.body).toBe(call.body);
      const [request, answer] = auth.refused.mock.calls[0] as unknown as [unknown, Headers];
      expect(request).toBe((auth.mock.calls[0] as unknown[])[0]);
      expect(answer.get('date')).toContain('15:00:00');
    },
  );

  it('is repeated no more than once', async () => {
    const { made, asked } = connection([refusal(403)], authThat(true));
    await expect(infer(made)).rejects.toMatchObject({ status: 403 });
    expect(asked).toHaveLength(2);
  });

  it('is final when the authorization knows no better, or cannot', async () => {
    for (const auth of [authThat(false), () => ({}), undefined]) {
      const { made, asked } = connection([refusal(403), right], auth);
      await expect(infer(made)).rejects.toBeInstanceOf(ApiError);
      expect(asked).toHaveLength(1);
    }
  });

  it.each([
    ['a captive portal’s page', 403, '<html>sign in</html>'],
    ['a captive portal’s page that says it is all right', 200, '<html>sign in</html>'],
    ['another error', 500, '{}'],
    ['an answer', 200, '{}'],
  ])('is not %s', async (_, status, body) => {
    const auth = authThat(true);
    const { made, asked } = connection([refusal(status, body), right], auth);
    await infer(made).catch(() => undefined);
    expect(auth.refused).not.toHaveBeenCalled();
    expect(asked).toHaveLength(1);
  });

  it('of the time is repeated as well', async () => {
    const body = { epochMs: 2, receivedEpochMs: 1 };
    const { made, asked } = connection([refusal(403), () => Response.json(body)], authThat(true));
    expect(await time(made)).toMatchObject(body);
    expect(asked[1]?.url).toBe(asked[0]?.url);
  });
});

describe('the time', () => {
  const body = { epochMs: 1_002, receivedEpochMs: 1_001 };
  const told =
    (headers = {}) =>
    () =>
      Response.json(body, { headers });

  it('gets the two times of the server', async () => {
    const { made, asked } = connection([told()]);
    expect(await time(made)).toEqual(body);
    expect(asked[0]?.init).toMatchObject({ method: 'GET', signal });
    expect(asked[0]?.init.body).toBeUndefined();
  });

  it('goes past every cache: its address differs each time, and nothing is to be stored', async () => {
    const { made, asked } = connection([told()]);
    for (let i = 0; i < 50; i++) await time(made);
    const urls = asked.map(({ url }) => url);
    expect(new Set(urls).size).toBe(50);
    for (const url of urls) {
      expect(url).toMatch(/^https:\/\/service\.example\/v1\/time\?once=[\d.e-]+$/);
    }
    expect(asked.every(({ init }) => init.cache === 'no-store')).toBe(true);
  });

  it.each([
    ['1', true],
    ['86400', true],
    ['0', false],
    ['?', false],
  ])('is no sample when it has been stored: Age: %s', async (age, isCached) => {
    const sample = time(connection([told({ age })]).made);
    if (isCached) await expect(sample).rejects.toThrow('is answered by a cache');
    else expect(await sample).toMatchObject(body);
  });

  it.each([
    ['a refusal', () => Response.json({ message: 'Forbidden' }, { status: 403 })],
    ['a refusal that looks like a time', () => Response.json(body, { status: 403 })],
    ['nonsense', () => Response.json({ epochMs: '1' })],
    ['a time without sense', () => Response.json({ epochMs: 1e300, receivedEpochMs: 1 })],
    ['a page', () => new Response('<html>')],
  ])('believes no date of %s', async (_, response) => {
    const dated = () => {
      const made = response();
      made.headers.set('date', 'Thu, 01 Jan 2015 00:00:07 GMT');
      return made;
    };
    await expect(time(connection([dated]).made)).rejects.toBeInstanceOf(ClassifyError);
  });
});

describe('React Native’s fetch', () => {
  it('is not told of caches: it would add to an address that has been signed', async () => {
    // As `whatwg-fetch` has it: it keeps no `cache`.
    vi.stubGlobal('Request', class {});
    const { made, asked } = connection([() => Response.json({})]);
    await infer(made);
    vi.unstubAllGlobals();
    expect(asked[0]?.init).not.toHaveProperty('cache');
  });
});
