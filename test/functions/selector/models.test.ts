import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { listModels } from '../../../functions/selector/models.ts';
import { modelsResponseSchema } from '../../../lib/core/contract/schemas.ts';
import { profileOf } from '../../../lib/service/profiles/profile.ts';
import { statisticsOfAll } from '../../lib/service/profiles/samples.ts';
import { madeUpService, mockLambda, withUploads } from './made-up-service.ts';

mockLambda();

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('listModels', () => {
  it('tells the catalogue, the accuracy with the feedback in it, and the profile', async () => {
    const live = [
      {
        windowStartMs: 0,
        shard: 0,
        statistics: statisticsOfAll([
          ...Array.from({ length: 40 }, () => ({ kind: 'warm', serviceUs: 20_000 }) as const),
          ...Array.from({ length: 10 }, () => ({ kind: 'cold', serviceUs: 900_000 }) as const),
          { kind: 'failure' },
        ]),
      },
    ];
    const labels = [
      { labels: 60, correct: 40 },
      { labels: 40, correct: 20 },
    ];
    const slow = profileOf({ live, labels }, { meanMs: 140, stdMs: 0 }, 0);
    const service = madeUpService();
    service.profiles.reload.mockResolvedValue(new Map([['slow', slow]]));
    const response = modelsResponseSchema.parse(await listModels(service));
    expect(response).toMatchObject({
      catalogue: 'pets',
      strategy: 'three-stage',
      defaultSlaMs: 250,
      labels: ['cat', 'dog'],
    });
    const around20 = expect.closeTo(20, 0);
    expect(response.models).toEqual([
      {
        name: 'slow',
        version: '1',
        accuracyPct: expect.closeTo(84.13, 2),
        catalogueAccuracyPct: 90,
        accuracySource: 'made up',
        feedback: { labels: 100, correct: 60 },
        licence: 'Apache-2.0',
        memoryMb: 1769,
        breaker: 'closed',
        profile: {
          meanMs: 20,
          stdMs: 0,
          meanErrorMs: 0.1,
          p50Ms: around20,
          p95Ms: around20,
          p99Ms: around20,
          samples: 50,
          coldShare: 0.1,
          failures: 1,
          basis: 'live',
        },
      },
    ]);
  });

  it('tells the view that the models have in common, and no other', async () => {
    expect((await listModels(madeUpService())).view).toEqual({ width: 8, height: 8 });
    expect(await listModels(madeUpService({ view: undefined }))).not.toHaveProperty('view');
  });

  it('tells the ladder, and what it costs the models that are served', async () => {
    expect(await listModels(madeUpService())).not.toHaveProperty('uploads');
    const catalogue = withUploads({ slow: 5, fast: 0, absent: 9 });
    const listed = modelsResponseSchema.parse(await listModels(madeUpService({ catalogue })));
    expect(listed.uploads).toEqual({
      rungs: [
        {
          name: 'view-webp-80',
          encoding: { type: 'image/webp', quality: 80 },
          meanBytes: 900,
          stdBytes: 80,
          accuracyLossPct: { slow: 5, fast: 0 },
        },
      ],
    });
  });

  it('marks models for latency only', async () => {
    const models = [
      { name: 'real', accuracyPct: 50, meanMs: 1, stdMs: 0 },
      { name: 'hollow', accuracyPct: 50, meanMs: 1, stdMs: 0, latencyOnly: true },
    ];
    const listed = await listModels(madeUpService({}, models));
    expect(listed.models.map(({ name, latencyOnly }) => [name, latencyOnly])).toEqual([
      ['real', undefined],
      ['hollow', true],
    ]);
  });

  it('says which models are left out', async () => {
    const service = madeUpService();
    for (let i = 0; i < 3; i++)
      await service.breakers.run(
        'slow',
        async () => {},
        () => 'failure',
      );
    const { models } = modelsResponseSchema.parse(await listModels(service));
    expect(models.map(({ name, breaker }) => [name, breaker])).toEqual([
      ['slow', 'open'],
      ['fast', 'closed'],
    ]);
  });

  it('reads the table only when the updates of this environment are through', async () => {
    const service = madeUpService();
    const update = Promise.withResolvers<void>();
    service.open.add(update.promise);
    const listed = listModels(service);
    await vi.advanceTimersByTimeAsync(900);
    expect(service.profiles.reload).not.toHaveBeenCalled();
    update.resolve();
    await vi.advanceTimersByTimeAsync(0);
    expect(service.profiles.reload).toHaveBeenCalledOnce();
    await listed;
    expect(vi.getTimerCount()).toBe(0);
  });

  it('waits a second for them at most', async () => {
    const service = madeUpService();
    service.open.add(new Promise(() => {}));
    const listed = listModels(service);
    await vi.advanceTimersByTimeAsync(999);
    expect(service.profiles.reload).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(service.profiles.reload).toHaveBeenCalledOnce();
    await listed;
  });
});
