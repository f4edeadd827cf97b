import { InvokeWithResponseStreamCommand } from '@aws-sdk/client-lambda';
import { describe, expect, it, vi } from 'vitest';
import { okAnswer, okStream } from '../../fixtures/response-stream.ts';
import { inferring, receivedMs, uploadOf } from './inferring.ts';
import { lambda, madeUpService, mockLambda, smallPicture } from './made-up-service.ts';

mockLambda();

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
