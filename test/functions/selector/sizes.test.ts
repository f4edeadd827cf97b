import { InvokeWithResponseStreamCommand } from '@aws-sdk/client-lambda';
import { describe, expect, it } from 'vitest';
import { takeFeedback } from '../../../functions/selector/feedback.ts';
import { infer } from '../../../functions/selector/infer.ts';
import { listModels } from '../../../functions/selector/models.ts';
import { prepare } from '../../../functions/selector/prepare.ts';
import type { Service } from '../../../functions/selector/service.ts';
import { modelsResponseSchema } from '../../../lib/core/contract/schemas.ts';
import { callerBucket } from '../../../lib/service/feedback/caller-bucket.ts';
import { profileOf } from '../../../lib/service/profiles/profile.ts';
import {
  apiEvent,
  invoked,
  lambda,
  type MadeUpModel,
  madeUpService,
  mockLambda,
  profileKeyOf,
  secretOf,
} from './made-up-service.ts';

mockLambda();

const inTwoSizes: readonly MadeUpModel[] = [
  { name: 'slow', sizeOf: 'slow', memoryMb: 1769, accuracyPct: 90, meanMs: 1400, stdMs: 0 },
  { name: 'slow-5307mb', sizeOf: 'slow', memoryMb: 5307, accuracyPct: 90, meanMs: 900, stdMs: 0 },
  { name: 'fast', accuracyPct: 60, meanMs: 1, stdMs: 0 },
];
const receivedMs = Date.now();
const inferring = (service: Service, slaMs: number) => {
  const headers = { 'mdi-sla-ms': String(slaMs), 'mdi-upload-start': String(receivedMs) };
  return infer(service, apiEvent({ headers }), receivedMs);
};

describe('a model of two sizes', () => {
  it.each([
    [5000, 'fn-slow:live'],
    [1350, 'fn-slow-5307mb:live'],
  ])('answers an SLA of %d ms at the size of %s, by the model’s name', async (slaMs, expected) => {
    const service = madeUpService({}, inTwoSizes);
    const { model, selection } = await inferring(service, slaMs);
    expect(invoked()).toEqual([expected]);
    expect(model.name).toBe('slow');
    expect(selection).toMatchObject({
      baseModel: 'slow',
      eligible: [{ model: 'slow', probability: 1 }],
    });
    expect(service.telemetry.answered.mock.calls[0]?.[0]).toMatchObject({ model: 'slow' });
  });

  it('is asked at its other size when one fails, and both attempts are the model’s', async () => {
    const service = madeUpService({}, inTwoSizes);
    lambda
      .on(InvokeWithResponseStreamCommand, { FunctionName: 'fn-slow-5307mb:live' })
      .rejects(new Error('gone'));
    const { model, selection } = await inferring(service, 1350);
    expect(selection.failed).toEqual(['slow']);
    expect([model.name, selection.asked?.[0]]).toEqual(['fast', 'slow']);
    expect(service.store.record.mock.calls).toEqual([
      [profileKeyOf('slow-5307mb'), { kind: 'failure' }],
    ]);
  });

  it('gets the feedback on either size, with which its accuracy moves at both', async () => {
    const secret = Buffer.from('secret');
    const service = madeUpService({ secret: secretOf(secret) }, inTwoSizes);
    const { requestId } = await inferring(service, 1350);
    const event = apiEvent({
      path: '/v1/feedback',
      body: JSON.stringify({ requestId, model: 'slow', correct: true }),
    });
    expect(await takeFeedback(service, event)).toEqual({ counted: true });
    expect(service.store.label.mock.calls).toEqual([
      [profileKeyOf('slow'), { bucket: callerBucket('', secret), correct: true }],
    ]);

    const labels = [{ labels: 200, correct: 100 }];
    const snapshot = inTwoSizes.map(({ name, ...reference }) => {
      const stored = { live: [], ...(name === 'slow' && { labels }) };
      return [name, profileOf(stored, reference, 0)] as const;
    });
    service.profiles.profiles.mockResolvedValue(new Map(snapshot));
    const { model } = await inferring(service, 1350);
    const moved = service.fieldAccuracies.of(90, labels);
    expect(moved).toBeLessThan(80);
    expect(model).toMatchObject({ name: 'slow', accuracyPct: moved });
  });

  it('is one model in the list: as its fastest size, with all of them', async () => {
    const service = madeUpService({}, inTwoSizes);
    const { models } = modelsResponseSchema.parse(await listModels(service));
    expect(models.map(({ name }) => name)).toEqual(['slow', 'fast']);
    expect(models[0]).toMatchObject({
      memoryMb: 5307,
      breaker: 'closed',
      profile: { meanMs: 900 },
      sizes: [
        { memoryMb: 1769, breaker: 'closed', profile: { meanMs: 1400 } },
        { memoryMb: 5307, breaker: 'closed', profile: { meanMs: 900 } },
      ],
    });
    expect(models[1]).not.toHaveProperty('sizes');
  });

  it('is left out only when both sizes fail', async () => {
    const service = madeUpService({}, inTwoSizes);
    const fail = async (name: string) => {
      for (let i = 0; i < 20; i++) {
        await service.breakers
          .run(
            name,
            () => Promise.reject(new Error()),
            () => 'failure',
          )
          .catch(() => {});
      }
    };
    const stateOf = async () => (await listModels(service)).models[0]?.breaker;
    await fail('slow-5307mb');
    expect(await stateOf()).toBe('closed');
    await fail('slow');
    expect(await stateOf()).toBe('open');
  });

  it('is warmed up at the sizes that it may need, and named once', async () => {
    const service = madeUpService({}, inTwoSizes);
    const body = JSON.stringify({ slaMs: 2000 });
    const { warming } = await prepare(service, apiEvent({ path: '/v1/prepare', body }));
    expect(warming).toEqual(['slow', 'fast']);
  });
});
