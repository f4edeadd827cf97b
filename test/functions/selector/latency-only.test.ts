import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { candidatesOf } from '../../../functions/selector/candidates.ts';
import { infer } from '../../../functions/selector/infer.ts';
import { listModels } from '../../../functions/selector/models.ts';
import type { Service } from '../../../functions/selector/service.ts';
import { modelsResponseSchema } from '../../../lib/core/contract/schemas.ts';
import { referenceProfile } from '../../../lib/service/profiles/profile.ts';

const snapshot = new Map(
  ['real', 'hollow'].map((name) => [name, referenceProfile({ meanMs: 1, stdMs: 0 })]),
);

function serviceOf(...names: string[]): Service {
  const models = names.map((name) => ({
    name,
    version: '1',
    accuracyPct: 50,
    accuracySource: 'made up',
    licence: 'Apache-2.0',
    memoryMb: 1769,
    latencyOnly: name === 'hollow',
  }));
  return {
    catalogue: { name: 'pets', labels: ['cat', 'dog'] },
    models,
    strategy: 'three-stage',
    defaultSlaMs: 250,
    feedbackWeight: 200,
    profiles: { profiles: async () => snapshot, reload: async () => snapshot },
    open: new Set(),
  } as unknown as Service;
}

describe('a model for latency only', () => {
  it('is no candidate', () => {
    const candidates = candidatesOf(serviceOf('hollow', 'real'), snapshot);
    expect(candidates.map(({ name }) => name)).toEqual(['real']);
  });

  it('is listed and marked', async () => {
    const { models } = modelsResponseSchema.parse(await listModels(serviceOf('real', 'hollow')));
    expect(models.map(({ name, latencyOnly }) => ({ name, latencyOnly }))).toEqual([
      { name: 'real', latencyOnly: undefined },
      { name: 'hollow', latencyOnly: true },
    ]);
  });

  it('lets every request be refused when there are no others', async () => {
    const event = { headers: {}, requestContext: { requestId: 'r' } };
    const answer = infer(serviceOf('hollow'), event as unknown as APIGatewayProxyEventV2, 0);
    await expect(answer).rejects.toMatchObject({
      type: 'latency-only',
      message: expect.stringMatching(/catalogue "pets" are for latency only/),
      headers: {},
    });
  });
});
