import {
  DynamoDBClient,
  GetItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { InvokeWithResponseStreamCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ProfileError, profileModels } from '../../../functions/profiler/profile-models.ts';
import { catalogueSchema } from '../../../lib/service/catalogue/schema.ts';
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

const profiling = {
  environment: {
    MDI_TABLE_NAME: 'profiles',
    MDI_DEPLOYMENT: 'test',
    MDI_WINDOW_MS: 300_000,
    MDI_SHARDS: 1,
    MDI_PROFILE_CONCURRENCY: 2,
    MDI_PROFILE_MODEL_MS: 100,
    MDI_PROFILE_MAX_RUNS: 20,
    MDI_PROFILE_PRECISION: 0.02,
  },
  catalogue: catalogueSchema.parse({
    name: 'pets',
    task: 'image-classification',
    labels: ['cat', 'dog'],
    input: { dtype: 'uint8', shape: [1, 8, 8, 3], layout: 'NHWC' },
    models: [model('small', 'a'), model('large', 'b')],
  }),
  versions: { small: 'fn-small:1', large: 'fn-large:1' },
  sample: { contentType: 'image/jpeg', body: 'AAAA' },
  lambda: new LambdaClient({}),
  store: new ProfileStore({ tableName: 'profiles' }),
};

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
afterAll(() => {
  lambda.restore();
  dynamo.restore();
  vi.restoreAllMocks();
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
        ':n': { N: expect.stringMatching(/^\d+$/) },
      },
    });
    for (const { args } of invocations()) {
      const payload = JSON.parse(Buffer.from(args[0].input.Payload as Uint8Array).toString());
      expect(payload.record).toBe(false);
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
          n: { N: '77' },
        },
      });
    const baselines = await profileModels(profiling);
    expect(baselines.get('small')?.n).toBe(77n);
    expect(writtenKeys()).toEqual([`test/pets/large@${'b'.repeat(12)}`]);
    expect(invocations().every(({ args }) => args[0].input.FunctionName === 'fn-large:1')).toBe(
      true,
    );
  });

  it('fails with the model’s name and the reason, and writes nothing for it', async () => {
    lambda
      .on(InvokeWithResponseStreamCommand, { FunctionName: 'fn-large:1' })
      .callsFake(() => responseStream([], { ErrorCode: 'Runtime.OutOfMemory' }));
    const failure = profileModels(profiling);
    await expect(failure).rejects.toBeInstanceOf(ProfileError);
    await expect(failure).rejects.toThrow(/model "large" cannot be profiled: .*OutOfMemory/);
    expect(writtenKeys()).not.toContain(`test/pets/large@${'b'.repeat(12)}`);
  });

  it('fails for a model that cannot make sense of the sample', async () => {
    const line = '{"status":"undecodable-image","detail":"no image","coldStart":false}\n';
    lambda.on(InvokeWithResponseStreamCommand).callsFake(() => responseStream([line]));
    await expect(profileModels(profiling)).rejects.toThrow(/undecodable-image: no image/);
  });
});
