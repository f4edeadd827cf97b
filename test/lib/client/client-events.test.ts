import { describe, expect, it, vi } from 'vitest';
import type { ClientEvent } from '../../../lib/client/api/events.ts';
import type { ClientOptions } from '../../../lib/client/api/options.ts';
import { FakeModel } from './fake-service.ts';
import { image, outcome, prepared, useFakeService, value } from './running-client.ts';

const fake = useFakeService();

/** A client with what it tells. */
function telling(options: Partial<ClientOptions> = {}) {
  const events: ClientEvent[] = [];
  const client = fake.client({ onEvent: (event) => events.push(event), ...options });
  return { client, of: (...types: string[]) => events.filter(({ type }) => types.includes(type)) };
}
const ofRequest = ['request', 'run', 'end'];

describe('onEvent', () => {
  it('tells of a request, its two runs and its end', async () => {
    const { client, of } = telling({ onDevice: new FakeModel(30) });
    fake.service.infer = { serverMs: 100 };
    const { settled, ...answer } = await value(client.classify(image));
    await settled;
    expect(of(...ofRequest)).toEqual([
      { type: 'request', request: 1, slaMs: 250 },
      {
        ...{ type: 'run', request: 1, source: 'device', late: false },
        run: expect.objectContaining({ state: 'answered', startMs: 0, endMs: 30 }),
      },
      {
        ...{ type: 'run', request: 1, source: 'cloud', late: false },
        run: expect.objectContaining({ state: 'answered', answer: answer.race.cloud.answer }),
      },
      { type: 'end', request: 1, answer },
    ]);
  });

  it('tells of a late answer after the end, and numbers the requests', async () => {
    const { client, of } = telling({ onDevice: new FakeModel(30) });
    fake.service.infer = { serverMs: 400 };
    await value(client.classify(image, { slaMs: 300 }));
    await vi.runAllTimersAsync();
    fake.service.infer = {};
    await value(client.classify(image));
    expect(of('request')).toEqual([
      { type: 'request', request: 1, slaMs: 300 },
      { type: 'request', request: 2, slaMs: 250 },
    ]);
    expect(of('run', 'end').map((event) => [event.type, 'late' in event && event.late])).toEqual([
      ...[
        ['run', false],
        ['end', false],
        ['run', true],
      ],
      ...[
        ['run', false],
        ['end', false],
      ],
    ]);
  });

  it('tells of runs that failed, and of an end without an answer', async () => {
    const onDevice = new FakeModel(30);
    onDevice.fails = true;
    const { client, of } = telling({ onDevice });
    fake.service.infer = { breaks: true };
    const { error } = await outcome(client.classify(image));
    expect(of(...ofRequest)).toMatchObject([
      { type: 'request' },
      { source: 'cloud', run: { state: 'failed', error: { name: 'NetworkError' } } },
      { source: 'device', run: { state: 'failed', error: { name: 'DeviceModelError' } } },
      { type: 'end', request: 1, error },
    ]);
  });

  it('tells that the caller aborted', async () => {
    const { client, of } = telling();
    fake.service.infer = { hangs: true };
    const controller = new AbortController();
    const aborted = outcome(client.classify(image, { signal: controller.signal }));
    controller.abort(new Error('changed my mind'));
    await aborted;
    expect(of('end')).toMatchObject([{ request: 1, error: { message: 'changed my mind' } }]);
  });

  it('tells of the clock: what is known, and why it is not', async () => {
    const { client, of } = telling();
    await prepared(client);
    fake.service.time = { breaks: true };
    await vi.advanceTimersByTimeAsync(300_001);
    await prepared(client);
    const clock = { offsetMs: expect.any(Number), errorMs: expect.any(Number) };
    expect(of('clock')).toEqual([
      { type: 'clock', clock, error: undefined },
      { type: 'clock', clock, error: expect.objectContaining({ name: 'NetworkError' }) },
    ]);
  });

  it('tells of a clock out of a cache, and sends no time by it', async () => {
    const stored = { epochMs: fake.service.epochMs(), receivedEpochMs: fake.service.epochMs() };
    fake.service.time = { inputMs: 1, outputMs: 1, body: stored };
    const { client, of } = telling();
    await prepared(client);
    await value(client.classify(image));
    const error = expect.objectContaining({ name: 'MalformedAnswerError' });
    expect(of('clock')[0]).toEqual({ type: 'clock', clock: undefined, error });
    expect(fake.service.inferences[0]?.headers).not.toHaveProperty('mdi-upload-start');
  });

  it('tells nothing of the clock of a client that is closed', async () => {
    const { client, of } = telling();
    fake.service.time = { hangs: true };
    await value(client.prepare());
    client.close();
    await vi.runAllTimersAsync();
    expect(of('clock')).toEqual([]);
  });

  it('costs nobody the answer when it throws', async () => {
    const onEvent = () => {
      throw new Error('the metrics are out of order');
    };
    const client = fake.client({ onDevice: new FakeModel(30), onEvent });
    await prepared(client, { sample: image });
    fake.service.infer = { serverMs: 100 };
    expect((await value(client.classify(image))).source).toBe('cloud');
    fake.service.infer = { hangs: true };
    expect((await value(client.classify(image))).source).toBe('device');
    expect(client.statistics()).toMatchObject({ requests: 2, inTime: 2 });
  });
});

describe('headers that were lost on the way', () => {
  const usedSlaMs = (slaMs: number) => {
    const fetch = fake.service.fetch;
    return async (...[url, init]: Parameters<typeof fetch>) =>
      fetch(url, { ...init, headers: { ...init.headers, 'mdi-sla-ms': String(slaMs) } });
  };

  it('show by the SLA that the service used', async () => {
    const { client, of } = telling({ fetch: usedSlaMs(1_000) });
    await value(client.classify(image));
    expect(of('headers-lost')).toEqual([
      { type: 'headers-lost', sentSlaMs: 250, usedSlaMs: 1_000 },
    ]);
  });

  it('are none when the service was told the SLA that it used', async () => {
    const { client, of } = telling();
    await value(client.classify(image));
    await value(client.classify(image, { slaMs: 60_000 }));
    await value(client.classify(image, { slaMs: 99.5 }));
    expect(of('headers-lost')).toEqual([]);
  });
});

describe('labels of the device and of the service', () => {
  const labelled = (...labels: string[]) => Object.assign(new FakeModel(30), { labels });

  it('are told when they differ, once', async () => {
    const { client, of } = telling({ onDevice: labelled('disc', 'square') });
    fake.service.infer = { serverMs: 10 };
    for (let i = 0; i < 3; i++) await value(client.classify(image));
    expect(of('labels-differ')).toEqual([
      { type: 'labels-differ', index: 1, onDevice: 'square', inCloud: 'ring' },
    ]);
  });

  it('differ where the device has none of that index', async () => {
    const { client, of } = telling({ onDevice: labelled('disc') });
    await value(client.classify(image));
    expect(of('labels-differ')).toMatchObject([{ index: 1, onDevice: undefined }]);
  });

  it('are compared with the first answer that there is', async () => {
    const { client, of } = telling({ onDevice: labelled('disc', 'square') });
    fake.service.infer = { breaks: true };
    await value(client.classify(image));
    expect(of('labels-differ')).toEqual([]);
    fake.service.infer = {};
    await value(client.classify(image));
    expect(of('labels-differ')).toHaveLength(1);
  });

  it('are the same, or not known', async () => {
    for (const onDevice of [labelled('disc', 'ring'), new FakeModel(30)]) {
      const { client, of } = telling({ onDevice });
      await value(client.classify(image));
      expect(of('labels-differ')).toEqual([]);
    }
  });
});
