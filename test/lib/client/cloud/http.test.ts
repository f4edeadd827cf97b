import { describe, expect, it } from 'vitest';
import { ApiError, MalformedAnswerError, NetworkError } from '../../../../lib/client/api/errors.ts';
import { type Connection, exchangeTime, postInfer } from '../../../../lib/client/cloud/http.ts';
import { systemTime } from '../../../../lib/client/time/time-source.ts';

const { signal } = new AbortController();

/** A connection that gives one response, and keeps what was asked of it. */
function connection(response: () => Response) {
  const asked: { url: string; init: RequestInit }[] = [];
  const made: Connection = {
    endpoint: 'https://service.example',
    epochMs: () => 0,
    fetch: async (url, init) => {
      asked.push({ url, init });
      return response();
    },
  };
  return { made, asked };
}
const infer = (made: Connection) =>
  postInfer(made, { headers: { 'mdi-sla-ms': '250' }, body: new Blob(['?']), signal });
const time = (made: Connection) => exchangeTime(made, systemTime, signal);

describe('postInfer', () => {
  it('posts the body with its headers', async () => {
    const { made, asked } = connection(() => new Response('{}', { status: 500 }));
    await expect(infer(made)).rejects.toBeInstanceOf(ApiError);
    const [{ url, init } = { url: '', init: {} }] = asked;
    expect(url).toBe('https://service.example/v1/infer');
    expect(init).toMatchObject({ method: 'POST', headers: { 'mdi-sla-ms': '250' }, signal });
    expect(init.body).toBeInstanceOf(Blob);
  });

  it('names a connection that breaks within the body', async () => {
    const broken = new Error('connection reset');
    const body = () => new ReadableStream({ start: (controller) => controller.error(broken) });
    const failure = infer(connection(() => new Response(body())).made);
    await expect(failure).rejects.toBeInstanceOf(NetworkError);
    await expect(failure).rejects.toMatchObject({ cause: broken });
  });

  it('refuses what is not JSON, and an answer without meaning', async () => {
    const failure = infer(connection(() => new Response('<html>')).made);
    await expect(failure).rejects.toThrow(
      new MalformedAnswerError("the service's answer is malformed: its type"),
    );
  });
});

describe('exchangeTime', () => {
  it('gets the two times of the server', async () => {
    const body = { epochMs: 1_002, receivedEpochMs: 1_001 };
    const { made, asked } = connection(() => Response.json(body));
    expect(await time(made)).toMatchObject({ ...body, doubtMs: expect.any(Number) });
    expect(asked[0]?.url).toBe('https://service.example/v1/time');
    expect(asked[0]?.init).toMatchObject({ method: 'GET', signal });
    expect(asked[0]?.init).not.toHaveProperty('body');
  });

  it.each([
    ['a refusal', () => Response.json({ message: 'Forbidden' }, { status: 403 })],
    [
      'a refusal that looks like a time',
      () => Response.json({ epochMs: 1, receivedEpochMs: 1 }, { status: 403 }),
    ],
    ['nonsense', () => Response.json({ epochMs: '1' })],
  ])('takes the date of %s, which is half a second off', async (_, response) => {
    const date = 'Thu, 01 Jan 1970 00:00:07 GMT';
    const dated = () => {
      const made = response();
      made.headers.set('date', date);
      return made;
    };
    const sample = await time(connection(dated).made);
    expect(sample).toMatchObject({ receivedEpochMs: 7_500, epochMs: 7_500 });
    expect(sample.doubtMs).toBeGreaterThanOrEqual(500);
    await expect(time(connection(response).made)).rejects.toBeInstanceOf(ApiError);
  });
});
