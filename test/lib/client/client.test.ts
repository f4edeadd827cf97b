import { describe, expect, it, vi } from 'vitest';
import { NetworkError, SlaExceededError } from '../../../lib/client/api/errors.ts';
import type { Classification } from '../../../lib/client/api/types.ts';
import type { TimeSource } from '../../../lib/client/time/time-source.ts';
import { type Behaviour, FakeModel } from './fake-service.ts';
import { fakeTimers, image, outcome, prepared, useFakeService, value } from './running-client.ts';

const fake = useFakeService();
const { classify } = fake;

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
      inTime: true,
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

  it('waits for the cloud when the device has answered, until the SLA is about to end', async () => {
    const { answer, ms } = await classify({ onDevice: new FakeModel(30) }, { serverMs: 244 });
    expect(answer?.source).toBe('cloud');
    expect(ms).toBe(244);
  });

  it('waits for the cloud until the SLA ends when there is nothing else', async () => {
    const { answer, ms } = await classify({ onDevice: new FakeModel(300) }, { serverMs: 249 });
    expect(answer).toMatchObject({ source: 'cloud', inTime: true });
    expect(ms).toBe(249);
  });

  it('answers from the device a margin before the end of the SLA', async () => {
    const { answer, ms } = await classify({ onDevice: new FakeModel(30) }, { serverMs: 246 });
    expect(ms).toBe(245);
    expect(answer).toMatchObject({
      source: 'device',
      inTime: true,
      model: { name: 'device-model', accuracyPct: 60 },
      predictions: [{ label: 'disc' }],
      timing: { totalMs: 245, timerErrorMs: 0 },
      race: { winner: 'device', cloud: { state: 'running' }, device: { endMs: 30 } },
    });
  });

  /** Timers that are late by so many ms. */
  const late = (latenessMs: () => number): TimeSource => ({
    ...fakeTimers,
    setTimeout: (callback, ms) => setTimeout(callback, ms + latenessMs()),
  });

  it.each([
    [3, 248, true],
    [5, 250, true],
    [7, 252, false],
  ])(
    'is judged by the clock when the timer is late by %s ms',
    async (latenessMs, totalMs, inTime) => {
      const time = late(() => latenessMs);
      const { answer } = await classify({ onDevice: new FakeModel(30), time }, { hangs: true });
      expect(answer?.timing).toEqual({ slaMs: 250, totalMs, timerErrorMs: latenessMs });
      expect(answer?.inTime).toBe(inTime);
      const { inTime: counted, longestTimerErrorMs } = fake.clients[0]?.statistics() ?? {};
      expect(counted).toBe(inTime ? 1 : 0);
      expect(longestTimerErrorMs).toBe(latenessMs);
    },
  );

  it('learns from late timers to hand its answer over earlier', async () => {
    const client = fake.client({ onDevice: new FakeModel(30), time: late(() => 12) });
    fake.service.infer = { hangs: true };
    const answers: Classification[] = [];
    for (let i = 0; i < 4; i++) {
      answers.push(await value(client.classify(image)));
      await vi.runAllTimersAsync();
    }
    expect(answers.map(({ inTime }) => inTime)).toEqual([false, false, false, true]);
    expect(answers.at(-1)?.timing).toMatchObject({ totalMs: 249, timerErrorMs: 12 });
  });

  it('does not call an answer in time that a blocked thread has held up', async () => {
    let blockedMs = 0;
    const time = { ...fakeTimers, nowMs: () => performance.now() + blockedMs };
    const client = fake.client({ onDevice: new FakeModel(30), slaMs: 100, time });
    fake.service.infer = { serverMs: 60 };
    const classification = outcome(client.classify(image));
    await vi.advanceTimersByTimeAsync(40);
    blockedMs = 500;
    const answer = (await classification).value;
    expect(answer).toMatchObject({ inTime: false, timing: { totalMs: 560 } });
    expect(client.statistics()).toMatchObject({ inTime: 0, cloudLate: 1 });
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
    expect(answer).toMatchObject({ source: 'cloud', inTime: true });
    expect(ms).toBe(245);
  });

  it('takes the first answer after the SLA when the device is slower, and says so', async () => {
    const device = await classify({ onDevice: new FakeModel(300) }, { serverMs: 400 });
    expect(device.answer).toMatchObject({
      source: 'device',
      inTime: false,
      timing: { totalMs: 300 },
    });

    const cloud = await classify({ onDevice: new FakeModel(400) }, { serverMs: 300 });
    expect(cloud.answer).toMatchObject({
      source: 'cloud',
      inTime: false,
      timing: { totalMs: 300 },
    });
    const late = { requests: 1, answeredByCloud: 1, inTime: 0, cloudLate: 1 };
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
    ['hanging', { hangs: true }, 245],
    ['a body that stalls', { inputMs: 5, stalls: true }, 245],
  ];
  it.each(failures)(
    'answers from the device when the cloud fails: %s',
    async (_, behaviour, at) => {
      const { answer, ms } = await classify({ onDevice: new FakeModel(30) }, behaviour);
      expect(answer).toMatchObject({ source: 'device', inTime: true });
      expect(ms).toBe(at);
    },
  );

  it('answers from a slow device when the cloud has failed', async () => {
    const { answer, ms } = await classify({ onDevice: new FakeModel(700) }, { breaks: true });
    expect(answer).toMatchObject({ source: 'device', inTime: false });
    expect(ms).toBe(700);
  });

  it('does not end before its SLA when authorization hangs', async () => {
    const auth = () => new Promise<never>(() => undefined);
    const { answer, ms } = await classify({ onDevice: new FakeModel(30), auth });
    expect(answer?.source).toBe('device');
    expect(ms).toBe(245);
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
    expect((await outcome(made.classify(image, { slaMs: 20 }))).ms).toBe(18);
    expect((await outcome(made.classify(image, { slaMs: 1_000 }))).ms).toBe(300);
    expect(fake.service.inferences.map(({ headers }) => headers['mdi-sla-ms'])).toEqual([
      '20',
      '1000',
    ]);
  });
});

describe('a late answer of the cloud', () => {
  it('is learned from, shown when the race has settled, and changes nothing', async () => {
    const made = fake.client({ onDevice: new FakeModel(30) });
    fake.service.infer = { inputMs: 300, serverMs: 100, outputMs: 50 };
    await prepared(made);
    const { value } = await outcome(made.classify(image));
    expect(value?.race.cloud).toMatchObject({ state: 'running', startMs: 0 });

    const { value: settled } = await outcome(value?.settled ?? Promise.reject());
    expect(settled).toMatchObject({ winner: 'device', cloud: { state: 'answered', endMs: 450 } });
    expect(settled?.cloud.answer?.selection.baseModel).toBe('cloud-model');
    expect(value?.source).toBe('device');
    expect(made.statistics()).toMatchObject({ cloudLate: 1, inTime: 1, outputMs: 50 });
  });

  it('is waited for only so long', async () => {
    const onDevice = new FakeModel(30);
    const { answer } = await classify({ onDevice, lateMs: 500 }, { hangs: true });
    await vi.advanceTimersByTimeAsync(504);
    expect(fake.service.inferences[0]?.signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(fake.service.inferences[0]?.signal.aborted).toBe(true);
    expect(await answer?.settled).toMatchObject({ cloud: { state: 'cancelled', endMs: 750 } });
  });

  it('is learned from without a model on the device, too', async () => {
    await classify({}, { serverMs: 400 });
    await vi.runAllTimersAsync();
    expect(fake.clients[0]?.statistics()).toMatchObject({ cloudLate: 1, rejected: 1, inTime: 0 });
  });
});
