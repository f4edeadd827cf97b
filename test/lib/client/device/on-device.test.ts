import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { DeviceModels, marginMs } from '../../../../lib/client/device/on-device.ts';
import { systemTime } from '../../../../lib/client/time/time-source.ts';
import { FakeModel } from '../fake-service.ts';
import { image, prepared, useFakeService, value } from '../running-client.ts';

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
      Number.POSITIVE_INFINITY,
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

  it('are loaded again when that failed', async () => {
    const prepare = vi
      .fn()
      .mockRejectedValueOnce(new Error('offline'))
      .mockResolvedValue(undefined);
    const client = fake.client({ onDevice: Object.assign(new FakeModel(30), { prepare }) });
    fake.service.infer = { hangs: true };
    await prepared(client);
    expect((await value(client.classify(image))).source).toBe('device');
    expect(prepare).toHaveBeenCalledTimes(2);
  });
});

describe('choose', () => {
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
          const choice = new DeviceModels(models, systemTime).choose(slaMs);
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
    const models = new DeviceModels([large, small, middle], systemTime);
    expect(models.choose(250)?.model).toBe(small);
  });

  it('has nothing to choose from without models', () => {
    expect(new DeviceModels([], systemTime).choose(250)).toBeUndefined();
  });
});
