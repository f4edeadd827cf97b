import { InvokeCommand, InvokeWithResponseStreamCommand } from '@aws-sdk/client-lambda';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { describe, expect, it, vi } from 'vitest';
import { apiHandler } from '../../../functions/selector/api-handler.ts';
import type { Service } from '../../../functions/selector/service.ts';
import { type DescribedApi, openApiDocument } from '../../../lib/core/contract/openapi/document.ts';
import { routes } from '../../../lib/core/contract/routes.ts';
import { warmUpEvent } from '../../../lib/core/contract/warm-up.ts';
import { signRequestId } from '../../../lib/service/feedback/request-id.ts';
import { OwnStart } from '../../../lib/service/own-start.ts';
import { okStream } from '../../fixtures/response-stream.ts';
import {
  apiEvent,
  invoked,
  lambda,
  madeUpService,
  mockLambda,
  profileKeyOf,
  secretOf,
} from './made-up-service.ts';

mockLambda();

async function call(service: Service, event: unknown = apiEvent()) {
  const handler = apiHandler(service);
  const { body = '', ...result } = await handler(event as APIGatewayProxyEventV2, {} as Context);
  return { ...result, body: body === '' ? undefined : JSON.parse(body) };
}
const get = (path: string, method = 'GET') =>
  call(madeUpService(), apiEvent({ path, method, headers: {} }));

describe('the routes', () => {
  it('infer', async () => {
    const event = apiEvent({ headers: { 'mdi-sla-ms': '5000' } });
    const { statusCode, headers, body } = await call(madeUpService(), event);
    expect(statusCode).toBe(200);
    expect(body.model.name).toBe('slow');
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'cache-control': 'no-store',
    });
    const { selectMs, serviceMs, serverMs } = body.timing;
    expect(headers?.['server-timing']).toBe(
      `select;dur=${selectMs}, service;dur=${serviceMs}, total;dur=${serverMs}`,
    );
  });

  it('prepare', async () => {
    lambda.on(InvokeCommand).resolves({ StatusCode: 202 });
    const event = apiEvent({ path: '/v1/prepare', body: '{"slaMs": 250}' });
    expect(await call(madeUpService(), event)).toMatchObject({
      statusCode: 202,
      body: { slaMs: 250, warming: ['slow', 'fast'], warm: [] },
    });
  });

  it('feedback', async () => {
    const secret = Buffer.from('secret');
    const service = madeUpService({ secret: secretOf(secret) });
    const requestId = signRequestId('r-0', profileKeyOf('slow'), Date.now(), secret);
    const body = JSON.stringify({ requestId, model: 'slow', correct: true });
    expect(await call(service, apiEvent({ path: '/v1/feedback', body }))).toMatchObject({
      statusCode: 202,
      body: { counted: true },
    });
  });

  it('time', async () => {
    const { statusCode, body } = await get('/v1/time');
    expect(statusCode).toBe(200);
    expect(body.epochMs).toBeGreaterThanOrEqual(body.receivedEpochMs);
    expect(Math.abs(body.receivedEpochMs - Date.now())).toBeLessThan(60_000);
  });

  it('models', async () => {
    const { body } = await get('/v1/models');
    expect(body.models.map(({ name }: { name: string }) => name)).toEqual(['slow', 'fast']);
  });

  it('health', async () => {
    expect(await get('/v1/health')).toMatchObject({
      statusCode: 200,
      body: { status: 'ok', catalogue: 'pets', models: 2 },
    });
  });

  it('the API’s description', async () => {
    const api = { url: 'https://a1b2c3.execute-api.eu-west-1.amazonaws.com', callers: 'anybody' };
    expect((await get('/openapi.json')).body).toEqual(
      JSON.parse(JSON.stringify(openApiDocument(api as DescribedApi))),
    );
  });

  it.each(routes.filter(({ method }) => method === 'GET'))(
    'HEAD $path',
    async ({ path: route }) => {
      const path = route.replace('{catalogue}', 'pets').replace('{model}', 'fast');
      const [head, { statusCode, headers }] = [await get(path, 'HEAD'), await get(path)];
      expect(head).toMatchObject({ statusCode, headers });
      // Nothing has been measured.
      expect(statusCode).toBe(route.endsWith('ready') ? 503 : 200);
    },
  );
});

describe('the selector’s own start', () => {
  const timeEpoch = Date.UTC(2026, 10, 24, 8, 27);
  const sentThen = (path?: string) => {
    const event = apiEvent({ path });
    return { ...event, requestContext: { ...event.requestContext, timeEpoch } };
  };
  /** A selector whose process began 40 ms after the request had reached the gateway, and took 600 ms. */
  const started = () =>
    apiHandler(
      madeUpService({ ownStart: new OwnStart(0, { timeOrigin: timeEpoch + 40, now: () => 600 }) }),
    );
  const startMsOf = async (handler: ReturnType<typeof apiHandler>) => {
    const { body } = await handler(sentThen(), {} as Context);
    return JSON.parse(body ?? '').timing.startMs;
  };

  it('is that of the first request alone', async () => {
    const handler = started();
    expect([await startMsOf(handler), await startMsOf(handler)]).toEqual([600, undefined]);
  });

  it.each([
    ['a warm-up', warmUpEvent],
    ['another route', sentThen('/v1/health')],
  ])('was over before a request that comes after %s', async (_, earlier) => {
    const handler = started();
    await handler(earlier as APIGatewayProxyEventV2, {} as Context);
    expect(await startMsOf(handler)).toBeUndefined();
  });
});

describe('a warm-up', () => {
  it('is answered without asking anybody', async () => {
    const service = madeUpService();
    expect(await call(service, warmUpEvent)).toMatchObject({ statusCode: 204, body: undefined });
    expect(invoked()).toEqual([]);
    expect(service.telemetry.logger.error).not.toHaveBeenCalled();
  });
});

describe('an error', () => {
  it('of the request is a problem document that says what is wrong', async () => {
    const service = madeUpService();
    const event = apiEvent({ headers: { 'mdi-sla-ms': 'soon' } });
    const { statusCode, headers, body } = await call(service, event);
    expect(statusCode).toBe(400);
    expect(headers).toMatchObject({
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
    });
    expect(body).toMatchObject({
      type: '/problems/bad-header',
      status: 400,
      detail: expect.stringContaining('mdi-sla-ms'),
      requestId: 'r-1',
    });
    expect(service.telemetry.logger.error).not.toHaveBeenCalled();
  });

  it('that nobody expected is logged and tells the caller nothing', async () => {
    const service = madeUpService();
    const error = new Error('arn:aws:dynamodb:eu-west-1:111122223333:table/secret');
    service.profiles.profiles.mockRejectedValue(error);
    const result = await call(service);
    expect(result).toMatchObject({
      statusCode: 500,
      body: {
        type: '/problems/internal',
        detail: 'something unexpected happened; it has been logged',
      },
    });
    expect(JSON.stringify(result)).not.toContain('secret');
    expect(service.telemetry.logger.error.mock.calls).toEqual([
      ['unexpected error', { requestId: 'r-1', error }],
    ]);
  });

  it.each([
    ['no model can answer', 503],
    ['something breaks', 500],
  ])('counts as a missed SLA when %s', async (_, status) => {
    const versionMetrics = { count: vi.fn() };
    const service = madeUpService({ versionMetrics });
    if (status === 500) service.profiles.profiles.mockRejectedValue(new Error('broken'));
    lambda.on(InvokeWithResponseStreamCommand).rejects(new Error('throttled'));
    expect(await call(service)).toMatchObject({ statusCode: status });
    expect(service.telemetry.failed.mock.calls).toEqual([
      [{ strategy: 'three-stage', deadlineExceeded: false }],
    ]);
    expect(versionMetrics.count.mock.calls).toEqual([[{ inTime: false }]]);
    expect(service.telemetry.answered).not.toHaveBeenCalled();
  });

  it('counts nowhere when the request is at fault', async () => {
    const service = madeUpService();
    const refused = {
      status: 'undecodable-image',
      detail: 'not a JPEG',
      coldStart: false,
    } as const;
    lambda.on(InvokeWithResponseStreamCommand).callsFake(() => okStream(refused));
    for (const [headers, status] of [
      [{}, 422],
      [{ 'mdi-sla-ms': 'soon' }, 400],
      [{ 'content-type': 'text/plain' }, 415],
    ] as const) {
      expect(await call(service, apiEvent({ headers }))).toMatchObject({ statusCode: status });
    }
    expect(service.telemetry.failed).not.toHaveBeenCalled();
    expect(service.telemetry.answered).not.toHaveBeenCalled();
  });

  it('is an unknown path', async () => {
    expect(await get('/v2/infer')).toMatchObject({
      statusCode: 404,
      body: { type: '/problems/not-found', detail: 'there is no /v2/infer' },
    });
  });

  it.each(['/v1/infer/', '/v1/feedback/'])(
    'is %s, which the gateway throttles as any path and not as that route',
    async (path) => {
      expect(await get(path, 'POST')).toMatchObject({
        statusCode: 404,
        body: { type: '/problems/not-found', detail: `there is no ${path}` },
      });
      expect(invoked()).toEqual([]);
    },
  );

  it('is a method that a path does not have', async () => {
    expect(await get('/v1/infer', 'DELETE')).toMatchObject({
      statusCode: 405,
      headers: { allow: 'POST' },
      body: {
        type: '/problems/method-not-allowed',
        detail: '/v1/infer takes POST, not DELETE',
      },
    });
    expect((await get('/v1/time', 'POST')).headers).toMatchObject({ allow: 'GET, HEAD' });
  });

  it.each(['/v1/infer', '/v1/feedback', '/v1/prepare'])(
    'is an encoded body of %s',
    async (path) => {
      const event = apiEvent({ path, headers: { 'content-encoding': 'gzip' }, body: '{}' });
      expect(await call(madeUpService(), event)).toMatchObject({
        statusCode: 415,
        headers: { 'accept-encoding': 'identity' },
        body: { detail: 'content-encoding gzip is not taken; send the body as it is' },
      });
    },
  );
});
