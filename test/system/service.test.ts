import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { InferResponse } from '../../lib/core/contract/messages.ts';
import {
  inferResponseSchema,
  modelsResponseSchema,
  timeResponseSchema,
} from '../../lib/core/contract/schemas.ts';
import { warmUpEvent } from '../../lib/core/contract/warm-up.ts';
import { inputBytes } from '../../lib/core/preprocessing/preprocessing.ts';
import { fastest, mostAccurate, undominated } from '../../lib/core/selection/ranking.ts';
import { allowedBy } from '../../lib/local/template/iam.ts';
import { readStack } from '../../lib/local/template/stack.ts';
import { catalogue, chosenFor, RunningService, sample } from './running-service.ts';

let service: RunningService;
beforeAll(async () => {
  // Two processors and 24 requests at once, for models that start: late is better than never.
  service = await RunningService.start({ environment: { MDI_LATE_WAIT_MS: '28000' } });
}, 120_000);
afterAll(() => service.stop());

async function profiles() {
  const response = await service.fetch('/v1/models');
  const { models } = modelsResponseSchema.parse(await response.json());
  return models.map(({ name, accuracyPct, profile }) => ({ name, accuracyPct, ...profile }));
}

/** The samples after these answers: one more of each model that was asked. */
function withAsked(before: ReadonlyMap<string, number>, answers: readonly InferResponse[]) {
  const samples = new Map(before);
  for (const { model, selection } of answers) {
    for (const name of selection.asked ?? [model.name]) {
      samples.set(name, (samples.get(name) ?? 0) + 1);
    }
  }
  return samples;
}

/** The samples once nothing changes them any more: abandoned calls of earlier requests are counted late. */
async function settledSamples(): Promise<Map<string, number>> {
  for (let last = await service.samples(); ; ) {
    await delay(1_500);
    const now = await service.samples();
    if (isDeepStrictEqual(last, now)) return now;
    last = now;
  }
}

describe('a good request', () => {
  it('is answered with labels, every term of the budget and the eligible models', async () => {
    const { model, predictions, timing, selection } = await service.infer({ slaMs: 20_000 });
    expect(predictions).toHaveLength(5);
    expect(predictions[0]?.label).toBe(sample.label);
    expect(model).toEqual({
      name: mostAccurate(await profiles()).name,
      version: expect.any(String),
      accuracyPct: expect.any(Number),
    });
    expect(timing.source).toBe('client');
    expect(timing.networkMs).toBeCloseTo(2 * timing.inputMs, 2);
    // The selector may have started for this request.
    const { slaMs, networkMs, startMs = 0, budgetMs } = timing;
    expect(budgetMs).toBeCloseTo(slaMs - networkMs - startMs, 2);
    expect(timing.serviceMs).toBeGreaterThan(0);
    expect(timing.serverMs).toBeGreaterThanOrEqual(timing.serviceMs);
    expect(selection.strategy).toBe('three-stage');
    const total = selection.eligible.reduce((sum, { probability }) => sum + probability, 0);
    expect(total).toBeCloseTo(1, 9);
  });

  it('gets the fastest model when the budget is spent, by a small SLA or by a slow upload', async () => {
    const fast = fastest(undominated(await profiles())).name;
    expect(chosenFor(await service.infer({ slaMs: 0.001 }))).toBe(fast);
    const late = await service.infer({ slaMs: 250, inputMs: 5_000 });
    expect(chosenFor(late)).toBe(fast);
    expect(late.timing.budgetMs).toBeLessThan(0);
  });

  it('adds exactly one sample to the model that answered', async () => {
    let before = await settledSamples();
    for (const slaMs of [0.001, 20_000, 0.001]) {
      const expected = withAsked(before, [await service.infer({ slaMs })]);
      // The update follows the answer; another environment may read the table before it is there.
      await expect.poll(() => service.samples()).toEqual(expected);
      before = expected;
    }
  });

  it('is answered while others are, and every one is counted', async () => {
    const before = await settledSamples();
    const answers = await Promise.all(
      Array.from({ length: 24 }, (_, i) => service.infer({ slaMs: i % 2 ? 20_000 : 0.001 })),
    );
    await expect.poll(() => service.samples()).toEqual(withAsked(before, answers));
  });

  it('may be the raw tensor', async () => {
    const tensor = new Uint8Array(inputBytes(catalogue.input)).fill(128);
    const response = await service.post(tensor, { 'content-type': 'application/octet-stream' });
    expect(response.status).toBe(200);
  });

  it('carries a Server-Timing header', async () => {
    const response = await service.post(new Uint8Array(sample.bytes));
    expect(response.headers.get('server-timing')).toMatch(/^select;dur=.+, service;dur=.+, total/);
  });

  it('without a timestamp is given the default network time, and says so', async () => {
    const response = await service.post(new Uint8Array(sample.bytes), { 'mdi-sla-ms': '250' });
    expect(inferResponseSchema.parse(await response.json()).timing).toMatchObject({
      source: 'default',
      networkMs: 100,
      budgetMs: 150,
    });
  });
});

describe('the other routes', () => {
  it('tell the time', async () => {
    const beforeMs = Date.now();
    const answer = timeResponseSchema.parse(await (await service.fetch('/v1/time')).json());
    expect(answer.receivedEpochMs).toBeGreaterThanOrEqual(beforeMs - 2);
    expect(answer.epochMs).toBeGreaterThanOrEqual(answer.receivedEpochMs);
    expect(answer.epochMs).toBeLessThanOrEqual(Date.now() + 2);
  });

  it('tell health, and the API’s description', async () => {
    const health = await (await service.fetch('/v1/health')).json();
    expect(health).toEqual({ status: 'ok', catalogue: 'shapes', models: catalogue.models.length });
    const openApi: unknown = await (await service.fetch('/openapi.json')).json();
    expect(openApi).toHaveProperty('openapi', '3.1.0');
  });

  it('list every model with the profile measured before the service was ready', async () => {
    const models = await profiles();
    expect(models.map(({ name }) => name)).toEqual(catalogue.models.map(({ name }) => name));
    for (const { samples, meanMs, p50Ms, p95Ms, p99Ms } of models) {
      expect(samples).toBeGreaterThan(0);
      expect(meanMs).toBeGreaterThan(0);
      expect(p95Ms).toBeGreaterThanOrEqual(p50Ms);
      expect(p99Ms).toBeGreaterThanOrEqual(p95Ms);
    }
  });
});

describe('a warm-up', () => {
  it('of any function is no request: nothing is answered or counted', async () => {
    const lambda = new LambdaClient({
      endpoint: service.assembly.invokeUrl,
      region: 'us-east-1',
      credentials: service.assembly.credentials,
    });
    const before = await service.samples();
    const served = service.assembly.functions.filter(({ logicalId }) =>
      /Model|Selector/.test(logicalId),
    );
    expect(served.length).toBe(catalogue.models.length + 1);
    for (const { name } of served) {
      const { FunctionError } = await lambda.send(
        new InvokeCommand({
          FunctionName: `${name}:live`,
          Payload: JSON.stringify(warmUpEvent),
        }),
      );
      expect(FunctionError, name).toBeUndefined();
    }
    lambda.destroy();
    expect(await service.samples()).toEqual(before);
  });
});

describe('what the functions were seen to do', () => {
  it('is all allowed by their roles in the template', async () => {
    const { calls } = service.assembly;
    const stack = readStack(service.assemblyDir);
    const made = calls.filter(({ functionLogicalId }) => functionLogicalId !== undefined);
    for (const { functionLogicalId = '', action, resourceArn, context } of made) {
      const call = `${functionLogicalId} ${action} ${resourceArn} ${JSON.stringify(context)}`;
      expect(allowedBy(stack, functionLogicalId, action, resourceArn, context), call).toBe(true);
    }
    expect(new Set(made.map(({ action }) => action))).toEqual(
      new Set([
        'lambda:InvokeFunction',
        'dynamodb:GetItem',
        'dynamodb:PutItem',
        'dynamodb:Query',
        'dynamodb:UpdateItem',
      ]),
    );
  });

  it('of a model’s function is about its own profile, and no other item would be allowed', () => {
    const stack = readStack(service.assemblyDir);
    const updates = service.assembly.calls.filter(
      ({ action, functionLogicalId = '' }) =>
        action === 'dynamodb:UpdateItem' && functionLogicalId.includes('Model'),
    );
    expect(updates.length).toBeGreaterThan(1);
    const keys = updates.map(({ context }) => context['dynamodb:LeadingKeys']);
    for (const { functionLogicalId = '', action, resourceArn, context } of updates) {
      const own = context['dynamodb:LeadingKeys'];
      for (const other of [...keys.filter((key) => String(key) !== String(own)), ['x/feedback']]) {
        const changed = { 'dynamodb:LeadingKeys': other ?? [] };
        expect(allowedBy(stack, functionLogicalId, action, resourceArn, changed)).toBe(false);
      }
    }
  });
});
