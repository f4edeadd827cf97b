import { setTimeout } from 'node:timers/promises';
import {
  InvokeCommand,
  InvokeWithResponseStreamCommand,
  LambdaClient,
} from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  ProfileError,
  type Profiling,
  profileModels,
  shareOfTimeMs,
} from '../../../functions/profiler/profile-models.ts';
import { catalogueSchema } from '../../../lib/service/catalogue/schema.ts';
import { createLambdaClient, InvocationError } from '../../../lib/service/inference/invoke.ts';
import type { Baseline, Measurement } from '../../../lib/service/profiles/baselines.ts';
import { profilerLogSchema } from '../../../lib/service/profiles/profiler-log.ts';
import { emptyStatistics, meanMs } from '../../../lib/service/profiles/statistics.ts';
import { okStream, responseStream } from '../../fixtures/response-stream.ts';
import { startLambdaStub } from './lambda-stub.ts';

const lambda = mockClient(LambdaClient);
process.env.AWS_REGION = 'local';

/** What deployments leave behind. */
let kept: Map<string, Measurement>;
let baselines: Map<string, Baseline>;
const table: Profiling['baselines'] = {
  measured: async (version) => kept.get(version),
  keep: async (version, measurement) => void kept.set(version, measurement),
  replace: async (all) => {
    for (const baseline of all) baselines.set(baseline.pk, baseline);
  },
};

const model = (name: string, digit: string) => ({
  name,
  version: '1',
  file: `${name}.onnx`,
  sha256: digit.repeat(64),
  bytes: 1,
  accuracyPct: 50,
  accuracySource: 'invented',
  licence: 'Apache-2.0',
});

const pets = (models: object[]) =>
  catalogueSchema.parse({
    name: 'pets',
    task: 'image-classification',
    labels: ['cat', 'dog'],
    input: { dtype: 'uint8', shape: [1, 8, 8, 3], layout: 'NHWC' },
    models,
  });

const profiling: Profiling = {
  deployment: 'test',
  catalogue: pets([model('small', 'a'), model('large', 'b')]),
  versions: { small: 'fn-small:1', large: 'fn-large:1' },
  sample: { contentType: 'image/jpeg', body: 'AAAA' },
  lambda: new LambdaClient({}),
  baselines: table,
  concurrency: 2,
  timeoutMs: 60_000,
  measure: { maxMs: 100, maxRuns: 20, precision: 0.02 },
};

/** With a failure nothing goes on behind the test's back. */
const oneByOne: Profiling = { ...profiling, concurrency: 1 };

const invocations = () => lambda.commandCalls(InvokeWithResponseStreamCommand);
const pk = (name: string, digit: string) => `test/pets/${name}@${digit.repeat(12)}`;
const [smallKey, largeKey] = [pk('small', 'a'), pk('large', 'b')];
const measurement = (n: bigint): Measurement => ({
  statistics: { ...emptyStatistics(), n },
  precision: 0.01,
});

beforeEach(() => {
  vi.spyOn(console, 'log').mockImplementation(() => {});
  kept = new Map();
  baselines = new Map();
  lambda.reset();
  lambda.on(InvokeWithResponseStreamCommand).callsFake(() => okStream());
});
afterEach(() => {
  vi.restoreAllMocks();
});
afterAll(() => {
  lambda.restore();
});

const isPositive = (value: unknown) => typeof value === 'number' && value > 0;

describe('the time of one model', () => {
  it('is its share of what Lambda leaves', () => {
    const shares = [0, 1, 2, 50].map((rounds) => shareOfTimeMs(14 * 60_000, rounds));
    expect(shares).toEqual([720_000, 720_000, 360_000, 14_400]);
  });

  it('is no more than was asked for', async () => {
    const shares: number[] = [];
    vi.mocked(console.log).mockImplementation(({ event, share }) => {
      if (event === 'profile-progress') shares.push(share);
    });
    // With 720 s for it instead of 0, ten runs at least would be made.
    await profileModels({ ...profiling, measure: { maxMs: 0, maxRuns: 1000, precision: 0 } });
    expect(shares).toEqual([1, 1]);
  });
});

describe('profileModels', () => {
  it('measures every model by ordinary invocations and makes that its baseline', async () => {
    const measured = await profileModels(profiling);
    expect([...measured.keys()].sort()).toEqual(['large', 'small']);
    for (const { n } of measured.values()) expect(n).toBeGreaterThanOrEqual(1n);
    expect([...baselines.keys()].sort()).toEqual([largeKey, smallKey]);
    expect(baselines.get(smallKey)).toMatchObject({
      version: 'fn-small:1',
      statistics: measured.get('small'),
      precision: expect.any(Number),
    });
    expect([...kept.keys()].sort()).toEqual(['fn-large:1', 'fn-small:1']);
    for (const { args } of invocations()) {
      const payload = JSON.parse(Buffer.from(args[0].input.Payload as Uint8Array).toString());
      expect(payload.record).toBe(false);
      expect(payload.requestId).toMatch(/^profile-(small|large)$/);
    }
  });

  it('measures only versions of which nothing is known', async () => {
    kept.set('fn-small:1', measurement(77n));
    const measured = await profileModels(profiling);
    expect(measured.get('small')?.n).toBe(77n);
    expect(console.log).toHaveBeenCalledWith({ event: 'profile-kept', model: 'small' });
    expect(baselines.get(smallKey)?.statistics.n).toBe(77n);
    expect(new Set(invocations().map(({ args }) => args[0].input.FunctionName))).toEqual(
      new Set(['fn-large:1']),
    );
  });

  it('leaves everything as it was when one of them fails, whatever the others did', async () => {
    lambda
      .on(InvokeWithResponseStreamCommand, { FunctionName: 'fn-large:1' })
      .callsFake(() => responseStream([], { ErrorCode: 'Runtime.OutOfMemory' }));
    const failure = profileModels(oneByOne);
    await expect(failure).rejects.toMatchObject({
      name: 'ProfileError',
      cause: expect.any(InvocationError),
    });
    await expect(failure).rejects.toBeInstanceOf(ProfileError);
    await expect(failure).rejects.toThrow(/model "large" cannot be profiled: .*OutOfMemory/);
    expect(kept.size).toBe(0);
    expect(baselines.size).toBe(0);
  });

  it('goes back to versions that were measured before without calling them', async () => {
    await profileModels(profiling);
    const [before, known] = [new Map(baselines), new Map(kept)];
    await profileModels({ ...profiling, versions: { small: 'fn-small:2', large: 'fn-large:2' } });
    expect(baselines.get(smallKey)?.version).toBe('fn-small:2');
    // What a rollback does, while nothing answers.
    lambda.on(InvokeWithResponseStreamCommand).rejects(new Error('no'));
    await profileModels(profiling);
    expect(baselines).toEqual(before);
    for (const [version, measured] of known) expect(kept.get(version)).toEqual(measured);
  });

  it('says what the model itself says when it does not start', async () => {
    const errorDetails = JSON.stringify({
      errorType: 'Runtime.ExitError',
      errorMessage: 'RequestId: r Error: Runtime exited with error: exit status 1',
    });
    lambda
      .on(InvokeWithResponseStreamCommand)
      .callsFake(() => responseStream([], { ErrorCode: 'Unhandled', ErrorDetails: errorDetails }))
      .on(InvokeCommand, { FunctionName: 'fn-small:1', LogType: 'Tail' })
      .resolves({
        FunctionError: 'Unhandled',
        LogResult: Buffer.from('terminate called: std::bad_alloc').toString('base64'),
      });
    await expect(profileModels(oneByOne)).rejects.toThrow(
      /^model "small" cannot be profiled: .*exit status 1; it says: terminate called: std::bad_alloc$/,
    );
  });

  it('says what to do when there is no concurrency left for it', async () => {
    const busy = Object.assign(new Error('Rate Exceeded.'), { name: 'TooManyRequestsException' });
    lambda.on(InvokeWithResponseStreamCommand).rejects(busy);
    await expect(profileModels({ ...oneByOne, timeoutMs: 0 })).rejects.toThrow(
      /^model "small" cannot be profiled: .*Rate Exceeded.*measure fewer models at a time/,
    );
  });

  it('fails for a model that cannot make sense of the sample', async () => {
    const line = '{"status":"undecodable-image","detail":"no image","coldStart":false}\n';
    lambda.on(InvokeWithResponseStreamCommand).callsFake(() => responseStream([line]));
    await expect(profileModels(profiling)).rejects.toThrow(/undecodable-image: no image/);
  });

  it('measures so many models at the same time as it was told, and no more', async () => {
    const names = ['a', 'b', 'c', 'd'];
    const catalogue = pets(names.map((name) => model(name, '0')));
    const versions = Object.fromEntries(names.map((name) => [name, `fn-${name}:1`]));
    /** The most models between the first and the last of their invocations at a time. */
    const mostAtOnce = async (concurrency: number) => {
      kept.clear();
      const measuring = new Set<string>();
      let most = 0;
      lambda.on(InvokeWithResponseStreamCommand).callsFake(async ({ FunctionName }) => {
        measuring.add(FunctionName);
        most = Math.max(most, measuring.size);
        await setTimeout(1);
        return okStream();
      });
      vi.mocked(console.log).mockImplementation(({ event, model }) => {
        if (event === 'profile-done') measuring.delete(`fn-${model}:1`);
      });
      const measure = { maxMs: 5, maxRuns: 1, precision: 1 };
      await profileModels({ ...profiling, catalogue, versions, concurrency, measure });
      return most;
    };
    expect(await mostAtOnce(1)).toBe(1);
    expect(await mostAtOnce(3)).toBe(3);
  });

  it('stops at the first model that fails', async () => {
    lambda.on(InvokeWithResponseStreamCommand).rejects(new Error('no'));
    await expect(profileModels(oneByOne)).rejects.toThrow(/"small"/);
    expect(new Set(invocations().map(({ args }) => args[0].input.FunctionName))).toEqual(
      new Set(['fn-small:1']),
    );
  });

  it('fails for a model that has no function', async () => {
    const failing = profileModels({ ...oneByOne, versions: { large: 'fn-large:1' } });
    await expect(failing).rejects.toThrow('model "small" cannot be profiled: it has no function');
  });

  it('logs how far it has come, for the progress bar', async () => {
    const log = vi.mocked(console.log);
    await profileModels(profiling);
    const entries = log.mock.calls.map(([entry]) => profilerLogSchema.parse(entry));
    const done = entries.filter(({ event }) => event === 'profile-done');
    expect(done.map(({ model }) => model).sort()).toEqual(['large', 'small']);
    for (const entry of done) expect(entry).toHaveProperty('meanMs', expect.toSatisfy(isPositive));
    // Not of each of the runs, which may be thousands a second.
    const progress = entries.filter(({ event }) => event === 'profile-progress');
    expect(progress.length).toBeGreaterThanOrEqual(2);
    expect(progress.length).toBeLessThan(10);
  });
});

describe('a Lambda that throttles', () => {
  const brief = { maxMs: 50, maxRuns: 20, precision: 0 };
  const own = (stub: Awaited<ReturnType<typeof startLambdaStub>>) =>
    createLambdaClient({ ...stub.config, maxAttempts: 1 }, { resend: false });

  it('is asked once for each attempt, and what it throttled is no run', async () => {
    lambda.restore();
    const stub = await startLambdaStub({ throttles: (call) => call % 3 !== 2 });
    try {
      const pauses: number[] = [];
      const pause = async (ms: number) => pauses.push(ms);
      await profileModels({ ...oneByOne, lambda: own(stub), measure: brief, pause });
      const discarded = vi
        .mocked(console.log)
        .mock.calls.reduce((sum, [entry]) => sum + (entry.discarded ?? 0), 0);
      expect(discarded).toBe(stub.throttled);
      expect(pauses).toHaveLength(stub.throttled);
      expect(stub.throttled).toBe(2 * (stub.calls - stub.throttled));
    } finally {
      await stub.close();
      lambda.on(InvokeWithResponseStreamCommand);
    }
  });

  it('makes no model look slow', async () => {
    // The clock goes on by what calls and pauses take, and by nothing else.
    let nowMs = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
    let calls = 0;
    lambda.on(InvokeWithResponseStreamCommand).callsFake(async () => {
      if (calls++ % 3 !== 2) {
        nowMs += 3;
        throw Object.assign(new Error('Rate Exceeded.'), { name: 'TooManyRequestsException' });
      }
      nowMs += 15;
      return okStream();
    });
    const pause = async (ms: number) => {
      nowMs += ms;
    };
    const measured = await profileModels({
      ...oneByOne,
      ...{ pause, timeoutMs: 600_000 },
      measure: { maxMs: 1_000, maxRuns: 10, precision: 1 },
    });
    for (const statistics of measured.values()) {
      expect(meanMs(statistics)).toBe(15);
      // Nor does it take the model's time away.
      expect(statistics.n).toBe(10n);
    }
  });
});
