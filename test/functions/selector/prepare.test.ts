import { InvokeCommand } from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { infer } from '../../../functions/selector/infer.ts';
import { prepare } from '../../../functions/selector/prepare.ts';
import type { Service } from '../../../functions/selector/service.ts';
import { warmUpEvent } from '../../../lib/core/contract/warm-up.ts';
import { HedgeTokens } from '../../../lib/core/selection/hedge-tokens.ts';
import { apiEvent, lambda, madeUpService, mockLambda } from './made-up-service.ts';

mockLambda();
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  lambda.on(InvokeCommand).resolves({ StatusCode: 202 });
});
afterEach(() => {
  vi.useRealTimers();
});

const models = [
  { name: 'huge', accuracyPct: 95, meanMs: 900, stdMs: 0 },
  { name: 'slow', accuracyPct: 90, meanMs: 120, stdMs: 0 },
  { name: 'medium', accuracyPct: 75, meanMs: 40, stdMs: 0 },
  { name: 'fast', accuracyPct: 60, meanMs: 1, stdMs: 0 },
];
const served = (parts: Partial<Service> = {}) => madeUpService(parts, models);
const preparing = (service: Service, body?: unknown) =>
  prepare(service, apiEvent({ path: '/v1/prepare', body: body && JSON.stringify(body) } as object));
const events = () => lambda.commandCalls(InvokeCommand).map(({ args }) => args[0].input);
const warmed = () => events().map(({ FunctionName }) => FunctionName);

describe('prepare', () => {
  it('starts the model that the SLA lets answer, and the one that answers when it cannot', async () => {
    expect(await preparing(served(), { slaMs: 250 })).toEqual({
      slaMs: 250,
      warming: ['slow', 'fast'],
      warm: [],
    });
    expect(warmed()).toEqual(['fn-slow:live', 'fn-fast:live']);
  });

  it('does not wait for it: the event is asynchronous, and is a warm-up', async () => {
    await preparing(served(), { slaMs: 250 });
    for (const { InvocationType, Payload } of events()) {
      expect(InvocationType).toBe('Event');
      expect(JSON.parse(String(Payload))).toEqual(warmUpEvent);
    }
  });

  it.each([
    [{ slaMs: 1100 }, ['huge', 'fast']],
    // Which of them, the network decides.
    [{ slaMs: 950 }, ['huge', 'slow', 'fast']],
    [{ slaMs: 950, inputMs: 10 }, ['huge', 'fast']],
    [{ slaMs: 950, inputMs: 50 }, ['slow', 'fast']],
    [{ slaMs: 150 }, ['slow', 'medium', 'fast']],
    [{ slaMs: 20, inputMs: 30 }, ['fast']],
    [{}, ['slow', 'fast']],
    [undefined, ['slow', 'fast']],
  ])('%j starts %j', async (body, expected) => {
    expect((await preparing(served(), body)).warming).toEqual(expected);
  });

  it('starts the hedge, too', async () => {
    const hedgeTokens = new HedgeTokens({ share: 0.05 });
    expect((await preparing(served({ hedgeTokens }), { slaMs: 250 })).warming).toEqual([
      'slow',
      'medium',
      'fast',
    ]);
  });

  it('starts every model that the strategy draws from', async () => {
    const { warming } = await preparing(served({ strategy: 'pure-random' }), { slaMs: 250 });
    expect(warming).toEqual(['huge', 'slow', 'medium', 'fast']);
  });

  it('starts a model at most once a minute', async () => {
    const service = served();
    await preparing(service, { slaMs: 250 });
    vi.advanceTimersByTime(59_000);
    expect(await preparing(service, { slaMs: 250 })).toEqual({
      slaMs: 250,
      warming: [],
      warm: ['slow', 'fast'],
    });
    expect(await preparing(service, { slaMs: 150 })).toMatchObject({
      warming: ['medium'],
      warm: ['slow', 'fast'],
    });
    vi.advanceTimersByTime(1_000);
    expect((await preparing(service, { slaMs: 250 })).warming).toEqual(['slow', 'fast']);
    expect(warmed()).toHaveLength(5);
  });

  it('says which Lambda did not take, and tries it again the next time', async () => {
    const service = served();
    lambda
      .on(InvokeCommand, { FunctionName: 'fn-slow:live' })
      .rejectsOnce(new Error('Rate Exceeded'))
      .resolves({});
    expect((await preparing(service)).warming).toEqual(['fast']);
    expect(service.telemetry.logger.warn).toHaveBeenCalledOnce();
    expect(await preparing(service)).toMatchObject({ warming: ['slow'], warm: ['fast'] });
  });

  it('leaves models out that fail', async () => {
    const service = served();
    vi.spyOn(service.breakers, 'mayAsk').mockImplementation((name) => name !== 'slow');
    expect((await preparing(service)).warming).toEqual(['medium', 'fast']);
  });

  it.each([
    [{ sla: 250 }, /sla/],
    [{ slaMs: 0 }, /slaMs.*at least 0.001/],
    [{ slaMs: 1e9 }, /slaMs.*at most/],
    [{ slaMs: '250' }, /slaMs/],
    [{ inputMs: -1 }, /inputMs/],
    [[], /the body/],
  ])('refuses %j', async (body, message) => {
    await expect(preparing(served(), body)).rejects.toMatchObject({
      type: 'bad-request',
      message: expect.stringMatching(message),
    });
    expect(warmed()).toEqual([]);
  });

  it('refuses what is no JSON', async () => {
    const event = apiEvent({ path: '/v1/prepare', body: 'slaMs=250' });
    await expect(prepare(served(), event)).rejects.toMatchObject({ type: 'bad-request' });
  });

  it('starts nothing of a catalogue whose answers have no meaning', async () => {
    const meaningless = models.map((model) => ({ ...model, latencyOnly: true }));
    await expect(preparing(madeUpService({}, meaningless))).rejects.toMatchObject({
      type: 'latency-only',
    });
    expect(warmed()).toEqual([]);
  });
});

describe('a request after a warm-up', () => {
  /** Of late no model was called; expected-accuracy takes half of its calls for cold then. */
  const idle = () => {
    const service = served({ strategy: 'expected-accuracy' });
    const { profiles } = service.profiles;
    const of = profiles.getMockImplementation();
    profiles.mockImplementation(async (waitMs) => {
      const snapshot = (await of?.(waitMs)) ?? new Map();
      return new Map(
        [...snapshot].map(([name, profile]) => [
          name,
          { ...profile, freshSamples: name === 'slow' ? 0 : 9, coldShare: 0, coldMeanMs: 800 },
        ]),
      );
    });
    return service;
  };
  const chosen = async (service: Service) => {
    const { selection } = await infer(
      service,
      apiEvent({ headers: { 'mdi-sla-ms': '250', 'mdi-device-accuracy': '50' } }),
      Date.now(),
    );
    return selection.baseModel;
  };

  it('trusts the model that was started, once it has had the time to start', async () => {
    const service = idle();
    expect(await chosen(service)).toBe('medium');
    await preparing(service, { slaMs: 250 });
    vi.advanceTimersByTime(500);
    expect(await chosen(service)).toBe('medium');
    vi.advanceTimersByTime(500);
    expect(await chosen(service)).toBe('slow');
    vi.advanceTimersByTime(10 * 60_000);
    expect(await chosen(service)).toBe('medium');
  });
});
