import { describe, expect, it, vi } from 'vitest';
import { FakeModel } from './fake-service.ts';
import { image, outcome, prepared, useFakeService } from './running-client.ts';

const fake = useFakeService();
const { classify } = fake;

describe('the caller’s signal', () => {
  it('ends both runs and leaves nothing behind', async () => {
    fake.service.infer = { hangs: true };
    const onDevice = new FakeModel(Number.POSITIVE_INFINITY);
    const controller = new AbortController();
    const added = vi.spyOn(controller.signal, 'addEventListener');
    const removed = vi.spyOn(controller.signal, 'removeEventListener');
    const made = fake.client({ onDevice });
    await prepared(made);
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

  it('rejects with the signal’s own reason, whatever that is', async () => {
    const aborted = AbortSignal.abort('before it began');
    const before = await outcome(fake.client().classify(image, { signal: aborted }));
    expect(before.error).toBe('before it began');

    fake.service.infer = { hangs: true };
    const controller = new AbortController();
    const during = outcome(fake.client().classify(image, { signal: controller.signal }));
    controller.abort('no longer wanted');
    expect((await during).error).toBe('no longer wanted');
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
      await prepared(made);
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
    await prepared(made);
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
    expect(ms).toBe(245);
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

describe('close', () => {
  it('ends an exchange of clocks that obeys nothing', async () => {
    const made = fake.client({ auth: () => new Promise<never>(() => undefined) });
    const prepared = made.prepare();
    made.close();
    await prepared;
    expect(vi.getTimerCount()).toBe(0);
  });

  it('ends the wait for a late answer', async () => {
    fake.service.infer = { hangs: true };
    const made = fake.client({ onDevice: new FakeModel(30) });
    const { value } = await outcome(made.classify(image));
    expect(value).toMatchObject({ source: 'device', race: { cloud: { state: 'running' } } });
    made.close();
    expect(vi.getTimerCount()).toBe(0);
    const settled = await value?.settled;
    expect(settled).toMatchObject({ winner: 'device', cloud: { state: 'cancelled', endMs: 245 } });
    expect(made.statistics()).toMatchObject({ requests: 1, answeredByDevice: 1, rejected: 0 });
  });

  it('says so to who still waits, and asks for no time any more', async () => {
    fake.service.infer = { hangs: true };
    const made = fake.client();
    const waiting = outcome(made.classify(image));
    await vi.advanceTimersByTimeAsync(100);
    made.close();
    expect((await waiting).error).toMatchObject({ message: 'the client is closed' });
    const asked = fake.service.requests.length;
    await prepared(made);
    expect(fake.service.requests).toHaveLength(asked);
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
