import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { DeviceModelError, type NetworkError } from '../../../../lib/client/api/errors.ts';
import type { ClientEvent } from '../../../../lib/client/api/events.ts';
import type { ImageKind, LoadProgress } from '../../../../lib/client/api/types.ts';
import { classifyOnDevice } from '../../../../lib/client/device/classify.ts';
import { choose, DeviceModel, marginMs } from '../../../../lib/client/device/on-device.ts';
import { systemTime } from '../../../../lib/client/time/time-source.ts';
import { FakeModel } from '../fake-service.ts';
import { image, outcome, prepared, useFakeService, value } from '../running-client.ts';

const fake = useFakeService();
const ladder = () => [
  new FakeModel(20, { name: 'small', accuracyPct: 50 }),
  new FakeModel(90, { name: 'large', accuracyPct: 80 }),
  new FakeModel(60, { name: 'middle', accuracyPct: 70 }),
];
const chosen = (client: ReturnType<typeof fake.client>) =>
  client.statistics().onDevice.find((model) => model.chosen)?.name;

describe('several models on the device', () => {
  it.each([
    [250, 'large'],
    [90, 'middle'],
    [69, 'small'],
    [5, 'small'],
  ])('at an SLA of %s ms: %s', async (slaMs, name) => {
    const client = fake.client({ onDevice: ladder(), slaMs });
    await prepared(client, { sample: image });
    expect(chosen(client)).toBe(name);
    fake.service.infer = { breaks: true };
    expect((await value(client.classify(image))).model.name).toBe(name);
  });

  it('are measured once', async () => {
    const models = ladder();
    const client = fake.client({ onDevice: models });
    await prepared(client, { sample: image });
    // One that warms the model up, and five that are timed.
    expect(models.map((model) => model.runs)).toEqual([6, 6, 6]);
    await prepared(client, { sample: image });
    expect(models.map((model) => model.runs)).toEqual([6, 6, 6]);
    expect(client.statistics().onDevice.map(({ measuredMs }) => measuredMs)).toEqual([20, 90, 60]);
  });

  it('are measured after the first request, which the least accurate has answered', async () => {
    const client = fake.client({ onDevice: ladder() });
    fake.service.infer = { breaks: true };
    expect((await value(client.classify(image))).model.name).toBe('small');
    await vi.runAllTimersAsync();
    expect((await value(client.classify(image))).model.name).toBe('large');
  });

  it('are not measured when an earlier session has', async () => {
    const models = ladder().map((model, i) =>
      Object.assign(model, { measuredMs: [20, 500, 60][i] }),
    );
    const client = fake.client({ onDevice: models });
    expect(chosen(client)).toBe('middle');
    await prepared(client, { sample: image });
    expect(models.map(({ runs }) => runs)).toEqual([0, 0, 0]);
  });

  it('leave out one that fails, and one that never ends is not measured for long', async () => {
    const [small, large, middle] = ladder() as [FakeModel, FakeModel, FakeModel];
    large.fails = true;
    middle.runMs = 1_500;
    const client = fake.client({ onDevice: [small, large, middle] });
    await prepared(client, { sample: image });
    expect(chosen(client)).toBe('small');
    expect(client.statistics().onDevice.map(({ measuredMs }) => measuredMs)).toEqual([
      20,
      undefined,
      1_500,
    ]);
    expect(large.runs).toBe(1);
    expect(middle.runs).toBe(2);
  });

  it('each have their accuracy told to the server', async () => {
    const client = fake.client({ onDevice: ladder() });
    await prepared(client, { sample: image });
    await value(client.classify(image));
    await value(client.classify(image, { slaMs: 80 }));
    const told = fake.service.inferences.map(({ headers }) => headers['mdi-device-accuracy']);
    expect(told).toEqual(['80', '70']);
  });

  it('are loaded before they run, once, and that is not their speed', async () => {
    const model = Object.assign(new FakeModel(30), {
      prepare: vi.fn(() => new Promise((resolve) => setTimeout(resolve, 3_000))),
    });
    const client = fake.client({ onDevice: [model] });
    await prepared(client, { sample: image });
    await value(client.classify(image));
    expect(model.prepare).toHaveBeenCalledOnce();
    expect(client.statistics().onDevice[0]?.measuredMs).toBe(30);
  });

  it('are measured later when that failed', async () => {
    const [small, large, middle] = ladder() as [FakeModel, FakeModel, FakeModel];
    large.fails = true;
    const client = fake.client({ onDevice: [small, large, middle] });
    await prepared(client, { sample: image });
    expect(chosen(client)).toBe('middle');
    large.fails = false;
    await value(client.classify(image));
    await vi.runAllTimersAsync();
    expect(chosen(client)).toBe('large');
  });
});

/** A model that can be loaded after so many failures, and how often that was tried. */
function failing(failures: number, runMs = 30) {
  const prepare = vi.fn(async (onProgress?: (progress: LoadProgress) => void) => {
    onProgress?.({ loadedBytes: 10, totalBytes: 20 });
    if (prepare.mock.calls.length <= failures) throw new Error('offline');
  });
  return Object.assign(new FakeModel(runMs), { prepare });
}

describe('a model that cannot be loaded', () => {
  it('is loaded again after a pause', async () => {
    const onDevice = failing(1);
    const client = fake.client({ onDevice });
    fake.service.infer = { hangs: true };
    await prepared(client);
    await vi.advanceTimersByTimeAsync(1_000);
    expect((await value(client.classify(image))).source).toBe('device');
    expect(onDevice.prepare).toHaveBeenCalledTimes(2);
    expect(client.statistics().onDevice[0]).toMatchObject({ ready: true, error: undefined });
  });

  it('is left alone for longer each time, up to a minute', async () => {
    const onDevice = failing(Infinity);
    const client = fake.client({ onDevice });
    fake.service.infer = { serverMs: 10 };
    const triedAfterS: number[] = [];
    await prepared(client);
    const startMs = performance.now();
    for (let tried = 1; performance.now() - startMs < 250_000; ) {
      await vi.advanceTimersByTimeAsync(490);
      await value(client.classify(image));
      if (onDevice.prepare.mock.calls.length === tried) continue;
      tried++;
      triedAfterS.push(Math.round((performance.now() - startMs) / 1_000));
    }
    // 1, 2, 4, 8, 16, 32, 60 and 60 s after the one before.
    const expected = [1, 3, 7, 15, 31, 63, 123, 183, 243];
    expect(triedAfterS).toHaveLength(expected.length);
    triedAfterS.forEach((s, i) => {
      expect(Math.abs(s - (expected[i] ?? 0))).toBeLessThanOrEqual(5);
    });
  });

  it('is told by prepare, by statistics and by the runs’ errors, also while it is left alone', async () => {
    const client = fake.client({ onDevice: failing(Infinity) });
    fake.service.infer = { serverMs: 100 };
    const error = expect.objectContaining({
      name: 'DeviceModelError',
      message: 'offline',
      cause: expect.objectContaining({ message: 'offline' }),
    });
    expect(await prepared(client)).toMatchObject({
      models: [{ name: 'device-model', ready: false, error }],
    });
    const { race } = await value(client.classify(image));
    expect(race.device).toMatchObject({ state: 'failed' });
    expect(race.device?.error).toMatchObject({ name: 'DeviceModelError', message: 'offline' });
    expect(client.statistics()).toMatchObject({
      deviceFailed: 1,
      deviceError: { name: 'DeviceModelError', message: 'offline' },
      onDevice: [{ ready: false, error }],
    });
  });

  it('leaves its place to another, until it can be loaded', async () => {
    const large = Object.assign(failing(1), { name: 'large', accuracyPct: 80, measuredMs: 30 });
    const small = Object.assign(new FakeModel(10, { name: 'small' }), { measuredMs: 10 });
    const client = fake.client({ onDevice: [large, small] });
    expect(chosen(client)).toBe('large');
    await prepared(client);
    expect(chosen(client)).toBe('small');
    fake.service.infer = { hangs: true };
    expect((await value(client.classify(image))).model.name).toBe('small');
    await vi.advanceTimersByTimeAsync(1_000);
    await prepared(client);
    expect(chosen(client)).toBe('large');
  });

  it('is told of by events, and so are its bytes and its success', async () => {
    const events: ClientEvent[] = [];
    const client = fake.client({ onDevice: failing(1), onEvent: (event) => events.push(event) });
    await prepared(client);
    await vi.advanceTimersByTimeAsync(1_000);
    await prepared(client);
    const ofModel = events.filter(({ type }) => type.startsWith('model-'));
    const loading = {
      type: 'model-loading',
      model: 'device-model',
      loadedBytes: 10,
      totalBytes: 20,
    };
    expect(ofModel).toEqual([
      loading,
      {
        ...{ type: 'model-failed', model: 'device-model', retryMs: 1_000 },
        error: expect.objectContaining({ name: 'DeviceModelError' }),
      },
      loading,
      { type: 'model-ready', model: 'device-model', loadMs: 0 },
    ]);
  });

  it('does not run later what nobody waits for any more', async () => {
    const onDevice = Object.assign(new FakeModel(30), {
      prepare: vi.fn(() => new Promise((resolve) => setTimeout(resolve, 5_000))),
    });
    const client = fake.client({ onDevice });
    fake.service.infer = { serverMs: 10 };
    for (let i = 0; i < 5; i++) await value(client.classify(image));
    await vi.runAllTimersAsync();
    expect(onDevice.prepare).toHaveBeenCalledOnce();
    expect(onDevice.runs).toBe(0);
  });
});

describe('an answer of the device', () => {
  const classifying = (answer: unknown) =>
    Object.assign(new FakeModel(0, { accuracyPct: 99 }), { classify: async () => answer as never });

  it.each([
    ['nothing', undefined],
    ['an empty object', {}],
    ['an empty list', []],
    ['no prediction', { predictions: [] }],
    ['a prediction without a label', { predictions: [{ index: 0, score: 0.9 }] }],
    ['a score that is none', { predictions: [{ index: 0, label: 'disc', score: Number.NaN }] }],
    ['a score above 1', { predictions: [{ index: 0, label: 'disc', score: 7 }] }],
  ])('with %s never wins against a good one of the cloud', async (_, answer) => {
    fake.service.infer = { serverMs: 100 };
    const client = fake.client({ onDevice: classifying(answer) });
    const classification = await value(client.classify(image));
    expect(classification).toMatchObject({
      source: 'cloud',
      race: { device: { state: 'failed' } },
    });
    const { error } = classification.race.device ?? {};
    expect(error).toMatchObject({
      name: 'DeviceModelError',
      message: expect.stringContaining('the answer of "device-model" lacks predictions'),
    });
    expect(client.statistics()).toMatchObject({ deviceFailed: 1, deviceError: error });
  });

  it.each([
    ['an error', new Error('out of memory'), 'out of memory'],
    ['something else', 'out of memory', 'out of memory'],
  ])('that is %s has a class and a cause', async (_, thrown, message) => {
    const onDevice = Object.assign(new FakeModel(0), { classify: () => Promise.reject(thrown) });
    fake.service.infer = { breaks: true };
    const { error } = await outcome(fake.client({ onDevice }).classify(image));
    const { race } = error as NetworkError;
    expect(race?.device?.error).toBeInstanceOf(DeviceModelError);
    expect(race?.device?.error).toMatchObject({ message, cause: thrown });
  });

  it('keeps an error that has a class', async () => {
    const thrown = new DeviceModelError('no WebAssembly here');
    const onDevice = Object.assign(new FakeModel(0), { classify: () => Promise.reject(thrown) });
    const client = fake.client({ onDevice, mode: 'device-only' });
    expect((await outcome(client.classify(image))).error).toBe(thrown);
  });
});

describe('choose', () => {
  const devices = (models: FakeModel[]) =>
    models.map(
      (model) => new DeviceModel<ImageKind>(model, classifyOnDevice, systemTime, () => undefined),
    );

  it('takes the most accurate that meets the SLA, else the fastest', () => {
    const measured = fc.record({
      accuracyPct: fc.integer({ min: 1, max: 100 }),
      measuredMs: fc.oneof(fc.integer({ min: 1, max: 500 }), fc.constant(Infinity)),
    });
    fc.assert(
      fc.property(
        fc.array(measured, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 600 }),
        (specifications, slaMs) => {
          const models = specifications.map((specification) =>
            Object.assign(new FakeModel(1), specification),
          );
          const choice = choose(devices(models), slaMs);
          const inTime = models.filter(({ measuredMs }) => measuredMs + marginMs <= slaMs);
          if (inTime.length > 0) {
            expect(choice?.measuredMs).toBeLessThanOrEqual(slaMs - marginMs);
            const best = Math.max(...inTime.map(({ accuracyPct }) => accuracyPct));
            expect(choice?.model.accuracyPct).toBe(best);
          } else {
            const fastest = Math.min(...models.map(({ measuredMs }) => measuredMs));
            expect(choice?.measuredMs).toBe(fastest);
          }
        },
      ),
    );
  });

  it('takes the least accurate before they have been measured, wherever it stands', () => {
    const [small, large, middle] = ladder() as [FakeModel, FakeModel, FakeModel];
    expect(choose(devices([large, small, middle]), 250)?.model).toBe(small);
  });

  it('has nothing to choose from without models', () => {
    expect(choose([], 250)).toBeUndefined();
  });
});
