import { describe, expect, it, vi } from 'vitest';
import { FakeModel } from './fake-service.ts';
import { image, outcome, prepared, useFakeService, value } from './running-client.ts';

const fake = useFakeService();

/** A model that takes so many ms to load. */
function loading(ms: number) {
  return Object.assign(new FakeModel(30), {
    prepare: vi.fn(
      () => new Promise<void>((resolve) => Number.isFinite(ms) && setTimeout(resolve, ms)),
    ),
  });
}

describe('prepare', () => {
  it('asks the service to warm what it would choose at the SLA', async () => {
    const client = fake.client();
    await prepared(client);
    await prepared(client, { slaMs: 99.5 });
    await prepared(client, { slaMs: 60_000 });
    const asked = fake.service.asked('prepare');
    expect(asked.map(({ body }) => JSON.parse(String(body)))).toEqual([
      { slaMs: 250 },
      { slaMs: 100 },
      { slaMs: 29_000 },
    ]);
    expect(asked[0]?.headers).toMatchObject({ 'content-type': 'application/json' });
  });

  it('authorizes that as everything else', async () => {
    const client = fake.client({ auth: () => ({ authorization: 'Bearer token' }) });
    await prepared(client);
    expect(fake.service.asked('prepare')[0]?.headers).toMatchObject({
      authorization: 'Bearer token',
    });
  });

  it.each(['hangs', 'breaks', 'stalls'] as const)(
    'does not wait for a service that %s, and does not reject',
    async (how) => {
      fake.service.prepare = { [how]: true };
      fake.service.time = { [how]: true };
      const { value: readiness, ms } = await outcome(
        fake.client({ onDevice: loading(40) }).prepare(),
      );
      expect(ms).toBe(40);
      expect(readiness).toMatchObject({ models: [{ name: 'device-model', ready: true }] });
    },
  );

  it('waits for nothing where there is no model', async () => {
    fake.service.prepare = { hangs: true };
    fake.service.time = { hangs: true };
    const { value: readiness, ms } = await outcome(fake.client().prepare());
    expect(readiness).toEqual({ models: [] });
    expect(ms).toBeLessThanOrEqual(1);
  });

  it('loads all models at once, and says which are ready', async () => {
    const broken = Object.assign(loading(0), {
      name: 'broken',
      prepare: () => Promise.reject(new Error('no such file')),
    });
    const client = fake.client({ onDevice: [loading(50), broken, loading(70)] });
    const { value: readiness, ms } = await outcome(client.prepare());
    expect(ms).toBe(70);
    expect(readiness?.models.map(({ name, ready }) => [name, ready])).toEqual([
      ['device-model', true],
      ['broken', false],
      ['device-model', true],
    ]);
    expect(readiness?.models[1]?.error).toMatchObject({ message: 'no such file' });
  });

  it('lets an image be classified meanwhile, by a device that is loading', async () => {
    const onDevice = loading(100);
    fake.service.infer = { hangs: true };
    const client = fake.client({ onDevice });
    const ready = client.prepare();
    const { source, race } = await value(client.classify(image));
    expect(source).toBe('device');
    expect(race.device).toMatchObject({ endMs: 130 });
    await ready;
    expect(onDevice.prepare).toHaveBeenCalledOnce();
  });

  it('measures with a sample, and refuses one whose type is not known', async () => {
    const onDevice = new FakeModel(30);
    const client = fake.client({ onDevice });
    const bytes = new Uint8Array(3);
    expect(await prepared(client, { sample: bytes, contentType: 'image/png' })).toMatchObject({
      models: [{ measuredMs: 30 }],
    });
    await expect(client.prepare({ sample: bytes })).rejects.toThrow('contentType is missing');
    await expect(client.prepare({ slaMs: Number.NaN })).rejects.toThrow('slaMs must be from');
  });

  it('does nothing once the client is closed', async () => {
    const onDevice = loading(30);
    const client = fake.client({ onDevice });
    client.close();
    expect(await prepared(client, { sample: image })).toMatchObject({ models: [{ ready: false }] });
    expect(fake.service.requests).toEqual([]);
    expect(onDevice.prepare).not.toHaveBeenCalled();
    expect(onDevice.runs).toBe(0);
  });
});

describe('a hard end', () => {
  const atDeadline = 'fail';

  it.each([
    ['still loads', () => loading(5_000)],
    ['never loads', () => loading(Number.POSITIVE_INFINITY)],
    ['never answers', () => new FakeModel(Number.POSITIVE_INFINITY)],
  ])('is one while the model %s', async (_, model) => {
    for (const behaviour of [{ hangs: true }, { serverMs: 260 }]) {
      const { error, ms } = await fake.classify({ onDevice: model(), atDeadline }, behaviour);
      expect(error).toMatchObject({ name: 'SlaExceededError', slaMs: 250 });
      expect(ms).toBeLessThanOrEqual(250);
    }
  });

  it('is met by what is there', async () => {
    const { answer, ms } = await fake.classify(
      { onDevice: new FakeModel(30), atDeadline },
      { hangs: true },
    );
    expect(answer).toMatchObject({ source: 'device', inTime: true });
    expect(ms).toBe(245);
  });

  it('is counted as rejected, and the late answer still learned from', async () => {
    await fake.classify({ onDevice: loading(900), atDeadline }, { serverMs: 400 });
    await vi.runAllTimersAsync();
    expect(fake.clients[0]?.statistics()).toMatchObject({ rejected: 1, cloudLate: 1, inTime: 0 });
  });
});

describe('mode', () => {
  it('device-only: nothing is ever sent', async () => {
    const onDevice = new FakeModel(30);
    const client = fake.client({ onDevice, mode: 'device-only', duplication: 'never' });
    await prepared(client, { sample: image });
    const answer = await value(client.classify(image));
    expect(answer).toMatchObject({
      source: 'device',
      inTime: true,
      timing: { totalMs: 30 },
      race: { cloud: { state: 'skipped' }, device: { startMs: 0, endMs: 30 } },
    });
    expect(await client.feedback(answer, true)).toBe(false);
    await vi.runAllTimersAsync();
    expect(fake.service.requests).toEqual([]);
  });

  it('device-only: rejects with what the device said', async () => {
    const onDevice = new FakeModel(30);
    onDevice.fails = true;
    const { error, ms } = await fake.classify({ onDevice, mode: 'device-only' });
    expect(error).toMatchObject({
      name: 'DeviceModelError',
      message: 'the device is out of order',
    });
    expect(ms).toBe(30);
  });

  it('cloud-only: no model on the device is loaded or run', async () => {
    const onDevice = loading(10);
    const client = fake.client({ onDevice, mode: 'cloud-only' });
    expect(await prepared(client)).toEqual({ models: [] });
    fake.service.infer = { breaks: true };
    expect((await outcome(client.classify(image))).error).toMatchObject({ name: 'NetworkError' });
    expect(onDevice.prepare).not.toHaveBeenCalled();
    expect(onDevice.runs).toBe(0);
    expect(fake.service.inferences[0]?.headers).not.toHaveProperty('mdi-device-accuracy');
  });
});

describe('onInterim', () => {
  it('is given the device’s answer while the cloud’s is waited for', async () => {
    const onInterim = vi.fn();
    const client = fake.client({ onDevice: new FakeModel(30) });
    fake.service.infer = { serverMs: 100 };
    const classification = value(client.classify(image, { onInterim }));
    await vi.advanceTimersByTimeAsync(0);
    expect((await classification).source).toBe('cloud');
    expect(onInterim.mock.calls).toEqual([
      [
        {
          model: { name: 'device-model', version: undefined, accuracyPct: 60 },
          predictions: [{ index: 0, label: 'disc', score: 0.5 }],
          chance: undefined,
          elapsedMs: 30,
        },
      ],
    ]);
  });

  it('is not called with what is the answer anyway, nor after it', async () => {
    const onInterim = vi.fn();
    const client = fake.client({ onDevice: new FakeModel(30) });
    for (const behaviour of [{ serverMs: 10 }, { inputMs: 5, breaks: true }]) {
      fake.service.infer = behaviour;
      await value(client.classify(image, { onInterim }));
      await vi.runAllTimersAsync();
    }
    expect(onInterim).not.toHaveBeenCalled();
  });

  it('costs nobody the answer when it throws', async () => {
    const onInterim = () => {
      throw new Error('the page is gone');
    };
    const client = fake.client({ onDevice: new FakeModel(30) });
    fake.service.infer = { serverMs: 100 };
    expect((await value(client.classify(image, { onInterim }))).source).toBe('cloud');
  });
});

describe('feedback', () => {
  it('tells the service of its answer, by its request and model', async () => {
    const client = fake.client({ onDevice: new FakeModel(30) });
    const answer = await value(client.classify(image));
    expect(await client.feedback(answer, false)).toBe(true);
    const [sent] = fake.service.asked('feedback');
    expect(JSON.parse(String(sent?.body))).toEqual({
      requestId: 'r1',
      model: 'cloud-model',
      correct: false,
    });
  });

  it.each([
    [{ counted: false }, false],
    [{}, false],
    ['null', false],
    ['', false],
  ])('says whether it was counted: %o', async (body, counted) => {
    fake.service.feedback = { status: 202, body };
    const client = fake.client();
    expect(await client.feedback(await value(client.classify(image)), true)).toBe(counted);
  });

  it('does not send an answer of the device', async () => {
    const client = fake.client({ onDevice: new FakeModel(30, { accuracyPct: 99 }) });
    fake.service.infer = { serverMs: 20 };
    const answer = await value(client.classify(image));
    expect(answer).toMatchObject({ source: 'device', race: { cloud: { state: 'answered' } } });
    expect(await client.feedback(answer, true)).toBe(false);
    expect(fake.service.asked('feedback')).toEqual([]);
  });

  it('says when to send it again where it could not be recorded, and images go on meanwhile', async () => {
    const client = fake.client();
    const answer = await value(client.classify(image));
    const asked = fake.service.inferences.length;
    const body = { type: '/problems/not-recorded', title: 'Not recorded', detail: 'later' };
    fake.service.feedback = { status: 503, headers: { 'retry-after': '5' }, body };
    const { error } = await outcome(client.feedback(answer, true));
    expect(error).toMatchObject({ name: 'ApiError', status: 503, retryAfterMs: 5_000 });
    await value(client.classify(image));
    expect(fake.service.inferences).toHaveLength(asked + 1);
    fake.service.feedback = { status: 202, body: { counted: true } };
    expect(await value(client.feedback(answer, true))).toBe(true);
  });

  it('rejects when the service cannot be reached, or never answers', async () => {
    const client = fake.client();
    const answer = await value(client.classify(image));
    fake.service.feedback = { breaks: true };
    expect((await outcome(client.feedback(answer, true))).error).toMatchObject({
      name: 'NetworkError',
    });
    fake.service.feedback = { hangs: true };
    const { error, ms } = await outcome(client.feedback(answer, true));
    expect(error).toMatchObject({ name: 'NetworkError' });
    expect(ms).toBe(5_000);
  });
});
