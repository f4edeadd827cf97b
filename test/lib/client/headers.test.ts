import { describe, expect, it, vi } from 'vitest';
import { parseInferHeaders } from '../../../lib/core/contract/headers.ts';
import { FakeModel } from './fake-service.ts';
import { image, prepared, useFakeService, value } from './running-client.ts';

const fake = useFakeService();
const hourMs = 3_600_000;
const sent = () => fake.service.inferences.map(({ headers }) => parseInferHeaders(headers));

describe('the request', () => {
  it('goes to the endpoint with its image and the caller’s content type', async () => {
    const client = fake.client({ endpoint: 'https://service.example//' });
    const bytes = new Uint8Array([1, 2, 3]);
    await value(client.classify(bytes, { contentType: 'application/octet-stream' }));
    expect(fake.service.inferences[0]).toMatchObject({
      path: '/v1/infer',
      body: bytes,
      headers: { 'content-type': 'application/octet-stream', 'mdi-sla-ms': '250' },
    });
  });

  it('asks for no longer an SLA than the service takes, and waits its own', async () => {
    const client = fake.client({ slaMs: 60_000 });
    await value(client.classify(image));
    expect(sent()[0]?.slaMs).toBe(29_000);
  });

  it('says how accurate the device is, if the device would answer in the cloud’s place', async () => {
    await value(fake.client().classify(image));
    await value(fake.client({ onDevice: new FakeModel(10) }).classify(image));
    const never = { onDevice: new FakeModel(10), duplication: 'never' } as const;
    await value(fake.client(never).classify(image));
    expect(sent().map(({ deviceAccuracyPct }) => deviceAccuracyPct)).toEqual([
      undefined,
      60,
      undefined,
    ]);
  });
});

describe('mdi-upload-start', () => {
  it.each([0, 3 * hourMs, -3 * hourMs])(
    'is on the server’s clock when the device’s is wrong by %s ms',
    async (errorMs) => {
      fake.service.offsetMs -= errorMs;
      const client = fake.client();
      await prepared(client);
      const trueMs = fake.service.epochMs();
      await value(client.classify(image));
      expect(sent()[0]?.uploadStartMs).toBeCloseTo(trueMs, 1);
    },
  );

  it('is not sent before the clock is known; learning it holds nothing up', async () => {
    fake.service.time = { hangs: true };
    const client = fake.client();
    fake.service.infer = { serverMs: 10 };
    const { timing } = await value(client.classify(image));
    expect(timing.totalMs).toBe(10);
    expect(sent()[0]?.uploadStartMs).toBeUndefined();
  });

  it('is sent from the second request on when nobody has prepared the client', async () => {
    const client = fake.client();
    fake.service.infer = { serverMs: 200 };
    await value(client.classify(image));
    await value(client.classify(image));
    expect(sent().map(({ uploadStartMs }) => uploadStartMs !== undefined)).toEqual([false, true]);
  });

  it('is not sent when the clock is not known well enough', async () => {
    fake.service.time = { inputMs: 300, outputMs: 300 };
    const client = fake.client();
    await prepared(client);
    expect(client.statistics().clock?.errorMs).toBeCloseTo(300, 0);
    await value(client.classify(image));
    expect(sent()[0]?.uploadStartMs).toBeUndefined();
    const tolerant = fake.client({ clock: { maxErrorMs: 400 } });
    await prepared(tolerant);
    await value(tolerant.classify(image));
    expect(sent()[1]?.uploadStartMs).toBeDefined();
  });

  it.each([
    [undefined, 5, 300_000],
    [{ samples: 2, resyncMs: 10_000 }, 2, 10_000],
  ])('is asked for anew when it is time, with clock: %o', async (clock, samples, resyncMs) => {
    const client = fake.client({ clock });
    const asked = () => fake.service.asked('time').length;
    const classify = async () => {
      await value(client.classify(image));
      await vi.advanceTimersByTimeAsync(200);
    };
    await prepared(client);
    expect(asked()).toBe(samples);
    await vi.advanceTimersByTimeAsync(resyncMs - 1_000);
    await classify();
    expect(asked()).toBe(samples);
    await vi.advanceTimersByTimeAsync(1_000);
    await classify();
    expect(asked()).toBe(2 * samples);
  });

  it('is not sent right after the device has slept, and is right again after that', async () => {
    let sleptMs = 0;
    const time = {
      nowMs: () => performance.now() - sleptMs,
      wallMs: () => Date.now(),
      setTimeout: (callback: () => void, ms: number) => setTimeout(callback, ms),
      clearTimeout: (timer: unknown) => clearTimeout(timer as NodeJS.Timeout),
    };
    const client = fake.client({ time });
    await prepared(client);
    await vi.advanceTimersByTimeAsync(8 * hourMs);
    sleptMs = 8 * hourMs;
    fake.service.infer = { serverMs: 200 };
    await value(client.classify(image));
    const trueMs = fake.service.epochMs();
    await value(client.classify(image));
    const [first, second] = sent();
    expect(first?.uploadStartMs).toBeUndefined();
    expect(second?.uploadStartMs).toBeCloseTo(trueMs, 1);
  });

  it('is given up with an exchange that never ends, whatever hangs, and asked for again', async () => {
    let isSignedIn = false;
    const auth = () => (isSignedIn ? {} : new Promise<never>(() => undefined));
    const client = fake.client({ auth });
    const prepared = value(client.prepare());
    await vi.advanceTimersByTimeAsync(6_000);
    await prepared;
    expect(fake.service.requests).toEqual([]);
    isSignedIn = true;
    await vi.advanceTimersByTimeAsync(6_000);
    fake.service.infer = { serverMs: 200 };
    await value(client.classify(image));
    await value(client.classify(image));
    expect(sent()[1]?.uploadStartMs).toBeDefined();
  });

  it('is given up with the exchange that takes too long', async () => {
    fake.service.time = { hangs: true };
    const client = fake.client();
    const prepared = value(client.prepare());
    await vi.advanceTimersByTimeAsync(6_000);
    await prepared;
    const asked = fake.service.asked('time');
    expect(asked).toHaveLength(1);
    expect(asked[0]?.signal.aborted).toBe(true);
  });
});

describe('mdi-output-ms', () => {
  it('is the whole time less T_input and the server’s time of the last answer', async () => {
    const client = fake.client();
    await prepared(client);
    fake.service.infer = { inputMs: 40, serverMs: 30, outputMs: 17 };
    await value(client.classify(image));
    fake.service.infer = { inputMs: 10, serverMs: 5, outputMs: 23 };
    await value(client.classify(image));
    await value(client.classify(image));
    const [first, second, third] = sent().map(({ outputMs }) => outputMs);
    expect(first).toBeUndefined();
    expect(second).toBeCloseTo(17, 1);
    expect(third).toBeCloseTo(23, 1);
  });

  it('has the clock’s error with the opposite sign of T_input’s', async () => {
    // The way there takes 80 ms longer than the way back: the clock is 40 ms off.
    fake.service.time = { inputMs: 100, serverMs: 0, outputMs: 20 };
    const client = fake.client();
    await prepared(client);
    fake.service.infer = { inputMs: 60, serverMs: 30, outputMs: 90 };
    const { race } = await value(client.classify(image));
    const inputMs = race.cloud.answer?.timing.inputMs ?? Number.NaN;
    expect(inputMs).toBeCloseTo(20, 0);
    await value(client.classify(image));
    expect(inputMs + (sent()[1]?.outputMs ?? Number.NaN)).toBeCloseTo(150, 1);

    // Its sum stays right when the clock is corrected.
    fake.service.time = { inputMs: 1, serverMs: 0, outputMs: 1 };
    await vi.advanceTimersByTimeAsync(300_000);
    await prepared(client);
    await value(client.classify(image));
    expect(sent()[2]?.outputMs).toBeCloseTo(90, 0);
  });

  it('comes with T_input of the same answer, as the service told it', async () => {
    const client = fake.client();
    await prepared(client);
    fake.service.infer = { inputMs: 40, serverMs: 30, outputMs: 17 };
    const { race } = await value(client.classify(image));
    fake.service.infer = { inputMs: 10, serverMs: 5, outputMs: 23 };
    await value(client.classify(image));
    const told = race.cloud.answer?.timing.inputMs ?? Number.NaN;
    expect(told).toBeCloseTo(40, 1);
    expect(sent()[0]?.outputInputMs).toBeUndefined();
    expect(sent()[1]?.outputInputMs).toBeCloseTo(told, 3);
  });

  it('is not learned when the server does not believe the upload time', async () => {
    const client = fake.client();
    await prepared(client);
    fake.service.infer = { serverMs: 30, outputMs: 90, disbelieves: true };
    await value(client.classify(image));
    expect(client.statistics().outputMs).toBeUndefined();
  });

  it('is not learned from an answer whose T_input is the server’s guess', async () => {
    fake.service.time = { breaks: true };
    const client = fake.client();
    fake.service.infer = { inputMs: 60, serverMs: 30, outputMs: 90 };
    await value(client.classify(image));
    await value(client.classify(image));
    expect(sent()[1]?.outputMs).toBeUndefined();
    expect(sent()[1]?.outputInputMs).toBeUndefined();
    expect(client.statistics().outputMs).toBeUndefined();
  });
});
