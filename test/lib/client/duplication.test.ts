import { describe, expect, it, vi } from 'vitest';
import type { Client, ClientOptions } from '../../../lib/client/api/options.ts';
import { FakeModel } from './fake-service.ts';
import { fakeTimers, image, outcome, prepared, useFakeService, value } from './running-client.ts';

const fake = useFakeService();

/** A client whose cloud has answered in time so often that it is trusted, and whose device is measured. */
async function trusting(options: Partial<ClientOptions>): Promise<Client> {
  const client = fake.client({ duplication: 'when-needed', ...options });
  fake.service.infer = { serverMs: 100 };
  await prepared(client, { sample: image });
  for (let i = 0; i < 12; i++) await value(client.classify(image));
  expect(client.statistics().cloudChance).toBeGreaterThan(0.9);
  return client;
}

describe('always', () => {
  it('runs the device for every request', async () => {
    const onDevice = new FakeModel(30);
    const client = fake.client({ onDevice });
    fake.service.infer = { serverMs: 100 };
    for (let i = 0; i < 5; i++) await value(client.classify(image));
    for (const duplication of ['always', undefined] as const) {
      const trusted = await trusting({ onDevice: new FakeModel(30), duplication });
      const { race } = await value(trusted.classify(image));
      expect(race.device).toMatchObject({ startMs: 0 });
    }
    expect(onDevice.runs).toBe(5);
    expect(client.statistics()).toMatchObject({
      requests: 5,
      answeredByCloud: 5,
      inTime: 5,
      cloudLate: 0,
      deviceRuns: 5,
      deviceRunsSaved: 0,
    });
  });
});

describe('what the cloud’s chance is learned from', () => {
  it('is answers, not errors, however soon they are there', async () => {
    const client = fake.client({ onDevice: new FakeModel(30) });
    fake.service.infer = { inputMs: 5, status: 500 };
    for (let i = 0; i < 5; i++) await value(client.classify(image));
    expect(client.statistics()).toMatchObject({ cloudChance: 0, cloudFailed: 5 });
  });
});

describe('when-needed', () => {
  it('runs the device at once while the cloud is not trusted', async () => {
    const onDevice = new FakeModel(30);
    const client = fake.client({ onDevice, duplication: 'when-needed' });
    fake.service.infer = { serverMs: 100 };
    const { race } = await value(client.classify(image));
    expect(race.device).toMatchObject({ startMs: 0 });
  });

  it('saves the run when the cloud answers before the device has to begin', async () => {
    const onDevice = new FakeModel(30);
    const client = await trusting({ onDevice });
    const before = client.statistics();
    const runs = onDevice.runs;
    const { race } = await value(client.classify(image));
    expect(race.device).toEqual({ state: 'waiting' });
    expect(onDevice.runs).toBe(runs);
    expect(client.statistics().deviceRunsSaved).toBe(before.deviceRunsSaved + 1);
    expect(client.statistics().inTime).toBe(before.inTime + 1);
  });

  it('begins at the last moment at which the device still meets the SLA', async () => {
    const client = await trusting({ onDevice: new FakeModel(30) });
    fake.service.infer = { hangs: true };
    const answer = await value(client.classify(image));
    expect(answer).toMatchObject({ source: 'device', inTime: true, timing: { totalMs: 245 } });
    expect(answer.race.device).toMatchObject({ startMs: 210, endMs: 240 });
  });

  it('begins early enough for what late timers make of a hard end', async () => {
    let latenessMs = 0;
    const time = {
      ...fakeTimers,
      setTimeout: (callback: () => void, ms: number) => setTimeout(callback, ms + latenessMs),
    };
    const onDevice = new FakeModel(30);
    const client = await trusting({ onDevice, atDeadline: 'fail', time, chanceThreshold: 0 });
    fake.service.infer = { hangs: true };
    latenessMs = 20;
    for (let i = 0; i < 4; i++) {
      await outcome(client.classify(image));
      await vi.runAllTimersAsync();
    }
    // Timers are right again, which the client does not know yet: its end is 21 ms early.
    latenessMs = 0;
    for (let i = 0; i < 12; i++) {
      fake.service.infer = { serverMs: 100 };
      await value(client.classify(image));
    }
    fake.service.infer = { hangs: true };
    const { race, inTime } = await value(client.classify(image));
    expect(inTime).toBe(true);
    expect(race.device).toMatchObject({ startMs: 194, endMs: 224 });
  });

  it('begins at once when the cloud has failed', async () => {
    const client = await trusting({ onDevice: new FakeModel(30) });
    fake.service.infer = { inputMs: 20, breaks: true };
    const answer = await value(client.classify(image));
    expect(answer).toMatchObject({ source: 'device', timing: { totalMs: 50 } });
    expect(answer.race.device).toMatchObject({ startMs: 20 });
  });

  it('begins at once when the device is not fast enough to wait', async () => {
    const client = await trusting({ onDevice: new FakeModel(245) });
    fake.service.infer = { hangs: true };
    const { race } = await value(client.classify(image));
    expect(race.device).toMatchObject({ startMs: 0 });
  });

  it('goes by how long the device has taken lately', async () => {
    const onDevice = new FakeModel(30);
    const client = await trusting({ onDevice, chanceThreshold: 0 });
    fake.service.infer = { hangs: true };
    onDevice.runMs = 60;
    await value(client.classify(image));
    const { race } = await value(client.classify(image));
    expect(race.device).toMatchObject({ startMs: 180, endMs: 240 });
  });

  it('runs the device at once again after the cloud was late, and trusts it later', async () => {
    const onDevice = new FakeModel(30);
    const client = await trusting({ onDevice });
    fake.service.infer = { serverMs: 400 };
    await value(client.classify(image));
    await vi.runAllTimersAsync();
    fake.service.infer = { serverMs: 100 };
    expect((await value(client.classify(image))).race.device).toMatchObject({ startMs: 0 });
    for (let i = 0; i < 12; i++) await value(client.classify(image));
    expect((await value(client.classify(image))).race.device?.state).toBe('waiting');
  });

  it('counts an answer that never came, and not one that nobody waited for', async () => {
    const client = await trusting({ onDevice: new FakeModel(30) });
    const { cloudChance, deviceRunsSaved } = client.statistics();
    fake.service.infer = { hangs: true };
    const controller = new AbortController();
    const aborted = value(client.classify(image, { signal: controller.signal }));
    setTimeout(() => controller.abort(), 40);
    await expect(aborted).rejects.toMatchObject({ name: 'AbortError' });
    expect(client.statistics().cloudChance).toBeCloseTo(cloudChance, 2);
    expect(client.statistics().deviceRunsSaved).toBe(deviceRunsSaved);

    await value(client.classify(image));
    await vi.runAllTimersAsync();
    expect(client.statistics().cloudChance).toBeLessThan(cloudChance - 0.05);
  });

  it('does not take the first run, which warms the model up, for its speed', async () => {
    const onDevice = new FakeModel(240);
    const client = fake.client({ onDevice, duplication: 'when-needed', chanceThreshold: 0 });
    fake.service.infer = { hangs: true };
    await value(client.classify(image));
    onDevice.runMs = 30;
    for (let i = 0; i < 3; i++) await value(client.classify(image));
    await vi.runAllTimersAsync();
    fake.service.infer = { serverMs: 100 };
    await value(client.classify(image));
    fake.service.infer = { hangs: true };
    expect((await value(client.classify(image))).race.device).toMatchObject({ startMs: 214 });
  });

  it('does not expect an answer within a shorter SLA than answers took', async () => {
    const client = await trusting({ onDevice: new FakeModel(10) });
    const { race } = await value(client.classify(image, { slaMs: 90 }));
    expect(race.device).toMatchObject({ startMs: 0 });
  });

  it('runs the device for the threshold that was asked for', async () => {
    const client = await trusting({ onDevice: new FakeModel(30), chanceThreshold: 0.999 });
    expect((await value(client.classify(image))).race.device).toMatchObject({ startMs: 0 });
  });

  it('takes a less accurate answer that is there for a run that has not begun', async () => {
    const client = await trusting({ onDevice: new FakeModel(30, { accuracyPct: 99 }) });
    expect((await value(client.classify(image))).source).toBe('cloud');
  });

  it('measures the device beside the first request when nobody has prepared it', async () => {
    const onDevice = new FakeModel(30);
    const client = fake.client({ onDevice, duplication: 'when-needed' });
    fake.service.infer = { serverMs: 10 };
    await value(client.classify(image));
    await vi.runAllTimersAsync();
    expect(client.statistics().onDevice).toEqual([
      { name: 'device-model', ready: true, measuredMs: 30, chosen: true },
    ]);
    // Once: nothing more is measured after the next request.
    await value(client.classify(image));
    const runs = onDevice.runs;
    await vi.runAllTimersAsync();
    expect(onDevice.runs).toBe(runs);
  });
});

describe('never', () => {
  it('does not run the device when the cloud answers in time', async () => {
    const onDevice = new FakeModel(30);
    const client = fake.client({ onDevice, duplication: 'never' });
    fake.service.infer = { serverMs: 244 };
    expect((await value(client.classify(image))).source).toBe('cloud');
    expect(onDevice.runs).toBe(0);
    expect(client.statistics().deviceRunsSaved).toBe(1);
  });

  it('runs the device when the cloud has failed', async () => {
    const client = fake.client({ onDevice: new FakeModel(30), duplication: 'never' });
    fake.service.infer = { inputMs: 20, status: 500 };
    const answer = await value(client.classify(image));
    expect(answer).toMatchObject({ source: 'device', inTime: true, timing: { totalMs: 50 } });
  });

  it('runs the device when the SLA is about to end: late, but an answer', async () => {
    const client = fake.client({ onDevice: new FakeModel(30), duplication: 'never' });
    fake.service.infer = { hangs: true };
    const answer = await value(client.classify(image));
    expect(answer).toMatchObject({ source: 'device', inTime: false, timing: { totalMs: 275 } });
    fake.service.infer = { serverMs: 260 };
    const next = await value(client.classify(image));
    expect(next).toMatchObject({ source: 'cloud', inTime: false, timing: { totalMs: 260 } });
  });
});
