import { describe, expect, it } from 'vitest';
import { chanceOfBeingRight, type Reliability } from '../../lib/core/statistics/reliability.ts';
import { FakeModel } from '../lib/client/fake-service.ts';
import { image, prepared, useFakeService, value } from '../lib/client/running-client.ts';
import { vectors } from './vectors.ts';

const { reliabilities, decisions } = vectors<{
  reliabilities: {
    name: string;
    reliability: Reliability;
    chances: { score: number; chance: number }[];
  }[];
  decisions: {
    name: string;
    chance: number;
    sureFrom: number | null;
    models:
      | { accuracyPct: number; meanMs: number; latencyOnly?: boolean; breaker?: string }[]
      | null;
    slaMs: number;
    deviceMs: number;
    roundTripMs: number;
    uploads: boolean;
  }[];
}>('chance');

describe('the chance of being right', () => {
  it.each(reliabilities)('$name', ({ reliability, chances }) => {
    const given = chances.map(({ score }) => chanceOfBeingRight(reliability, score));
    expect(given).toEqual(chances.map(({ chance }) => expect.closeTo(chance, 9)));
  });
});

describe('whether the device is sure', () => {
  const fake = useFakeService();

  it.each(decisions)('$name', async (decision) => {
    const { chance, sureFrom, models, slaMs, deviceMs, roundTripMs, uploads } = decision;
    const [inputMs, outputMs] = [roundTripMs / 2, roundTripMs / 2];
    fake.service.time = { inputMs, outputMs };
    fake.service.models = models
      ? {
          body: {
            models: models.map(({ meanMs, ...model }) => ({ ...model, profile: { meanMs } })),
          },
        }
      : { breaks: true };
    const client = fake.client({
      ...{ cloud: 'when-unsure', slaMs, sureFrom: sureFrom ?? undefined },
      onDevice: Object.assign(new FakeModel(deviceMs), {
        chanceOf: () => chance,
      }),
    });
    await prepared(client);
    fake.service.infer = { serverMs: 10 };
    const { settled } = await value(client.classify(image));
    const race = await value(settled);
    expect(race.cloud.state).toBe(uploads ? 'answered' : 'skipped');
  });
});
