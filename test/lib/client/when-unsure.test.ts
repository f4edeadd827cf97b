import { describe, expect, it, vi } from 'vitest';
import type { ClientOptions } from '../../../lib/client/api/options.ts';
import type { OnDeviceModel } from '../../../lib/client/api/types.ts';
import { chanceOfBeingRight } from '../../../lib/core/statistics/reliability.ts';
import { FakeModel } from './fake-service.ts';
import { image, prepared, useFakeService, value } from './running-client.ts';

const fake = useFakeService();

/** Right in 9.9 % of its answers below 0.9, in 95.2 % above: 10 of 100 and 100 of 104, one more each wrong. */
const reliability = {
  bins: [
    { from: 0, count: 100, right: 10 },
    { from: 0.9, count: 104, right: 100 },
  ],
};
const [unsureChance, sureChance] = [10 / 101, 100 / 105];

/** A model that is so sure of its answer. */
class SureModel extends FakeModel implements OnDeviceModel {
  score: number;
  readonly chanceOf = (score: number) => chanceOfBeingRight(reliability, score);

  constructor(score: number, runMs = 20) {
    super(runMs);
    this.score = score;
  }

  override async classify(...args: Parameters<FakeModel['classify']>) {
    await super.classify(...args);
    return { predictions: [{ index: 0, label: 'disc', score: this.score }] };
  }
}
const served = (...models: [accuracyPct: number, meanMs: number, latencyOnly?: boolean][]) => ({
  body: {
    models: models.map(([accuracyPct, meanMs, latencyOnly]) => ({
      ...{ accuracyPct, latencyOnly },
      profile: { meanMs },
    })),
  },
});
async function unsure(onDevice: SureModel, options: Partial<ClientOptions> = {}) {
  const client = fake.client({ cloud: 'when-unsure', onDevice, ...options });
  await prepared(client);
  fake.service.infer = { serverMs: 100, accuracyPct: 96 };
  return client;
}

describe('when-unsure', () => {
  it('uploads nothing where the device is as likely right as the best that the cloud has', async () => {
    fake.service.models = served([95, 50], [70, 5]);
    const client = await unsure(new SureModel(0.95));
    const answer = await value(client.classify(image));
    expect(answer).toMatchObject({
      source: 'device',
      inTime: true,
      timing: { totalMs: 20 },
      race: {
        winner: 'device',
        cloud: { state: 'skipped' },
        device: { startMs: 0, endMs: 20, answer: { chance: sureChance } },
      },
    });
    await vi.runAllTimersAsync();
    expect(fake.service.inferences).toEqual([]);
    expect(client.statistics()).toMatchObject({
      ...{ uploadsSaved: 1, answeredByDevice: 1, inTime: 1, deviceRuns: 1 },
      // Nothing has been learned about the cloud.
      cloudChance: 0,
    });
  });

  it('uploads as soon as the device has shown that it is not sure', async () => {
    fake.service.models = served([95, 50]);
    const client = await unsure(new SureModel(0.6));
    const answer = await value(client.classify(image));
    expect(answer).toMatchObject({
      source: 'cloud',
      timing: { totalMs: 120 },
      race: { cloud: { startMs: 20 }, device: { answer: { chance: unsureChance } } },
    });
    expect(client.statistics().uploadsSaved).toBe(0);
  });

  it('tells the service the chance of this very picture', async () => {
    fake.service.models = served([95, 50]);
    const client = await unsure(new SureModel(0.6));
    await value(client.classify(image));
    const [sent] = fake.service.inferences;
    expect(Number(sent?.headers['mdi-device-accuracy'])).toBeCloseTo(100 * unsureChance, 2);
  });

  it('is a model that is less likely right than the cloud’s, even if it is usually better', async () => {
    fake.service.models = served([97, 50]);
    const onDevice = Object.assign(new SureModel(0.95), { accuracyPct: 99 });
    const client = await unsure(onDevice);
    const { source, model } = await value(client.classify(image));
    expect({ source, accuracyPct: model.accuracyPct }).toEqual({
      source: 'cloud',
      accuracyPct: 96,
    });
  });

  it('takes the device’s answer where it is likelier right than the model that answered', async () => {
    fake.service.models = served([99, 50]);
    const client = await unsure(new SureModel(0.95));
    fake.service.infer = { serverMs: 100, accuracyPct: 90 };
    expect((await value(client.classify(image))).source).toBe('device');
  });

  it.each<[string, ReturnType<typeof served>, boolean]>([
    ['has answers without meaning', served([99, 10, true], [90, 10]), true],
    ['takes longer than is left', served([99, 231], [90, 10]), true],
    ['can answer in what is left', served([99, 200], [90, 10]), false],
  ])('counts the best model that %s accordingly', async (_, models, isSure) => {
    fake.service.models = models;
    const client = await unsure(new SureModel(0.95));
    const { race } = await value(client.classify(image));
    expect(race.cloud.state).toBe(isSure ? 'skipped' : 'answered');
  });

  it('counts what the way takes as not left', async () => {
    // There and back in 60 ms: of 230 that are left after the device's run 170.
    fake.service.time = { inputMs: 30, outputMs: 30 };
    fake.service.models = served([99, 200]);
    const client = await unsure(new SureModel(0.95));
    expect((await value(client.classify(image))).race.cloud.state).toBe('skipped');
  });

  it.each([
    ['cannot be asked for', { breaks: true }],
    ['are malformed', { body: { models: [{ profile: { meanMs: 10 } }] } }],
    ['are none of ours', { body: '<html>' }],
  ])('asks the cloud where its models %s', async (_, behaviour) => {
    fake.service.models = behaviour;
    const client = await unsure(new SureModel(0.999));
    expect((await value(client.classify(image))).source).toBe('cloud');
  });

  it.each([
    [0.9, 'skipped'],
    [0.96, 'answered'],
    [0, 'skipped'],
  ])('goes by the threshold of the app: %s', async (sureFrom, state) => {
    fake.service.models = { breaks: true };
    const client = await unsure(new SureModel(0.95), { sureFrom });
    expect((await value(client.classify(image))).race.cloud.state).toBe(state);
  });

  it('waits for the device no longer than a quarter of the SLA', async () => {
    fake.service.models = served([50, 50]);
    const client = await unsure(new SureModel(0.95, 100), { slaMs: 240 });
    const { source, race } = await value(client.classify(image));
    expect(race.cloud.startMs).toBe(60);
    expect(source).toBe('cloud');
    expect(fake.service.inferences[0]?.headers['mdi-device-accuracy']).toBe('60');
  });

  it('does not wait for a model that is not loaded yet', async () => {
    fake.service.models = served([50, 50]);
    const onDevice = Object.assign(new SureModel(0.95), {
      prepare: () => new Promise((resolve) => setTimeout(resolve, 5_000)),
    });
    const client = fake.client({ cloud: 'when-unsure', onDevice });
    fake.service.infer = { serverMs: 100 };
    const { race, timing } = await value(client.classify(image));
    expect(race.cloud).toMatchObject({ startMs: 0 });
    expect(timing.totalMs).toBe(100);
  });

  it('uploads at once when the device fails', async () => {
    fake.service.models = served([50, 50]);
    const onDevice = new SureModel(0.95, 10);
    const client = await unsure(onDevice);
    onDevice.fails = true;
    const { source, race } = await value(client.classify(image));
    expect(source).toBe('cloud');
    expect(race.cloud).toMatchObject({ startMs: 10 });
  });

  it('gives the interim answer, and falls back on it', async () => {
    fake.service.models = served([95, 50]);
    const client = await unsure(new SureModel(0.6));
    fake.service.infer = { hangs: true };
    const onInterim = vi.fn();
    const { source, timing } = await value(client.classify(image, { onInterim }));
    expect({ source, totalMs: timing.totalMs }).toEqual({ source: 'device', totalMs: 245 });
    expect(onInterim).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ chance: unsureChance, elapsedMs: 20 }),
    );
  });

  it('learns nothing about the cloud from a request that ended before its upload', async () => {
    fake.service.models = served([95, 50]);
    const client = await unsure(new SureModel(0.6));
    for (let i = 0; i < 12; i++) await value(client.classify(image));
    const { cloudChance } = client.statistics();
    const controller = new AbortController();
    const aborted = value(client.classify(image, { signal: controller.signal }));
    setTimeout(() => controller.abort(), 10);
    await expect(aborted).rejects.toMatchObject({ name: 'AbortError' });
    expect(client.statistics().cloudChance).toBeCloseTo(cloudChance, 2);
  });

  it('always uploads with cloud: always, however sure the device is', async () => {
    const client = await unsure(new SureModel(0.999), { cloud: 'always' });
    const { race } = await value(client.classify(image));
    expect(race.cloud).toMatchObject({ startMs: 0, state: 'answered' });
    expect(fake.service.inferences[0]?.headers['mdi-device-accuracy']).toBe('60');
    expect(fake.service.asked('models')).toEqual([]);
  });
});
