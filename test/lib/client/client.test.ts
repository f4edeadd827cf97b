import { describe, expect, it, vi } from 'vitest';
import {
  ApiError,
  MalformedAnswerError,
  NetworkError,
  SlaExceededError,
} from '../../../lib/client/errors.ts';
import type { ClientOptions } from '../../../lib/client/options.ts';
import type { Classification } from '../../../lib/client/types.ts';
import { type Behaviour, FakeModel } from './fake-service.ts';
import { image, outcome, useFakeService } from './running-client.ts';

const fake = useFakeService();

async function classify(
  options: Partial<ClientOptions>,
  behaviour: Behaviour = {},
): Promise<{ answer: Classification | undefined; error?: unknown; ms: number }> {
  fake.service.infer = behaviour;
  const { value, error, ms } = await outcome(fake.client(options).classify(image));
  return { answer: value, error, ms };
}

describe('with a model on the device', () => {
  it('takes the answer of the cloud as soon as it is there, and stops the device', async () => {
    const onDevice = new FakeModel(150);
    const { answer, ms } = await classify(
      { onDevice },
      { inputMs: 40, serverMs: 30, outputMs: 10 },
    );
    expect(ms).toBe(80);
    expect(answer).toMatchObject({
      source: 'cloud',
      late: false,
      model: { name: 'cloud-model', version: '1', accuracyPct: 80 },
      predictions: [{ index: 1, label: 'ring', score: 0.9 }],
      timing: { slaMs: 250, totalMs: 80, timerErrorMs: 0 },
      race: {
        winner: 'cloud',
        cloud: { state: 'answered', startMs: 0, endMs: 80 },
        device: { state: 'cancelled', startMs: 0, endMs: 80 },
      },
    });
    expect(onDevice.signals[0]?.aborted).toBe(true);
  });

  it('waits for the cloud when the device has answered, until the SLA ends', async () => {
    const { answer, ms } = await classify({ onDevice: new FakeModel(30) }, { serverMs: 249 });
    expect(answer?.source).toBe('cloud');
    expect(ms).toBe(249);
  });

  it('answers from the device exactly at the end of the SLA', async () => {
    const { answer, ms } = await classify({ onDevice: new FakeModel(30) }, { serverMs: 251 });
    expect(ms).toBe(250);
    expect(answer).toMatchObject({
      source: 'device',
      late: false,
      model: { name: 'device-model', accuracyPct: 60 },
      predictions: [{ label: 'disc' }],
      timing: { totalMs: 250, timerErrorMs: 0 },
      race: { winner: 'device', cloud: { state: 'running' }, device: { endMs: 30 } },
    });
  });

  it('says by how much the timer at the end of the SLA was late', async () => {
    const time = {
      nowMs: () => performance.now(),
      wallMs: () => Date.now(),
      setTimeout: (callback: () => void, ms: number) =>
        setTimeout(callback, ms === 250 ? ms + 7 : ms),
      clearTimeout: (timer: unknown) => clearTimeout(timer as NodeJS.Timeout),
    };
    const { answer } = await classify({ onDevice: new FakeModel(30), time }, { hangs: true });
    expect(answer?.timing).toEqual({ slaMs: 250, totalMs: 257, timerErrorMs: 7 });
    expect(answer?.late).toBe(false);
    expect(fake.clients[0]?.statistics().longestTimerErrorMs).toBe(7);
  });

  it('takes the more accurate of two answers in time', async () => {
    const better = new FakeModel(30, { accuracyPct: 90 });
    const first = await classify({ onDevice: better }, { serverMs: 100, accuracyPct: 80 });
    expect(first.answer?.source).toBe('device');
    expect(first.ms).toBe(100);

    const second = await classify({ onDevice: better }, { serverMs: 10, accuracyPct: 80 });
    expect(second.answer?.source).toBe('device');
    expect(second.ms).toBe(30);

    const equal = new FakeModel(30, { accuracyPct: 80 });
    const third = await classify({ onDevice: equal }, { serverMs: 100, accuracyPct: 80 });
    expect(third.answer?.source).toBe('cloud');
  });

  it('does not wait beyond the SLA for a more accurate device', async () => {
    const better = new FakeModel(400, { accuracyPct: 90 });
    const { answer, ms } = await classify({ onDevice: better }, { serverMs: 100 });
    expect(answer).toMatchObject({ source: 'cloud', late: false });
    expect(ms).toBe(250);
  });

  it('takes the first answer after the SLA when the device is slower, and says so', async () => {
    const device = await classify({ onDevice: new FakeModel(300) }, { serverMs: 400 });
    expect(device.answer).toMatchObject({ source: 'device', late: true, timing: { totalMs: 300 } });

    const cloud = await classify({ onDevice: new FakeModel(400) }, { serverMs: 300 });
    expect(cloud.answer).toMatchObject({ source: 'cloud', late: true, timing: { totalMs: 300 } });
    const late = { requests: 1, answeredByCloud: 1, slaKept: 0, cloudLate: 1 };
    expect(fake.clients[1]?.statistics()).toMatchObject(late);
  });

  const failures: [string, Behaviour, number][] = [
    ['offline', { breaks: true }, 30],
    ['the connection broke', { inputMs: 100, breaks: true }, 100],
    ['400', { inputMs: 5, status: 400 }, 30],
    ['403 of the gateway', { inputMs: 5, status: 403, body: { message: 'Forbidden' } }, 30],
    ['429', { inputMs: 60, status: 429 }, 60],
    ['500', { inputMs: 5, status: 500, body: '<html>' }, 30],
    ['503', { inputMs: 5, status: 503 }, 30],
    ['no JSON', { inputMs: 5, body: '{"predictions": [' }, 30],
    ['empty', { inputMs: 5, body: '' }, 30],
    ['null', { inputMs: 5, body: 'null' }, 30],
    ['malformed', { inputMs: 5, body: { predictions: [] } }, 30],
    ['hanging', { hangs: true }, 250],
    ['a body that stalls', { inputMs: 5, stalls: true }, 250],
  ];
  it.each(failures)(
    'answers from the device when the cloud fails: %s',
    async (_, behaviour, at) => {
      const { answer, ms } = await classify({ onDevice: new FakeModel(30) }, behaviour);
      expect(answer).toMatchObject({ source: 'device', late: false });
      expect(ms).toBe(at);
    },
  );

  it('answers from a slow device when the cloud has failed', async () => {
    const { answer, ms } = await classify({ onDevice: new FakeModel(700) }, { breaks: true });
    expect(answer).toMatchObject({ source: 'device', late: true });
    expect(ms).toBe(700);
  });

  it('does not end before its SLA when authorization hangs', async () => {
    const auth = () => new Promise<never>(() => undefined);
    const { answer, ms } = await classify({ onDevice: new FakeModel(30), auth });
    expect(answer?.source).toBe('device');
    expect(ms).toBe(250);
  });

  it('takes the cloud when the device fails', async () => {
    const onDevice = new FakeModel(30);
    onDevice.fails = true;
    const { answer, ms } = await classify({ onDevice }, { serverMs: 100 });
    expect(answer).toMatchObject({ source: 'cloud', race: { device: { state: 'failed' } } });
    expect(ms).toBe(100);
  });

  it('rejects when both fail, with what the cloud said', async () => {
    const onDevice = new FakeModel(30);
    onDevice.fails = true;
    const { error, ms } = await classify({ onDevice }, { breaks: true });
    expect(error).toBeInstanceOf(NetworkError);
    expect((error as NetworkError).race?.device?.error).toMatchObject({
      message: 'the device is out of order',
    });
    expect(ms).toBe(30);
  });

  it('rejects with what the cloud said when a slow device fails after the SLA', async () => {
    const onDevice = new FakeModel(400);
    onDevice.fails = true;
    const { error, ms } = await classify({ onDevice }, { inputMs: 20, status: 503 });
    expect(error).toMatchObject({ name: 'ApiError', status: 503 });
    expect(ms).toBe(400);
  });

  it('rejects at the end of the SLA when the device has failed and the cloud is late', async () => {
    const onDevice = new FakeModel(30);
    onDevice.fails = true;
    const { error, ms } = await classify({ onDevice }, { serverMs: 300 });
    expect(error).toBeInstanceOf(SlaExceededError);
    expect(ms).toBe(250);
  });

  it('ends some time after the SLA even when both hang', async () => {
    const onDevice = new FakeModel(Number.POSITIVE_INFINITY);
    const { error, ms } = await classify({ onDevice, lateMs: 1_000 }, { hangs: true });
    expect(error).toBeInstanceOf(SlaExceededError);
    expect(ms).toBe(1_250);
    expect(onDevice.signals[0]?.aborted).toBe(true);
    expect(fake.service.inferences[0]?.signal.aborted).toBe(true);
  });

  it('takes an SLA of one request', async () => {
    const made = fake.client({ onDevice: new FakeModel(5) });
    fake.service.infer = { serverMs: 300 };
    expect((await outcome(made.classify(image, { slaMs: 20 }))).ms).toBe(20);
    expect((await outcome(made.classify(image, { slaMs: 1_000 }))).ms).toBe(300);
    expect(fake.service.inferences.map(({ headers }) => headers['mdi-sla-ms'])).toEqual([
      '20',
      '1000',
    ]);
  });
});

describe('without a model on the device', () => {
  it('takes the answer of the cloud', async () => {
    const { answer, ms } = await classify({}, { serverMs: 100 });
    expect(answer).toMatchObject({ source: 'cloud', late: false });
    expect(answer?.race.device).toBeUndefined();
    expect(ms).toBe(100);
  });

  it('rejects at the end of the SLA', async () => {
    const { error, ms } = await classify({}, { serverMs: 251 });
    expect(error).toBeInstanceOf(SlaExceededError);
    expect(error).toMatchObject({ slaMs: 250, message: 'no answer within the SLA of 250 ms' });
    expect(ms).toBe(250);
  });

  it('rejects with the problem document as soon as it is there', async () => {
    const problem = {
      type: '/problems/throttled',
      title: 'Too many requests',
      status: 429,
      detail: 'try again later',
      requestId: 'r2',
    };
    const headers = { 'retry-after': '3' };
    const { error, ms } = await classify({}, { inputMs: 20, status: 429, body: problem, headers });
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 429, problem, retryAfterMs: 3_000 });
    expect((error as ApiError).message).toBe('Too many requests: try again later');
    expect(ms).toBe(20);
  });

  it('rejects with the status alone when there is no problem document', async () => {
    const { error } = await classify({}, { status: 403, body: { message: 'Forbidden' } });
    expect(error).toMatchObject({ name: 'ApiError', status: 403, problem: undefined });
  });

  it('names what broke and what is malformed', async () => {
    const offline = await classify({}, { breaks: true });
    expect(offline.error).toBeInstanceOf(NetworkError);
    expect((offline.error as NetworkError).cause).toBeInstanceOf(TypeError);
    const malformed = await classify({}, { body: { requestId: 'r', model: { name: 1 } } });
    expect(malformed.error).toBeInstanceOf(MalformedAnswerError);
    expect((malformed.error as Error).message).toContain('.model.name');
  });

  it('rejects with what the authorization throws', async () => {
    const auth = () => Promise.reject(new Error('signed out'));
    expect((await classify({ auth })).error).toMatchObject({ message: 'signed out' });
  });
});

describe('a late answer of the cloud', () => {
  it('is learned from, shown when the race has settled, and changes nothing', async () => {
    const made = fake.client({ onDevice: new FakeModel(30) });
    fake.service.infer = { inputMs: 300, serverMs: 100, outputMs: 50 };
    await outcome(made.prepare());
    const { value } = await outcome(made.classify(image));
    expect(value?.race.cloud).toMatchObject({ state: 'running', startMs: 0 });

    const { value: settled } = await outcome(value?.settled ?? Promise.reject());
    expect(settled).toMatchObject({ winner: 'device', cloud: { state: 'answered', endMs: 450 } });
    expect(settled?.cloud.answer?.selection.baseModel).toBe('cloud-model');
    expect(value?.source).toBe('device');
    expect(made.statistics()).toMatchObject({ cloudLate: 1, slaKept: 1, outputMs: 50 });
  });

  it('is waited for only so long', async () => {
    const onDevice = new FakeModel(30);
    const { answer } = await classify({ onDevice, lateMs: 500 }, { hangs: true });
    await vi.advanceTimersByTimeAsync(499);
    expect(fake.service.inferences[0]?.signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(fake.service.inferences[0]?.signal.aborted).toBe(true);
    expect(await answer?.settled).toMatchObject({ cloud: { state: 'cancelled', endMs: 750 } });
  });

  it('is learned from without a model on the device, too', async () => {
    await classify({}, { serverMs: 400 });
    await vi.runAllTimersAsync();
    expect(fake.clients[0]?.statistics()).toMatchObject({ cloudLate: 1, rejected: 1, slaKept: 0 });
  });
});

describe('the caller’s signal', () => {
  it('ends both runs and leaves nothing behind', async () => {
    fake.service.infer = { hangs: true };
    const onDevice = new FakeModel(Number.POSITIVE_INFINITY);
    const controller = new AbortController();
    const added = vi.spyOn(controller.signal, 'addEventListener');
    const removed = vi.spyOn(controller.signal, 'removeEventListener');
    const made = fake.client({ onDevice });
    await outcome(made.prepare());
    const promise = outcome(made.classify(image, { signal: controller.signal }));
    setTimeout(() => controller.abort(new Error('changed my mind')), 40);
    const { error, ms } = await promise;
    expect(error).toMatchObject({ message: 'changed my mind' });
    expect(ms).toBe(40);
    expect(onDevice.signals[0]?.aborted).toBe(true);
    expect(fake.service.inferences[0]?.signal.aborted).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
    expect(removed.mock.calls).toEqual(added.mock.calls);
    expect(made.statistics()).toMatchObject({ requests: 0, rejected: 0, cloudChance: 0 });
  });

  it('keeps a request from being sent when it is aborted already', async () => {
    const { error } = await outcome(fake.client().classify(image, { signal: AbortSignal.abort() }));
    expect(error).toMatchObject({ name: 'AbortError' });
    expect(fake.service.requests).toEqual([]);
  });

  it('works where signals know no reason', async () => {
    fake.service.infer = { hangs: true };
    const controller = new AbortController();
    Object.defineProperty(controller.signal, 'reason', { value: undefined });
    const promise = outcome(fake.client().classify(image, { signal: controller.signal }));
    controller.abort();
    expect((await promise).error).toMatchObject({ name: 'AbortError' });
  });

  it.each([
    ['an answer', { serverMs: 20 }],
    ['a broken connection', { breaks: true }],
    ['an error', { status: 503 }],
    ['nonsense', { body: '<html>' }],
    ['a late answer', { serverMs: 400 }],
    ['none', { hangs: true }],
  ])('needs no timer when both runs have ended, with %s of the cloud', async (_, behaviour) => {
    for (const onDevice of [new FakeModel(100), new FakeModel(300), undefined]) {
      const made = fake.client(onDevice ? { onDevice } : {});
      await outcome(made.prepare());
      fake.service.infer = behaviour;
      const { value } = await outcome(made.classify(image));
      if (value) await outcome(value.settled);
      else await vi.advanceTimersByTimeAsync(2_001);
      expect(vi.getTimerCount()).toBe(0);
    }
  });

  it('has no listener left after an answer, and no timer', async () => {
    const controller = new AbortController();
    const added = vi.spyOn(controller.signal, 'addEventListener');
    const removed = vi.spyOn(controller.signal, 'removeEventListener');
    const made = fake.client({ onDevice: new FakeModel(100) });
    await outcome(made.prepare());
    await outcome(made.classify(image, { signal: controller.signal }));
    expect(vi.getTimerCount()).toBe(0);
    expect(removed.mock.calls).toEqual(added.mock.calls);
  });
});

describe('what does not obey', () => {
  it('a fetch that ignores its signal is left alone', async () => {
    const deaf: typeof fake.service.fetch = (url, init) =>
      url.endsWith('/v1/infer') ? new Promise(() => undefined) : fake.service.fetch(url, init);
    const { answer, ms } = await classify({ onDevice: new FakeModel(30), fetch: deaf });
    expect(ms).toBe(250);
    await vi.runAllTimersAsync();
    expect(await answer?.settled).toMatchObject({ cloud: { state: 'cancelled' } });
  });

  it('a model that goes on after it was stopped, and fails, disturbs nobody', async () => {
    const onDevice = new FakeModel(500);
    onDevice.deaf = true;
    onDevice.fails = true;
    const { answer } = await classify({ onDevice }, { serverMs: 20 });
    await vi.runAllTimersAsync();
    expect(answer?.source).toBe('cloud');
    expect(fake.clients[0]?.statistics().deviceRuns).toBe(1);
  });

  it('a model that throws at once counts as failed', async () => {
    const onDevice = new FakeModel(1);
    onDevice.classify = () => {
      throw new Error('not loaded');
    };
    const { answer } = await classify({ onDevice }, { serverMs: 20 });
    expect(answer).toMatchObject({ source: 'cloud', race: { device: { state: 'failed' } } });
  });
});

describe('what is asked for wrongly', () => {
  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31])('an SLA of %s', async (slaMs) => {
    expect(() => fake.client({ slaMs })).toThrow(RangeError);
    await expect(fake.client().classify(image, { slaMs })).rejects.toThrow(RangeError);
  });

  it('bytes without a content type', async () => {
    const made = fake.client();
    await expect(made.classify(new Uint8Array(3))).rejects.toThrow('contentType is missing');
    await expect(made.classify(new Blob(['?']))).rejects.toThrow(TypeError);
    expect(fake.service.requests).toEqual([]);
  });
});

describe('close', () => {
  it('ends an exchange of clocks that obeys nothing', async () => {
    const made = fake.client({ auth: () => new Promise<never>(() => undefined) });
    const prepared = made.prepare();
    made.close();
    await prepared;
    expect(vi.getTimerCount()).toBe(0);
  });

  it('ends what runs, and closes the models', async () => {
    fake.service.infer = { hangs: true };
    fake.service.time = { hangs: true };
    const onDevice = Object.assign(new FakeModel(Number.POSITIVE_INFINITY), { close: vi.fn() });
    const made = fake.client({ onDevice });
    const promise = outcome(made.classify(image));
    await vi.advanceTimersByTimeAsync(20);
    made.close();
    expect((await promise).error).toMatchObject({ name: 'AbortError' });
    expect(vi.getTimerCount()).toBe(0);
    expect(onDevice.close).toHaveBeenCalledOnce();
    await expect(made.classify(image)).rejects.toThrow('the client is closed');
  });
});
