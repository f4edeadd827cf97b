import { InvokeWithResponseStreamCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { modelHandler } from '../../functions/inference/model-handler.ts';
import { infer } from '../../functions/selector/infer.ts';
import type { Service } from '../../functions/selector/service.ts';
import type { InferenceEvent } from '../../lib/core/contract/inference-event.ts';
import type { InferResponse } from '../../lib/core/contract/messages.ts';
import type { StrategyName } from '../../lib/core/selection/strategies.ts';
import { CallerShares, callLimits, reportLimits } from '../../lib/service/callers/shares.ts';
import { UndecodableImageError } from '../../lib/service/inference/errors.ts';
import { profileOf } from '../../lib/service/profiles/profile.ts';
import {
  emptyStatistics,
  type LiveStatistics,
  observe,
} from '../../lib/service/profiles/statistics.ts';
import { defaultWindows, windowStart } from '../../lib/service/profiles/windows.ts';
import { flatPng } from '../fixtures/costly-images.ts';
import { responseStream } from '../fixtures/response-stream.ts';
import { installStreamify, invokeStreaming } from '../fixtures/streamify.ts';
import {
  apiEvent,
  type MadeUpModel,
  madeUpService,
  profileKeyOf,
} from './selector/made-up-service.ts';

/** As fast as a catalogue's models on one vCPU. */
const models: readonly MadeUpModel[] = [
  { name: 'nano', accuracyPct: 56.88, meanMs: 2, stdMs: 0.2 },
  { name: 'mobile', accuracyPct: 69.48, meanMs: 4, stdMs: 0.3 },
  { name: 'tiny', accuracyPct: 81.37, meanMs: 8, stdMs: 0.6 },
  { name: 'small', accuracyPct: 89.48, meanMs: 12, stdMs: 1 },
  { name: 'medium', accuracyPct: 93.5, meanMs: 20, stdMs: 1.5 },
  { name: 'large', accuracyPct: 96.68, meanMs: 40, stdMs: 3 },
  { name: 'best', accuracyPct: 97.64, meanMs: 120, stdMs: 8 },
];

/** A picture, and what it takes in truth, in ms. */
interface Picture {
  readonly type: string;
  readonly file: Buffer;
  readonly decodeMs: number;
  /** How much longer than others every model takes for it. */
  readonly slowMs?: number;
}

const photo: Picture = { type: 'image/png', file: flatPng({ width: 8, height: 8 }), decodeMs: 2 };
/** 38 bytes with 50 million pixels; this machine takes nearly twice as long for them as is foretold. */
const bomb: Picture = {
  type: 'image/webp',
  file: Buffer.from(
    '524946461e000000574542505650384c110000002f9d5be7060750d52216a2ff8188e87f0000',
    'hex',
  ),
  decodeMs: 500,
};
/** One whose pixels the models themselves are slow with. */
const awkward: Picture = { ...photo, file: flatPng({ width: 9, height: 9 }), slowMs: 200 };
/** What no model decodes. */
const oneByte: Picture = { ...photo, file: Buffer.from('x') };
const pictures = [photo, bomb, awkward];

const honest = '198.51.100.7';
const hostile = '203.0.113.66';

installStreamify();
const lambda = mockClient(LambdaClient);
beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 24, 8, 27) });
});
afterEach(() => {
  lambda.reset();
  vi.useRealTimers();
});
afterAll(() => lambda.restore());

/** A selector and its models, in a time of their own: everything but the models themselves is real. */
class World {
  /** What happens to the next calls before their function has them, in ms. */
  readonly freezesMs: number[] = [];
  readonly #live = new Map<string, LiveStatistics>();
  readonly #service: Service;

  constructor(strategy: StrategyName = 'three-stage') {
    const service = madeUpService(
      {
        strategy,
        callShares: new CallerShares(callLimits(0.2, defaultWindows.windowMs)),
        reportShares: new CallerShares(reportLimits(0.2)),
      },
      models,
    );
    this.#service = service;
    service.profiles.profiles.mockImplementation(async () => this.profiles());
    const handlers = new Map(
      models.map((model) => [`fn-${model.name}:live`, this.#handlerOf(model)]),
    );
    lambda.on(InvokeWithResponseStreamCommand).callsFake(async ({ FunctionName, Payload }) => {
      await vi.advanceTimersByTimeAsync(this.freezesMs.shift() ?? 0);
      const event = JSON.parse(Buffer.from(Payload).toString()) as InferenceEvent;
      const handler = handlers.get(FunctionName);
      return responseStream([handler ? await invokeStreaming(handler, event) : '']);
    });
  }

  profiles() {
    return new Map(
      models.map((model) => {
        const live = [...this.#live].filter(([key]) => key.startsWith(`${model.name} `));
        const stored = { live: live.map(([, statistics]) => statistics) };
        return [model.name, profileOf(stored, model, Date.now())];
      }),
    );
  }

  request(caller: string, slaMs: number, picture: Picture, headers: Record<string, string> = {}) {
    const times = { 'mdi-sla-ms': String(slaMs), 'mdi-upload-start': String(Date.now()) };
    const event = apiEvent({
      headers: { 'content-type': picture.type, ...times, ...headers },
      body: Buffer.from(picture.file).toString('base64'),
      isBase64Encoded: true,
    });
    event.requestContext.http.sourceIp = caller;
    return infer(this.#service, event, Date.now());
  }

  /** Sends requests one after the other, 100 ms apart; those that fail have no answer. */
  async send(count: number, ...request: Parameters<World['request']>): Promise<InferResponse[]> {
    const answers: InferResponse[] = [];
    for (let i = 0; i < count; i++) {
      const answer = await this.request(...request).catch(() => undefined);
      if (answer) answers.push(answer);
      await vi.advanceTimersByTimeAsync(100);
    }
    return answers;
  }

  #handlerOf({ name, meanMs, stdMs }: MadeUpModel) {
    let calls = 0;
    return modelHandler({
      classifier: {
        classifyImage: async (bytes) => {
          const picture = pictures.find(({ file }) => file.equals(bytes));
          if (!picture) throw new UndecodableImageError('no picture');
          const { decodeMs, slowMs = 0 } = picture;
          await vi.advanceTimersByTimeAsync(decodeMs);
          const runMs = meanMs + (calls++ % 2 === 0 ? stdMs : -stdMs) + slowMs;
          await vi.advanceTimersByTimeAsync(runMs);
          return { predictions: [{ index: 0, label: 'cat', score: 1 }], decodeMs, runMs };
        },
        classifyTensor: () => Promise.reject(new Error('no tensors here')),
      },
      store: {
        record: async (_, observation) => {
          const windowStartMs = windowStart(Date.now(), defaultWindows.windowMs);
          const key = `${name} ${windowStartMs}`;
          const { statistics = emptyStatistics() } = this.#live.get(key) ?? {};
          const sum = observe(statistics, observation);
          this.#live.set(key, { windowStartMs, shard: 0, statistics: sum });
          return { applied: true };
        },
      },
      profileKey: profileKeyOf(name),
      telemetry: { logger: { warn: vi.fn(), error: vi.fn() }, count: vi.fn() } as never,
      startedOnDemand: false,
      ownStart: { before: () => 0 },
    });
  }
}

/** Mean over requests of the accuracy that each can expect of the models that it may get. */
function expectedPct(answers: readonly InferResponse[]): number {
  const accuracy = new Map(models.map(({ name, accuracyPct }) => [name, accuracyPct]));
  const sums = answers.map(({ selection }) =>
    selection.eligible.reduce((sum, e) => sum + e.probability * (accuracy.get(e.model) ?? 0), 0),
  );
  return sums.reduce((sum, pct) => sum + pct, 0) / answers.length;
}

const lateOf = (answers: readonly InferResponse[]) =>
  answers.filter(({ timing }) => timing.serverMs > timing.slaMs).length;

describe('a hostile caller', () => {
  it('takes no accuracy from others with pictures that are slow to decode', async () => {
    const world = new World();
    await world.send(56, hostile, 400, bomb);
    const answers = await world.send(25, honest, 400, photo);
    expect(expectedPct(answers)).toBeCloseTo(97.64, 9);
  });

  it('makes no answers to others late with them', async () => {
    const world = new World();
    await world.send(40, hostile, 10, bomb);
    const answers = await world.send(25, honest, 100, photo);
    expect(lateOf(answers)).toBe(0);
    expect(expectedPct(answers)).toBeCloseTo(96.68, 9);
  });

  it('is one of several where the models themselves are slow with its pictures', async () => {
    const world = new World();
    for (let i = 0; i < 60; i++) {
      await world.send(1, `198.51.100.${i % 6}`, 100, photo);
      await world.send(4, hostile, 100, awkward);
    }
    const { meanMs = 0, stdMs = 0 } = world.profiles().get('large') ?? {};
    const answers = await world.send(5, honest, 100, photo);
    expect(meanMs + stdMs).toBeLessThan(98);
    expect(expectedPct(answers)).toBeCloseTo(96.68, 9);
  });

  it.each([
    ['failed', oneByte],
    ['were answered', photo],
  ])(
    'moves nobody to a worse model by reports of T_output with requests that %s',
    async (_, picture) => {
      const world = new World('expected-accuracy');
      const report = (outputMs: number) => ({
        'mdi-output-ms': String(outputMs),
        'mdi-output-input-ms': '0',
      });
      for (let i = 0; i < 100; i++) {
        await world.send(1, `198.51.100.${i % 20}`, 250, photo, report(5));
      }
      const before = expectedPct(await world.send(10, honest, 250, photo));
      await world.send(300, hostile, 250, picture, report(244));
      const after = expectedPct(await world.send(25, honest, 250, photo));
      expect(after).toBeCloseTo(before, 9);
    },
  );
});

describe('a process that is stopped for ten seconds', () => {
  it('leaves the profile of its model as it is, and the choice', async () => {
    const world = new World();
    for (let i = 0; i < 13; i++) {
      if (i === 11) world.freezesMs.push(10_000);
      await world.send(1, `198.51.100.${i}`, 20_000, photo);
    }
    const { meanMs = 0, stdMs = 0 } = world.profiles().get('best') ?? {};
    const answers = await world.send(1, honest, 20_000, photo);
    expect(meanMs).toBeLessThan(130);
    expect(stdMs).toBeLessThan(40);
    expect(answers[0]?.selection.eligible).toEqual([{ model: 'best', probability: 1 }]);
  });
});
