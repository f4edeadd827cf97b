import { InvokeWithResponseStreamCommand } from '@aws-sdk/client-lambda';
import { describe, expect, it } from 'vitest';
import { infer } from '../../../functions/selector/infer.ts';
import type { Service } from '../../../functions/selector/service.ts';
import { inferring, receivedMs, uploadOf } from './inferring.ts';
import {
  apiEvent,
  invoked,
  lambda,
  madeUpService,
  mockLambda,
  sentEvent,
  withUploads,
} from './made-up-service.ts';

mockLambda();

describe('a picture that is the view', () => {
  it('is said to be, with all that the models need to know of it', async () => {
    const view = { width: 8, height: 8, resizeShorterSide: 9 };
    await inferring(madeUpService({ view }), { 'mdi-view': '8x8' });
    expect(sentEvent().view).toEqual(view);
    await inferring(madeUpService({ view }), {});
    expect(sentEvent(1)).not.toHaveProperty('view');
  });

  it.each([
    ['another size', {}, 'mdi-view must be 8x8, not 9x9'],
    [
      'a catalogue without one',
      { view: undefined },
      'mdi-view must be absent: the models of the catalogue "pets" have no view in common',
    ],
  ])('is refused before it is sent on: %s', async (_, parts, message) => {
    const refused = inferring(madeUpService(parts), { 'mdi-view': '9x9' });
    await expect(refused).rejects.toMatchObject({ type: 'bad-header', message });
    expect(invoked()).toEqual([]);
  });
});

describe('the rung that a picture was sent by', () => {
  const rung = { 'mdi-upload-rung': 'view-webp-80', 'mdi-sla-ms': '500' };

  it('takes its loss off the accuracy of the model, in the answer and in the metrics', async () => {
    const service = madeUpService({ catalogue: withUploads({ slow: 5 }) });
    expect((await inferring(service, rung)).model).toMatchObject({ name: 'slow', accuracyPct: 85 });
    expect(service.telemetry.answered.mock.calls[0]?.[0].accuracyPct).toBe(85);
    const { model } = await inferring(service, { 'mdi-sla-ms': '500' });
    expect(model).toMatchObject({ name: 'slow', accuracyPct: 90 });
  });

  it('can change the model', async () => {
    const service = madeUpService({ catalogue: withUploads({ slow: 40, fast: 1 }) });
    const { model, selection } = await inferring(service, rung);
    expect(model).toMatchObject({ name: 'fast', accuracyPct: 59 });
    expect(selection.baseModel).toBe('fast');
  });

  it('counts for the model that answers instead of another, too', async () => {
    lambda
      .on(InvokeWithResponseStreamCommand, { FunctionName: 'fn-slow:live' })
      .rejects(new Error('throttled'));
    const service = madeUpService({ catalogue: withUploads({ slow: 5, fast: 2.5 }) });
    const { model, selection } = await inferring(service, rung);
    expect(model).toMatchObject({ name: 'fast', accuracyPct: 57.5 });
    expect(selection.failed).toEqual(['slow']);
  });

  it.each([
    ['the ladder does not have', withUploads({ slow: 5 }), 'view-avif-60'],
    ['a catalogue without a ladder is sent', undefined, 'view-webp-80'],
  ])('costs nothing that %s', async (_, catalogue, name) => {
    const service = madeUpService({ ...(catalogue && { catalogue }) });
    const { model } = await inferring(service, { ...rung, 'mdi-upload-rung': name });
    expect(model).toMatchObject({ name: 'slow', accuracyPct: 90 });
  });
});

describe('a request’s picture', () => {
  /** 38 bytes of WebP with 50 million pixels: 300 ms of decoding. */
  const large = Buffer.from(
    '524946461e000000574542505650384c110000002f9d5be7060750d52216a2ff8188e87f0000',
    'hex',
  ).toString('base64');
  const send = (service: Service, slaMs: number) => {
    const headers = { 'content-type': 'image/webp', 'mdi-sla-ms': String(slaMs), ...uploadOf(0) };
    return infer(service, apiEvent({ headers, body: large, isBase64Encoded: true }), receivedMs);
  };

  it('costs the time that its header foretells, on top of the model’s', async () => {
    expect((await send(madeUpService(), 430)).model.name).toBe('fast');
    expect((await send(madeUpService(), 460)).model.name).toBe('slow');
  });

  it('costs more where a function has a part of a vCPU', async () => {
    const service = madeUpService();
    const models = service.models.map((model) => ({ ...model, memoryMb: 1769 / 2 }));
    expect((await send({ ...service, models }, 700)).model.name).toBe('fast');
    expect((await send({ ...service, models }, 760)).model.name).toBe('slow');
  });
});
