import { describe, expect, it, vi } from 'vitest';
import type { ClientEvent } from '../../../../lib/client/api/events.ts';
import { type Behaviour, FakeModel } from '../fake-service.ts';
import { image, outcome, prepared, useFakeService, value } from '../running-client.ts';

const fake = useFakeService();
const problem = {
  type: '/problems/throttled',
  title: 'Too many requests',
  status: 429,
  detail: 'try again later',
  requestId: 'r2',
};
const throttled = (retryAfter?: string, status = 429): Behaviour & { status: number } => ({
  status,
  body: { ...problem, status },
  headers: { ...(retryAfter !== undefined && { 'retry-after': retryAfter }) } as Record<
    string,
    string
  >,
});
/** A client that has been told to come back later, with its events. */
async function throttledClient(behaviour: Behaviour) {
  const events: ClientEvent[] = [];
  const client = fake.client({ onEvent: (event) => events.push(event) });
  await prepared(client);
  fake.service.infer = behaviour;
  expect((await outcome(client.classify(image))).error).toMatchObject({ status: behaviour.status });
  fake.service.infer = {};
  fake.service.requests.length = 0;
  return { client, events: () => events.filter(({ type }) => type === 'throttled') };
}

describe('a service that has too much to do', () => {
  it.each([429, 503])('is left alone as long as it asks, with %s', async (status) => {
    const { client, events } = await throttledClient(throttled('3', status));
    await vi.advanceTimersByTimeAsync(1_200);
    const { error, ms } = await outcome(client.classify(image));
    expect(ms).toBeLessThanOrEqual(1);
    expect(error).toMatchObject({ name: 'ApiError', status, problem: { title: problem.title } });
    expect((error as { retryAfterMs: number }).retryAfterMs).toBeCloseTo(1_800, -1);
    expect(fake.service.requests).toEqual([]);
    await vi.advanceTimersByTimeAsync(1_800);
    expect((await value(client.classify(image))).source).toBe('cloud');
    expect(events()).toEqual([{ type: 'throttled', retryMs: 3_000 }]);
  });

  it('is asked for nothing else meanwhile either', async () => {
    const { client } = await throttledClient(throttled('400'));
    await vi.advanceTimersByTimeAsync(300_000);
    fake.service.infer = {};
    await prepared(client);
    await outcome(client.classify(image));
    expect(fake.service.requests).toEqual([]);
    await vi.advanceTimersByTimeAsync(100_000);
    await prepared(client);
    expect(fake.service.asked('prepare')).toHaveLength(1);
    expect(fake.service.asked('time')).toHaveLength(5);
  });

  it('is left alone for longer each time when it does not say for how long', async () => {
    const { client, events } = await throttledClient(throttled());
    fake.service.infer = throttled();
    for (const pauseMs of [1_000, 2_000, 4_000]) {
      await vi.advanceTimersByTimeAsync(pauseMs - 10);
      await outcome(client.classify(image));
      expect(fake.service.inferences).toHaveLength(0);
      await vi.advanceTimersByTimeAsync(10);
      await outcome(client.classify(image));
      expect(fake.service.inferences).toHaveLength(1);
      fake.service.requests.length = 0;
    }
    expect(events().map((event) => 'retryMs' in event && event.retryMs)).toEqual([
      ...[1_000, 2_000, 4_000, 8_000],
    ]);
  });

  it('is told for how long by a date, on its own clock', async () => {
    fake.service.offsetMs += 3 * 3_600_000;
    const date = new Date(fake.service.epochMs() + 10_000);
    const { events } = await throttledClient(throttled(date.toUTCString()));
    const [event] = events() as { retryMs: number }[];
    // A date has whole seconds.
    expect(event?.retryMs).toBeGreaterThan(8_000);
    expect(event?.retryMs).toBeLessThanOrEqual(10_000);
  });

  it('keeps its pause when an answer from before it comes in', async () => {
    const client = fake.client();
    fake.service.infer = { serverMs: 200 };
    const before = client.classify(image);
    await vi.advanceTimersByTimeAsync(1);
    fake.service.infer = throttled('60');
    await outcome(client.classify(image));
    expect((await value(before)).source).toBe('cloud');
    fake.service.infer = {};
    expect((await outcome(client.classify(image))).error).toMatchObject({ status: 429 });
  });

  it.each([
    ['500', { status: 500 }],
    ['503 without Retry-After', throttled(undefined, 503)],
    ['403', { status: 403, headers: { 'retry-after': '3' } }],
  ])('is not meant by %s', async (_, behaviour) => {
    const client = fake.client();
    fake.service.infer = behaviour;
    await outcome(client.classify(image));
    fake.service.infer = {};
    expect((await value(client.classify(image))).source).toBe('cloud');
  });

  it('leaves the image to the device at once', async () => {
    const client = fake.client({ onDevice: new FakeModel(30) });
    fake.service.infer = throttled('3');
    await value(client.classify(image));
    const { source, timing, race } = await value(client.classify(image));
    expect({ source, totalMs: timing.totalMs }).toEqual({ source: 'device', totalMs: 30 });
    expect(race.cloud).toMatchObject({ state: 'failed', error: { status: 429 } });
  });
});

describe('a service that has moved', () => {
  it('is named with the endpoint to use', async () => {
    const movedTo = 'https://www.service.example/v1/infer';
    const { error } = await fake.classify({}, { status: 404, body: {}, movedTo });
    expect(error).toMatchObject({
      name: 'MovedError',
      endpoint: 'https://www.service.example',
      message: 'the service has moved: use https://www.service.example as the endpoint',
    });
  });
});

describe('the models that the service has', () => {
  const unsure = () => {
    return fake.client({
      cloud: 'when-unsure',
      onDevice: Object.assign(new FakeModel(30), { chanceOf: () => 0.5 }),
    });
  };

  it('are asked for where they decide something, and not again for a while', async () => {
    await prepared(fake.client({ onDevice: new FakeModel(30) }));
    expect(fake.service.asked('models')).toEqual([]);
    const client = unsure();
    await prepared(client);
    await value(client.classify(image));
    expect(fake.service.asked('models')).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(300_000);
    await value(client.classify(image));
    expect(fake.service.asked('models')).toHaveLength(2);
  });

  it('are asked for once at a time, and again a while after a failure', async () => {
    fake.service.models = { hangs: true };
    const client = unsure();
    await Promise.all([
      ...Array.from({ length: 5 }, () => value(client.classify(image))),
      client.prepare(),
    ]);
    expect(fake.service.asked('models')).toHaveLength(1);
    await vi.runAllTimersAsync();
    await value(client.classify(image));
    expect(fake.service.asked('models')).toHaveLength(2);
  });
});
