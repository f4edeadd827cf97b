import { setTimeout } from 'node:timers/promises';
import {
  DynamoDBClient,
  GetItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { InvokeWithResponseStreamCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  ProfileError,
  type Profiling,
  profileModels,
  shareOfTimeMs,
} from '../../../functions/profiler/profile-models.ts';
import { catalogueSchema } from '../../../lib/service/catalogue/schema.ts';
import { InvocationError } from '../../../lib/service/inference/invoke.ts';
import { profilerLogSchema } from '../../../lib/service/profiles/profiler-log.ts';
import { ProfileStore } from '../../../lib/service/profiles/store.ts';
import { okStream, responseStream } from '../../fixtures/response-stream.ts';

const lambda = mockClient(LambdaClient);
const dynamo = mockClient(DynamoDBClient);
process.env.AWS_REGION = 'local';

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
  store: new ProfileStore({ tableName: 'profiles' }),
  concurrency: 2,
  measure: { maxMs: 100, maxRuns: 20, precision: 0.02 },
};

/** With a failure nothing goes on behind the test's back. */
const oneByOne: Profiling = { ...profiling, concurrency: 1 };

const invocations = () => lambda.commandCalls(InvokeWithResponseStreamCommand);
const writtenKeys = () =>
  dynamo.commandCalls(UpdateItemCommand).map(({ args }) => args[0].input.Key?.pk?.S);

beforeEach(() => {
  vi.spyOn(console, 'log').mockImplementation(() => {});
  lambda.reset();
  dynamo.reset();
  dynamo.on(GetItemCommand).resolves({});
  dynamo.on(QueryCommand).resolves({ Items: [] });
  dynamo.on(UpdateItemCommand).resolves({});
  lambda.on(InvokeWithResponseStreamCommand).callsFake(() => okStream());
});
afterEach(() => {
  vi.restoreAllMocks();
});
afterAll(() => {
  lambda.restore();
  dynamo.restore();
});

const isPositive = (value: unknown) => typeof value === 'number' && value > 0;

describe('the time of one model', () => {
  it('is its share of what Lambda leaves', () => {
    expect([0, 1, 2, 50].map(shareOfTimeMs)).toEqual([720_000, 720_000, 360_000, 14_400]);
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
  it('measures every model by ordinary invocations and writes its baseline', async () => {
    const baselines = await profileModels(profiling);
    expect([...baselines.keys()].sort()).toEqual(['large', 'small']);
    for (const { n } of baselines.values()) expect(n).toBeGreaterThanOrEqual(1n);
    expect(writtenKeys().sort()).toEqual([
      `test/pets/large@${'b'.repeat(12)}`,
      `test/pets/small@${'a'.repeat(12)}`,
    ]);
    const [write] = dynamo.commandCalls(UpdateItemCommand);
    expect(write?.args[0].input).toMatchObject({
      Key: { sk: { S: 'baseline' } },
      ExpressionAttributeValues: {
        ':fingerprint': { S: expect.stringMatching(/^fn-.+:1$/) },
        ':modelN': { N: expect.stringMatching(/^\d+$/) },
      },
    });
    for (const { args } of invocations()) {
      const payload = JSON.parse(Buffer.from(args[0].input.Payload as Uint8Array).toString());
      expect(payload.record).toBe(false);
      expect(payload.requestId).toMatch(/^profile-(small|large)$/);
    }
  });

  it('measures only what changed', async () => {
    dynamo
      .on(GetItemCommand, {
        Key: { pk: { S: `test/pets/small@${'a'.repeat(12)}` }, sk: { S: 'baseline' } },
      })
      .resolves({
        Item: {
          pk: { S: `test/pets/small@${'a'.repeat(12)}` },
          sk: { S: 'baseline' },
          fingerprint: { S: 'fn-small:1' },
          modelN: { N: '77' },
        },
      });
    const baselines = await profileModels(profiling);
    expect(baselines.get('small')?.n).toBe(77n);
    expect(console.log).toHaveBeenCalledWith({ event: 'profile-kept', model: 'small' });
    const reads = dynamo.commandCalls(GetItemCommand).map(({ args }) => args[0].input);
    for (const { ConsistentRead } of reads) expect(ConsistentRead).toBe(true);
    expect(writtenKeys()).toEqual([`test/pets/large@${'b'.repeat(12)}`]);
    expect(invocations().every(({ args }) => args[0].input.FunctionName === 'fn-large:1')).toBe(
      true,
    );
  });

  it('measures a model again whose baseline is of another version', async () => {
    dynamo.on(GetItemCommand).resolves({
      Item: {
        pk: { S: 'x' },
        sk: { S: 'baseline' },
        fingerprint: { S: 'fn-large:1' },
        modelN: { N: '9' },
      },
    });
    const versions = { small: 'fn-small:2', large: 'fn-large:1' };
    const baselines = await profileModels({ ...profiling, versions });
    expect(writtenKeys()).toEqual([`test/pets/small@${'a'.repeat(12)}`]);
    expect(baselines.get('large')?.n).toBe(9n);
  });

  it('fails with the model’s name and the reason, and writes nothing for it', async () => {
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
    expect(writtenKeys()).not.toContain(`test/pets/large@${'b'.repeat(12)}`);
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
      const measuring = new Set<string>();
      let most = 0;
      lambda.on(InvokeWithResponseStreamCommand).callsFake(async ({ FunctionName }) => {
        measuring.add(FunctionName);
        most = Math.max(most, measuring.size);
        await setTimeout(1);
        return okStream();
      });
      dynamo.on(UpdateItemCommand).callsFake(({ Key }) => {
        measuring.delete(`fn-${Key.pk.S.split(/[/@]/)[2]}:1`);
        return {};
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
    const versions = { large: 'fn-large:1' };
    const failing = profileModels({ ...oneByOne, versions });
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
