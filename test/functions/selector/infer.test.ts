import { InvokeWithResponseStreamCommand } from '@aws-sdk/client-lambda';
import { describe, expect, it, vi } from 'vitest';
import { infer } from '../../../functions/selector/infer.ts';
import type { InferenceAnswer } from '../../../lib/core/contract/inference-event.ts';
import { isSignedRequestId } from '../../../lib/service/feedback/request-id.ts';
import { flatPng } from '../../fixtures/costly-images.ts';
import { okAnswer, okStream } from '../../fixtures/response-stream.ts';
import { inferring, receivedMs, uploadOf } from './inferring.ts';
import {
  apiEvent,
  invoked,
  lambda,
  madeUpService,
  mockLambda,
  profileKeyOf,
  secretOf,
  sentEvent,
  smallPicture,
} from './made-up-service.ts';

mockLambda();

describe('the budget', () => {
  it('is the SLA less twice the upload', async () => {
    const { timing } = await inferring(madeUpService(), { 'mdi-sla-ms': '400', ...uploadOf(70) });
    expect(timing).toMatchObject({
      slaMs: 400,
      inputMs: 70,
      networkMs: 140,
      budgetMs: 260,
      source: 'client',
    });
  });

  it('is of the deployment’s defaults where the request says nothing', async () => {
    const { timing } = await inferring(madeUpService({ defaultSlaMs: 333 }), {});
    expect(timing).toMatchObject({ slaMs: 333, networkMs: 100, budgetMs: 233, source: 'default' });
  });

  it('has the selector’s own start in it once, in the time of the server and not in T_input', async () => {
    const service = madeUpService();
    const request = apiEvent({ headers: { 'mdi-sla-ms': '1000', ...uploadOf(670) } });
    const { timing, model } = await infer(service, request, receivedMs, 600);
    expect(timing).toMatchObject({
      ...{ slaMs: 1000, inputMs: 70, networkMs: 140, budgetMs: 260, startMs: 600 },
    });
    expect(timing.serverMs).toBeGreaterThanOrEqual(600 + timing.serviceMs);
    expect(model.name).toBe('slow');
    expect((await inferring(service, uploadOf(70))).timing).not.toHaveProperty('startMs');
  });

  it.each([
    ['of a client without a model of its own waits for a late answer', {}, 11_900, 60_000],
    ['of one with its own waits no longer than its SLA', { 'mdi-device-accuracy': '40' }, 0, 2_000],
    ['that would rather fail waits for its deadline', { 'mdi-at-deadline': 'fail' }, 0, 2_000],
    [
      'of one with its own waits if it says so',
      { 'mdi-at-deadline': 'wait', 'mdi-device-accuracy': '40' },
      ...([11_900, 60_000] as const),
    ],
  ])('%s', async (_, headers, leastMs, mostMs) => {
    const before = Date.now();
    await inferring(madeUpService(), { 'mdi-sla-ms': '2000', ...headers });
    const waitMs = Number(sentEvent().answerByEpochMs) - before;
    expect(waitMs).toBeGreaterThan(leastMs - 500);
    expect(waitMs).toBeLessThanOrEqual(mostMs);
  });

  it('is worked out from the same T_input, to the microsecond, as T_output is foretold by', async () => {
    const service = madeUpService({ strategy: 'expected-accuracy' });
    const asked = vi.spyOn(service.outputTimes, 'distribution');
    const request = apiEvent({ headers: { 'mdi-upload-start': (receivedMs - 670.25).toFixed(3) } });
    const { timing } = await infer(service, request, receivedMs, 600.125);
    expect(timing.inputMs).toBe(Math.round(1000 * (asked.mock.calls[0]?.[0]?.inputMs ?? 0)) / 1000);
    expect(timing.inputMs).toBeCloseTo(70.125, 6);
  });

  it('decides which model runs', async () => {
    const service = madeUpService();
    const generous = await inferring(service, { 'mdi-sla-ms': '300', ...uploadOf(50) });
    const tight = await inferring(service, { 'mdi-sla-ms': '200', ...uploadOf(50) });
    expect([generous.model.name, tight.model.name]).toEqual(['slow', 'fast']);
    expect(invoked()).toEqual(['fn-slow:live', 'fn-fast:live']);
  });
});

describe('the answer', () => {
  it('is the model’s, with what led to it', async () => {
    const response = await inferring(madeUpService(), { 'mdi-sla-ms': '300', ...uploadOf(50) });
    expect(response).toMatchObject({
      requestId: 'r-1',
      model: { name: 'slow', version: '1', accuracyPct: 90 },
      predictions: okAnswer.status === 'ok' && okAnswer.predictions,
      timing: { coldStart: false },
      selection: {
        strategy: 'three-stage',
        baseModel: 'slow',
        eligible: [{ model: 'slow', probability: 1 }],
      },
    });
    expect(response.selection).not.toHaveProperty('failed');
    const { selectMs, serviceMs, serverMs } = response.timing;
    expect(serverMs).toBeGreaterThanOrEqual(selectMs + serviceMs - 0.01);
  });

  it('is drawn among the eligible models', async () => {
    const drawn = new Set<string>();
    for (const random of [() => 0, () => 0.999]) {
      const { model, selection } = await inferring(
        madeUpService({ random, strategy: 'pure-random' }),
        {},
      );
      expect(selection.eligible).toHaveLength(2);
      drawn.add(model.name);
    }
    expect(drawn).toEqual(new Set(['slow', 'fast']));
  });

  it('names the model that could not answer', async () => {
    lambda
      .on(InvokeWithResponseStreamCommand, { FunctionName: 'fn-slow:live' })
      .rejects(new Error('throttled'));
    const service = madeUpService();
    const { model, selection } = await inferring(service, { 'mdi-sla-ms': '500' });
    expect(model.name).toBe('fast');
    expect(selection.failed).toEqual(['slow']);
    expect(service.telemetry.answered.mock.calls[0]?.[0].fellBack).toBe(true);
  });

  it.each([
    ['no prediction', []],
    ['a label that the catalogue has not', [{ index: -5, label: 'cat', score: 0.9 }]],
    ['a score of no probability', [{ index: 0, label: 'cat', score: 7e99 }]],
  ])('is another model’s where the chosen one answers with %s', async (_, predictions) => {
    lambda
      .on(InvokeWithResponseStreamCommand, { FunctionName: 'fn-slow:live' })
      .callsFake(() => okStream({ ...okAnswer, predictions } as InferenceAnswer));
    const service = madeUpService();
    const response = await inferring(service, { 'mdi-sla-ms': '500' });
    expect(response.model.name).toBe('fast');
    expect(response.predictions).toEqual([{ index: 1, label: 'dog', score: 0.9 }]);
    expect(service.verdicts).toContainEqual(['slow', 'failure']);
    expect(service.store.record.mock.calls).toEqual([[profileKeyOf('slow'), { kind: 'failure' }]]);
  });

  it('has a signed request id once the secret is known', async () => {
    const secret = Buffer.from('secret');
    const { requestId, model } = await inferring(madeUpService({ secret: secretOf(secret) }), {});
    expect(isSignedRequestId(requestId, profileKeyOf(model.name), receivedMs, secret)).toBe(true);
  });
});

describe('what goes to the model’s function', () => {
  it('is the image in base64, counted into the live profile', async () => {
    await infer(madeUpService(), apiEvent(), receivedMs);
    expect(sentEvent()).toMatchObject({
      requestId: 'r-1',
      contentType: 'image/jpeg',
      body: smallPicture,
      record: true,
    });
  });

  it('is base64 also where the gateway took the body for text', async () => {
    const body = 'a'.repeat(8 * 8 * 3);
    const headers = { 'content-type': 'application/octet-stream' };
    await infer(madeUpService(), apiEvent({ headers, body }), receivedMs);
    expect(sentEvent().body).toBe(Buffer.from(body).toString('base64'));
  });

  it('is a raw tensor of the right length only', async () => {
    const tensor = (bytes: number) =>
      infer(
        madeUpService(),
        apiEvent({
          headers: { 'content-type': 'application/octet-stream' },
          body: Buffer.alloc(bytes).toString('base64'),
          isBase64Encoded: true,
        }),
        receivedMs,
      );
    await tensor(8 * 8 * 3);
    expect(sentEvent().contentType).toBe('application/octet-stream');
    await expect(tensor(191)).rejects.toMatchObject({
      type: 'wrong-tensor-length',
      message:
        'the raw tensor uint8 [1, 8, 8, 3] has 192 bytes, not 191, and the body begins like no JPEG, PNG or WebP',
    });
  });

  it.each([undefined, 'application/octet-stream', 'application/x-www-form-urlencoded'])(
    'is an image by its first bytes where the client has not said what it is: %s',
    async (contentType) => {
      const body = flatPng({ width: 8, height: 8 }).toString('base64');
      const request = apiEvent({ body, isBase64Encoded: true });
      request.headers['content-type'] = contentType;
      await infer(madeUpService(), request, receivedMs);
      expect(sentEvent()).toMatchObject({ contentType: 'image/png', body });
    },
  );

  it('is never encoded', async () => {
    const headers = { 'content-encoding': 'gzip' };
    await expect(inferring(madeUpService(), headers)).rejects.toMatchObject({
      type: 'unsupported-media-type',
      message: expect.stringContaining('gzip'),
    });
    expect(invoked()).toEqual([]);
  });

  it('is never an empty body', async () => {
    for (const body of ['', undefined]) {
      const request = { ...apiEvent(), body } as ReturnType<typeof apiEvent>;
      await expect(infer(madeUpService(), request, receivedMs)).rejects.toMatchObject({
        type: 'empty-body',
      });
    }
    expect(invoked()).toEqual([]);
  });
});
