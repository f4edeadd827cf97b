import { describe, expect, it } from 'vitest';
import { candidatesOf, profiledModels } from '../../../functions/selector/candidates.ts';
import { infer } from '../../../functions/selector/infer.ts';
import { profileOf, referenceProfile } from '../../../lib/service/profiles/profile.ts';
import { statisticsOfAll } from '../../lib/service/profiles/samples.ts';
import { apiEvent, invoked, madeUpService, mockLambda } from './made-up-service.ts';

mockLambda();

const real = { name: 'real', accuracyPct: 80, meanMs: 1, stdMs: 0 };
const hollow = { name: 'hollow', accuracyPct: 90, meanMs: 1, stdMs: 0, latencyOnly: true };

describe('candidatesOf', () => {
  it('has of each model what selection asks for', () => {
    const statistics = statisticsOfAll([
      ...Array.from({ length: 40 }, (_, i) => ({ kind: 'warm', serviceUs: 20_000 + i }) as const),
      { kind: 'cold', serviceUs: 900_000 },
    ]);
    const labels = [{ labels: 10_000, correct: 4_000 }];
    const live = [{ windowStartMs: 0, shard: 0, statistics }];
    const profile = profileOf({ live, labels }, real, 0);
    const service = madeUpService({}, [real]);
    const [candidate] = candidatesOf(service, new Map([['real', profile]]));
    expect(candidate).toMatchObject({
      name: 'real',
      functionName: 'fn-real:live',
      accuracyPct: expect.closeTo(41.74, 2),
      catalogueAccuracyPct: 80,
      meanMs: profile.meanMs,
      stdMs: profile.stdMs,
      coldShare: 1 / 91,
      coldMeanMs: 900,
      freshSamples: 40,
    });
    expect(candidate?.probabilityWithin?.(19)).toBe(0);
    expect(candidate?.probabilityWithin?.(21)).toBe(1);
  });

  it('leaves out models without a profile', () => {
    expect(profiledModels(madeUpService({}, [real]), new Map())).toEqual([]);
  });

  it('leaves out models for latency only, whose answers have no meaning', () => {
    const service = madeUpService({}, [hollow, real]);
    const profiles = new Map([hollow, real].map((m) => [m.name, referenceProfile(m)]));
    expect(candidatesOf(service, profiles).map(({ name }) => name)).toEqual(['real']);
  });
});

describe('a catalogue for latency only', () => {
  it('gives no answers', async () => {
    const service = madeUpService({}, [hollow]);
    await expect(infer(service, apiEvent(), 0)).rejects.toMatchObject({
      type: 'latency-only',
      message: expect.stringMatching(/catalogue "pets" are for latency only/),
      headers: {},
    });
    expect(invoked()).toEqual([]);
  });

  it('is not one where one model has a meaning', async () => {
    const service = madeUpService({}, [hollow, real]);
    expect((await infer(service, apiEvent(), 0)).model.name).toBe('real');
  });
});
