import { InvokeWithResponseStreamCommand } from '@aws-sdk/client-lambda';
import { describe, expect, it, vi } from 'vitest';
import { infer } from '../../../functions/selector/infer.ts';
import type { Service } from '../../../functions/selector/service.ts';
import type { InferenceAnswer } from '../../../lib/core/contract/inference-event.ts';
import { isSignedRequestId } from '../../../lib/service/feedback/request-id.ts';
import { flatPng } from '../../fixtures/costly-images.ts';
import { okAnswer, okStream } from '../../fixtures/response-stream.ts';
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
  withUploads,
} from './made-up-service.ts';

mockLambda();

const receivedMs = Date.UTC(2026, 10, 24, 8, 27);
/** The header of an upload that has taken so long. */
const uploadOf = (ms: number) => ({ 'mdi-upload-start': String(receivedMs - ms) });
const inferring = (service: Service, headers: Record<string, string>) =>
  infer(service, apiEvent({ headers }), receivedMs);

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

describe('the strategy expected-accuracy is told', () => {
  const chosen = async (
    parts: Parameters<typeof madeUpService>[0],
    headers: Record<string, string>,
  ) => {
    const service = madeUpService({ strategy: 'expected-accuracy', ...parts });
    const request = { 'mdi-sla-ms': '250', ...uploadOf(50), ...headers };
    return (await inferring(service, request)).model.name;
  };

  // 300 ms less 50 ms there and 50 ms back: the slow model's 140 ms fit, with 60 ms to spare.
  it('how wrong clocks may be', async () => {
    const sla = { 'mdi-sla-ms': '300' };
    expect(await chosen({ clockErrorMs: 5 }, sla)).toBe('slow');
    expect(await chosen({ clockErrorMs: 65 }, sla)).toBe('fast');
  });

  it('how long the client’s last answer took back', async () => {
    expect(await chosen({}, { 'mdi-output-ms': '10' })).toBe('slow');
    expect(await chosen({}, { 'mdi-output-ms': '150' })).toBe('fast');
  });

  it('how long other clients’ answers took back', async () => {
    const service = madeUpService({ strategy: 'expected-accuracy' });
    await inferring(service, { 'mdi-output-ms': '150' });
    expect(service.outputTimes.distribution()).toHaveLength(1);
    expect(await chosen({ outputTimes: service.outputTimes }, {})).toBe('fast');
  });

  it('how T_output follows T_input', async () => {
    const service = madeUpService({ strategy: 'expected-accuracy' });
    const report = { 'mdi-output-ms': '50', 'mdi-output-input-ms': '100' };
    for (let i = 0; i < 20; i++) await inferring(service, { ...report, ...uploadOf(100) });
    const expected = service.outputTimes.distribution({ inputMs: 30 }) ?? [];
    const near = expected.filter(({ ms }) => Math.abs(ms - 15) < 1e-9);
    expect(near.reduce((sum, { weight }) => sum + weight, 0)).toBeGreaterThan(0.4);
  });

  it('nothing by a T_input that is a guess', async () => {
    const service = madeUpService({ strategy: 'expected-accuracy' });
    await inferring(service, { 'mdi-output-ms': '150', 'mdi-output-input-ms': '1' });
    const asked = vi.spyOn(service.outputTimes, 'distribution');
    await inferring(service, {});
    await inferring(service, uploadOf(70));
    expect(asked.mock.calls).toEqual([
      [{ inputMs: undefined, ownMs: undefined }],
      [{ inputMs: 70, ownMs: undefined }],
    ]);
  });

  it('which client it was whose report comes with a later request', async () => {
    const service = madeUpService({ strategy: 'expected-accuracy' });
    // Two clients, 10 and 160 ms from the service on the way back whatever the upload takes.
    for (let i = 0; i < 150; i++) {
      for (const outputMs of [10, 160]) {
        const known = i > 0 && {
          'mdi-output-ms': String(outputMs),
          'mdi-output-input-ms': String(40 + (((i - 1) * 7) % 31) + outputMs / 1_000),
        };
        const startMs = receivedMs - 40 - ((i * 7) % 31) - outputMs / 1_000;
        await inferring(service, { 'mdi-upload-start': startMs.toFixed(3), ...known });
      }
    }
    const shares = [10, 160].map((ownMs) =>
      (service.outputTimes.distribution({ inputMs: 50, ownMs }) ?? [])
        .filter(({ ms }) => Math.abs(ms / ownMs - 1) < 0.1)
        .reduce((sum, { weight }) => sum + weight, 0),
    );
    expect(Math.min(...shares)).toBeGreaterThan(0.85);
  });

  it('how accurate the client’s own model is', async () => {
    const gamble = [
      { name: 'slow', accuracyPct: 90, meanMs: 150, stdMs: 20 },
      { name: 'fast', accuracyPct: 60, meanMs: 1, stdMs: 0 },
    ];
    const service = madeUpService({ strategy: 'expected-accuracy' }, gamble);
    const request = { 'mdi-sla-ms': '250', ...uploadOf(50) };
    expect((await inferring(service, request)).model.name).toBe('fast');
    const backed = { ...request, 'mdi-device-accuracy': '55' };
    expect((await inferring(service, backed)).model.name).toBe('slow');
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

describe('telemetry', () => {
  it('counts the answer', async () => {
    lambda
      .on(InvokeWithResponseStreamCommand)
      .callsFake(() => okStream({ ...okAnswer, coldStart: true }));
    const service = madeUpService();
    const { timing } = await inferring(service, { 'mdi-sla-ms': '300', ...uploadOf(50) });
    const { budgetMs, serviceMs, serverMs } = timing;
    expect(service.telemetry.answered.mock.calls).toEqual([
      [
        {
          strategy: 'three-stage',
          model: 'slow',
          accuracyPct: 90,
          ...{ budgetMs, serviceMs, serverMs },
          coldStart: true,
          hedged: false,
          fellBack: false,
          deadlineExceeded: expect.any(Boolean),
          inTime: expect.any(Boolean),
        },
      ],
    ]);
  });

  it('counts by version while versions take over step by step', async () => {
    lambda
      .on(InvokeWithResponseStreamCommand)
      .callsFake(() => ({ ...okStream(), ExecutedVersion: '7' }));
    const versionMetrics = { count: vi.fn() };
    const service = madeUpService({ versionMetrics });
    await inferring(service, { 'mdi-sla-ms': '20000', ...uploadOf(10_000) });
    expect(versionMetrics.count.mock.calls).toEqual([
      [{ inTime: false, answeredBy: { model: 'fast', version: '7' } }],
    ]);
  });

  it('is told whether the answer will be with the client in time, the network included', async () => {
    const service = madeUpService();
    await inferring(service, { 'mdi-sla-ms': '20000', ...uploadOf(5_000) });
    await inferring(service, { 'mdi-sla-ms': '20000', ...uploadOf(10_000) });
    expect(service.telemetry.answered.mock.calls.map(([{ inTime }]) => inTime)).toEqual([
      true,
      false,
    ]);
  });
});

describe('the line that is logged of a request', () => {
  const requested = (service: ReturnType<typeof madeUpService>) =>
    service.telemetry.requested.mock.calls.map(([line]) => line);

  it('has what the traffic was: SLA, T_input, what the client reports, who answered and how fast', async () => {
    const service = madeUpService();
    const reported = { 'mdi-output-ms': '12.5', 'mdi-output-input-ms': '40.001' };
    const headers = { 'mdi-sla-ms': '20000', 'mdi-device-accuracy': '56.9', ...reported };
    const { timing } = await inferring(service, { ...headers, ...uploadOf(50) });
    expect(requested(service)).toEqual([
      {
        ...{ epochMs: receivedMs, slaMs: 20_000, inputMs: 50, source: 'client' },
        ...{ outputMs: 12.5, outputInputMs: 40.001, deviceAccuracyPct: 56.9 },
        ...{ strategy: 'three-stage', model: 'slow', accuracyPct: 90 },
        ...{ serviceMs: timing.serviceMs, serverMs: timing.serverMs },
        ...{ coldStart: false, hedged: false, inTime: true },
      },
    ]);
  });

  it('has nothing of the picture or of the caller', async () => {
    const service = madeUpService();
    await inferring(service, { 'x-forwarded-for': '198.51.100.7', ...uploadOf(50) });
    const text = JSON.stringify(requested(service));
    for (const secret of ['192.0.2.1', '198.51.100.7', 'r-1', smallPicture.slice(0, 40)]) {
      expect(text).not.toContain(secret);
    }
  });

  it('is there also when no model could answer', async () => {
    lambda.on(InvokeWithResponseStreamCommand).rejects(new Error('throttled'));
    const service = madeUpService();
    await expect(inferring(service, uploadOf(50))).rejects.toMatchObject({
      type: 'no-model-available',
    });
    const [line, ...others] = requested(service);
    expect(line).toMatchObject({ slaMs: 250, inputMs: 50, inTime: false });
    expect(line).not.toHaveProperty('model');
    expect(others).toEqual([]);
  });

  it('is not there when the request is at fault', async () => {
    const refused = { status: 'undecodable-image', detail: 'none', coldStart: false } as const;
    lambda.on(InvokeWithResponseStreamCommand).callsFake(() => okStream(refused));
    const service = madeUpService();
    await expect(inferring(service, {})).rejects.toMatchObject({ type: 'undecodable-image' });
    expect(requested(service)).toEqual([]);
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

describe('a caller', () => {
  const named = (userArn: string) => {
    const event = apiEvent({ headers: { 'mdi-output-ms': '10' } });
    const requestContext = { ...event.requestContext, authorizer: { iam: { userArn } } };
    return { ...event, requestContext } as typeof event;
  };
  const takes = (result: boolean) => vi.fn<Service['callShares']['take']>(() => result);

  it('is the principal that the gateway knows, else the address', async () => {
    const callShares = { take: takes(true) };
    const service = madeUpService({ callShares });
    await infer(service, named('arn:aws:iam::1:user/ada'), receivedMs);
    await infer(service, apiEvent(), receivedMs);
    expect(callShares.take.mock.calls).toEqual([
      ['arn:aws:iam::1:user/ada', 'slow'],
      ['192.0.2.1', 'slow'],
    ]);
  });

  it.each([true, false])('of whom the next call counts: %s', async (record) => {
    await inferring(madeUpService({ callShares: { take: takes(record) } }), {});
    expect(sentEvent()).toMatchObject({ record });
  });

  it('of whom the next report does not count changes nothing by it', async () => {
    const service = madeUpService({ reportShares: { take: takes(false) } });
    await inferring(service, { 'mdi-output-ms': '10' });
    expect(service.outputTimes.distribution()).toBeUndefined();
  });
});

describe('a report of T_output', () => {
  it('counts when its request has been answered', async () => {
    const service = madeUpService();
    lambda.on(InvokeWithResponseStreamCommand).callsFake(() => {
      expect(service.outputTimes.distribution()).toBeUndefined();
      return okStream();
    });
    await inferring(service, { 'mdi-output-ms': '10' });
    expect(service.outputTimes.distribution()).toEqual([{ ms: 10, weight: 1 }]);
  });

  it('does not count with a request that fails', async () => {
    const service = madeUpService();
    const fault: InferenceAnswer = { status: 'undecodable-image', detail: 'no', coldStart: false };
    lambda.on(InvokeWithResponseStreamCommand).callsFake(() => okStream(fault));
    await expect(inferring(service, { 'mdi-output-ms': '10' })).rejects.toThrow('no');
    expect(service.outputTimes.distribution()).toBeUndefined();
  });

  it.each([
    [400, '1e6', 400],
    [5_000, '1e6', 1_000],
    [5_000, '30', 30],
  ])('with an SLA of %i ms and %s ms counts as %i ms', async (slaMs, outputMs, believedMs) => {
    const service = madeUpService();
    await inferring(service, { 'mdi-sla-ms': String(slaMs), 'mdi-output-ms': outputMs });
    expect(service.outputTimes.distribution()?.[0]?.ms).toBeCloseTo(believedMs, 6);
  });
});
