import { InvokeWithResponseStreamCommand } from '@aws-sdk/client-lambda';
import { describe, expect, it, vi } from 'vitest';
import { infer } from '../../../functions/selector/infer.ts';
import type { Service } from '../../../functions/selector/service.ts';
import type { InferenceAnswer } from '../../../lib/core/contract/inference-event.ts';
import { okStream } from '../../fixtures/response-stream.ts';
import { inferring, receivedMs, uploadOf } from './inferring.ts';
import { apiEvent, lambda, madeUpService, mockLambda, sentEvent } from './made-up-service.ts';

mockLambda();

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
