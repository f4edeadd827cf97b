import { InvokeWithResponseStreamCommand } from '@aws-sdk/client-lambda';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { answerWith, type ChosenRequest } from '../../../functions/selector/answer.ts';
import { candidatesOf } from '../../../functions/selector/candidates.ts';
import type { AtDeadline } from '../../../lib/core/contract/headers.ts';
import { HedgeTokens } from '../../../lib/core/selection/hedge-tokens.ts';
import { InvocationError } from '../../../lib/service/inference/invoke.ts';
import { okAnswer, okStream, responseStream } from '../../fixtures/response-stream.ts';
import {
  invoked,
  lambda,
  madeUpService,
  mockLambda,
  profileKeyOf,
  sentEvent,
} from './made-up-service.ts';

mockLambda();
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Accuracy in percent and mean service time in ms. */
const ladder = { fast: [50, 1], middle: [70, 40], slow: [90, 100] } as const;
const models = Object.entries(ladder).map(([name, [accuracyPct, meanMs]]) => {
  return { name, accuracyPct, meanMs, stdMs: 0 };
});
type Parts = ReturnType<typeof madeUpService>;
const service = (parts: Parameters<typeof madeUpService>[0] = {}) => madeUpService(parts, models);

/** A bucket that has tokens for all. */
function fullOfTokens(): HedgeTokens {
  const tokens = new HedgeTokens({ share: 1 });
  for (let request = 0; request < 20; request++) tokens.add();
  return tokens;
}

interface Asked {
  readonly chosen?: string;
  readonly slaMs?: number;
  readonly atDeadline?: AtDeadline | 'sla';
  readonly parts?: Parts;
}

/** Asks for an answer, received now, with an upload of 10 ms. */
async function ask({
  chosen = 'slow',
  slaMs = 220,
  atDeadline = 'wait',
  parts = service(),
}: Asked) {
  const candidates = candidatesOf(parts, await parts.profiles.profiles());
  const model = candidates.find(({ name }) => name === chosen);
  if (!model) throw new Error(`no model ${chosen}`);
  const request: ChosenRequest = {
    chosen: model,
    candidates,
    budget: { slaMs, inputMs: 10, networkMs: 20, budgetMs: slaMs - 20 },
    receivedMs: performance.now(),
    atDeadline,
    event: { requestId: 'r', contentType: 'image/jpeg', body: 'AAAA', record: true },
  };
  return answerWith(parts, request);
}

/** Runs a request to its end, and says after how many ms that was. */
async function runToEnd(asked: Asked) {
  const startMs = performance.now();
  const answer = ask(asked).finally(() => {
    tookMs = Math.round(performance.now() - startMs);
  });
  let tookMs = 0;
  answer.catch(() => {});
  await vi.advanceTimersByTimeAsync(60_000);
  const { model, ...rest } = await answer;
  return { ...rest, model: model.name, tookMs };
}

const inMs = <T>(ms: number, value: () => T) =>
  new Promise<T>((resolve, reject) => {
    setTimeout(() => {
      try {
        resolve(value());
      } catch (error) {
        reject(error as Error);
      }
    }, ms);
  });
const never = () => new Promise<never>(() => {});
const throttled = () => {
  throw Object.assign(new Error('no'), { name: 'TooManyRequestsException' });
};
const broken = () => {
  throw new Error('broken');
};
const nan = () =>
  responseStream(['{"status":"non-finite-output","detail":"NaN","coldStart":false}\n']);

/** What each model's function does; all others answer at once. */
function functionsDo(outputs: Partial<Record<keyof typeof ladder, () => unknown>>): void {
  lambda.on(InvokeWithResponseStreamCommand).callsFake(({ FunctionName }) => {
    const name = FunctionName.replace(/^fn-|:live$/g, '') as keyof typeof ladder;
    return (outputs[name] ?? okStream)();
  });
}

const names = () => invoked().map((name) => name?.replace(/^fn-|:live$/g, ''));

describe('a model that answers', () => {
  it('is the only one that is asked, and is told until when somebody waits', async () => {
    functionsDo({ slow: () => inMs(100, okStream) });
    const now = Date.now();
    expect(await runToEnd({})).toMatchObject({
      model: 'slow',
      answer: okAnswer,
      failed: [],
      asked: ['slow'],
      isHedged: false,
      isLate: false,
      tookMs: 100,
    });
    expect(names()).toEqual(['slow']);
    // T_budget of 200 ms less 2 ms for the rest, and then ten seconds for who would rather wait.
    expect(sentEvent().answerByEpochMs).toBeCloseTo(now + 10_198, 0);
  });

  it.each([
    ['an image that cannot be decoded', 'undecodable-image'],
    ['a picture that is not the view', 'not-the-view'],
    ['a tensor of NaN', 'wrong-tensor-values'],
  ])('ends the request with %s', async (_, status) => {
    const line = `{"status":"${status}","detail":"no","coldStart":false}\n`;
    functionsDo({ slow: () => responseStream([line]) });
    const parts = service();
    await expect(runToEnd({ parts })).rejects.toMatchObject({ type: status, message: 'no' });
    expect(names()).toHaveLength(1);
    expect(parts.store.record).not.toHaveBeenCalled();
    expect(parts.verdicts).toEqual([['slow', 'success']]);
  });
});

describe('a model that fails', () => {
  it('is replaced by the most accurate one that still fits, and counted', async () => {
    functionsDo({ slow: broken, middle: () => inMs(40, okStream) });
    const parts = service();
    expect(await runToEnd({ parts })).toMatchObject({ model: 'middle', failed: ['slow'] });
    expect(parts.store.record.mock.calls).toEqual([[profileKeyOf('slow'), { kind: 'failure' }]]);
    expect(parts.telemetry.count.mock.calls).toEqual([['ModelFailed']]);
    expect(parts.telemetry.logger.warn.mock.calls).toEqual([
      ['model could not answer', { requestId: 'r', error: expect.any(InvocationError) }],
    ]);
    expect(parts.verdicts).toEqual([
      ['slow', 'failure'],
      ['middle', 'success'],
    ]);
  });

  it('after most of the time is replaced by one for the rest of it', async () => {
    functionsDo({ slow: () => inMs(170, broken) });
    const parts = service({ hedgeTokens: new HedgeTokens({ share: 0 }) });
    expect(await runToEnd({ parts })).toMatchObject({ model: 'fast', tookMs: 170 });
  });

  it('because it was throttled says nothing about itself', async () => {
    functionsDo({ slow: throttled });
    const parts = service();
    expect(await runToEnd({ parts })).toMatchObject({ model: 'middle', failed: ['slow'] });
    expect(parts.store.record).not.toHaveBeenCalled();
    expect(parts.telemetry.count).not.toHaveBeenCalled();
    expect(parts.verdicts).toContainEqual(['slow', 'nothing']);
  });

  it('with NaN has been counted by its function', async () => {
    functionsDo({ slow: nan });
    const parts = service();
    expect((await runToEnd({ parts })).failed).toEqual(['slow']);
    expect(parts.store.record).not.toHaveBeenCalled();
    expect(parts.verdicts).toContainEqual(['slow', 'failure']);
    expect(parts.telemetry.logger.warn.mock.calls[0]?.[1].error.message).toBe('slow: NaN');
  });

  it('like all others leaves a 503 that says when to come back', async () => {
    functionsDo({ slow: broken, middle: throttled, fast: broken });
    await expect(runToEnd({})).rejects.toMatchObject({
      type: 'no-model-available',
      headers: { 'retry-after': '1' },
    });
    expect(names()).toEqual(['slow', 'middle', 'fast']);
  });

  it('with NaN like all others leaves a 502', async () => {
    functionsDo({ slow: nan, middle: nan, fast: nan });
    await expect(runToEnd({})).rejects.toMatchObject({ type: 'non-finite-output' });
  });

  it('by a fault of the code ends the request with it', async () => {
    const parts = service();
    parts.store.record.mockImplementation(() => {
      throw new Error('a bug');
    });
    functionsDo({ slow: broken });
    await expect(runToEnd({ parts })).rejects.toThrow('a bug');
  });

  it('is open until its failure is counted', async () => {
    const counted = Promise.withResolvers<{ applied: true }>();
    functionsDo({ slow: broken });
    const parts = service();
    parts.store.record.mockReturnValue(counted.promise);
    await runToEnd({ parts });
    const [counting] = parts.open;
    expect(parts.open.size).toBe(1);
    counted.resolve({ applied: true });
    await counting;
    expect(parts.open.size).toBe(0);
  });
});

describe('a model that hangs', () => {
  const hedging = () => service({ hedgeTokens: fullOfTokens() });

  it('is hedged: another one answers in time', async () => {
    functionsDo({ slow: never, middle: () => inMs(40, okStream) });
    const answer = await runToEnd({ parts: hedging() });
    expect(answer).toMatchObject({
      model: 'middle',
      asked: ['slow', 'middle'],
      isHedged: true,
      isLate: false,
    });
    expect(answer.tookMs).toBeLessThanOrEqual(200);
  });

  it('but for its last moment is waited for, and wins', async () => {
    functionsDo({ slow: () => inMs(195, okStream), middle: () => inMs(40, okStream) });
    const parts = hedging();
    const answer = await runToEnd({ parts });
    // It is worth waiting for as long as it may have been slow, and no longer.
    expect(['slow', 'middle']).toContain(answer.model);
    expect(answer.isLate).toBe(false);
    expect(answer.asked).toEqual(['slow', 'middle']);
  });

  it('without a token for a hedge is waited for until it is taken to hang', async () => {
    functionsDo({ slow: never });
    const parts = service({ hedgeTokens: new HedgeTokens({ share: 0 }) });
    const answer = await runToEnd({ parts });
    // Three times its slowest and 50 ms.
    expect(answer).toMatchObject({
      model: 'fast',
      failed: ['slow'],
      isHedged: false,
      isLate: true,
    });
    expect(answer.tookMs).toBeCloseTo(350, -1);
    expect(parts.verdicts).toContainEqual(['slow', 'failure']);
  });

  it('is a 504 at the deadline for a request that would rather fail', async () => {
    functionsDo({ slow: never });
    const parts = service({ hedgeTokens: new HedgeTokens({ share: 0 }) });
    const startMs = performance.now();
    const failed = ask({ parts, atDeadline: 'fail' }).catch((error) => error);
    await vi.advanceTimersByTimeAsync(215);
    expect(await failed).toMatchObject({ type: 'deadline-exceeded' });
    expect(performance.now() - startMs).toBeCloseTo(215, 0);
    expect(names()).toEqual(['slow']);
  });

  it('is asked along with another one from then on, until it answers', async () => {
    functionsDo({ slow: never });
    const parts = service({ hedgeTokens: new HedgeTokens({ share: 0 }) });
    await runToEnd({ parts });
    expect(await runToEnd({ parts })).toMatchObject({
      asked: ['slow', 'middle'],
      isHedged: true,
      isLate: false,
    });
    functionsDo({ slow: okStream, middle: () => inMs(40, okStream) });
    expect((await runToEnd({ parts })).model).toBe('slow');
    expect((await runToEnd({ parts })).asked).toEqual(['slow']);
  });

  it('is a 504 when the SLA is over for a client that has a model of its own', async () => {
    functionsDo({ slow: never, middle: never, fast: never });
    const startMs = performance.now();
    const failed = ask({ atDeadline: 'sla' }).catch((error) => error);
    // An SLA of 220 ms less an upload of 10.
    await vi.advanceTimersByTimeAsync(212);
    expect(await failed).toMatchObject({ type: 'deadline-exceeded' });
    expect(performance.now() - startMs).toBeCloseTo(212, 0);
    functionsDo({ slow: () => inMs(205, okStream) });
    const late = ask({
      atDeadline: 'sla',
      parts: service({ hedgeTokens: new HedgeTokens({ share: 0 }) }),
    });
    await vi.advanceTimersByTimeAsync(212);
    expect(await late).toMatchObject({ isLate: true });
  });

  it('like all others is a 504 when nobody waits any longer', async () => {
    functionsDo({ slow: never, middle: never, fast: never });
    await expect(runToEnd({})).rejects.toMatchObject({ type: 'deadline-exceeded' });
    expect(names()).toEqual(['slow', 'fast']);
  });

  it('and was abandoned is counted when it fails, and not when it answers after all', async () => {
    functionsDo({ slow: () => inMs(29_000, broken) });
    const parts = hedging();
    await runToEnd({ parts });
    expect(parts.store.record.mock.calls).toEqual([[profileKeyOf('slow'), { kind: 'failure' }]]);
    functionsDo({ slow: () => inMs(1_000, okStream) });
    await runToEnd({ parts });
    expect(parts.store.record).toHaveBeenCalledTimes(1);
  });
});

describe('a request', () => {
  it('whose time is up when it comes fails before a model is asked, if it would rather fail', async () => {
    await expect(runToEnd({ slaMs: 1, atDeadline: 'fail' })).rejects.toMatchObject({
      type: 'deadline-exceeded',
    });
    expect(names()).toEqual([]);
    expect(await runToEnd({ slaMs: 1, chosen: 'fast' })).toMatchObject({ isLate: true });
  });

  it('that probes a model which has failed asks another one along with it', async () => {
    functionsDo({ slow: never, middle: () => inMs(40, okStream) });
    const parts = service({ hedgeTokens: new HedgeTokens({ share: 0 }) });
    for (let call = 0; call < 3; call++) {
      await parts.breakers.run(
        'slow',
        async () => {},
        () => 'failure',
      );
    }
    expect(parts.breakers.stateOf('slow')).toBe('open');
    const answer = await runToEnd({ parts });
    expect(names()).toEqual(['slow', 'middle']);
    expect(answer).toMatchObject({
      model: 'middle',
      asked: ['slow', 'middle'],
      isHedged: true,
      isLate: false,
    });
  });

  it('ends by its deadline whatever its models do, and asks none of them twice', async () => {
    const behaviour = fc.oneof(
      fc.integer({ min: 0, max: 400 }).map((ms) => ({ ms, output: okStream })),
      fc.integer({ min: 0, max: 400 }).map((ms) => ({ ms, output: broken })),
      fc.constant({ ms: Number.POSITIVE_INFINITY, output: okStream }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.record({ fast: behaviour, middle: behaviour, slow: behaviour }),
        fc.constantFrom<AtDeadline>('wait', 'fail'),
        fc.constantFrom('fast', 'middle', 'slow'),
        fc.integer({ min: 25, max: 600 }),
        fc.boolean(),
        async (behaviours, atDeadline, chosen, slaMs, hedged) => {
          lambda.resetHistory();
          functionsDo(
            Object.fromEntries(
              Object.entries(behaviours).map(([name, { ms, output }]) => [
                name,
                () => (Number.isFinite(ms) ? inMs(ms, output) : never()),
              ]),
            ),
          );
          const tokens = hedged ? fullOfTokens() : new HedgeTokens({ share: 0 });
          const startMs = performance.now();
          let tookMs = 0;
          const result = await Promise.all([
            ask({ chosen, slaMs, atDeadline, parts: service({ hedgeTokens: tokens }) })
              .catch((error) => error)
              .finally(() => {
                tookMs = performance.now() - startMs;
              }),
            vi.advanceTimersByTimeAsync(60_000),
          ]).then(([first]) => first);
          const answerByMs = slaMs - 20;
          expect(tookMs).toBeLessThanOrEqual(answerByMs + (atDeadline === 'fail' ? 10 : 10_010));
          expect(new Set(names()).size).toBe(names().length);
          if (result instanceof Error) {
            expect(result).toHaveProperty('type', expect.stringMatching(/deadline|no-model/));
          } else expect(result.isLate).toBe(tookMs > answerByMs);
        },
      ),
      { numRuns: 60 },
    );
  });
});
