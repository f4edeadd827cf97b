import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import {
  InvokeCommand,
  InvokeWithResponseStreamCommand,
  LambdaClient,
} from '@aws-sdk/client-lambda';
import {
  CopyObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { wilsonIntervalPct } from '../../lib/core/statistics/interval.ts';
import { summaryAttribute } from '../../lib/service/profiles/summary.ts';
import { colourCatalogue, colourImage, colourModel } from '../fixtures/colours.ts';
import { flatPng } from '../fixtures/costly-images.ts';
import { okAnswer, okStream } from '../fixtures/response-stream.ts';
import { installStreamify, invokeStreaming } from '../fixtures/streamify.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

/** The handlers as Lambda starts them: by their `index.ts`, with an environment and a folder. */

const lambda = mockClient(LambdaClient);
const dynamo = mockClient(DynamoDBClient);
const s3 = mockClient(S3Client);
const file = colourModel();
const sha256 = createHash('sha256').update(file).digest('hex');
const profileKey = `Stack-Api/colours/plain@${sha256.slice(0, 12)}`;
const catalogue = {
  ...colourCatalogue,
  models: [
    {
      name: 'plain',
      version: '1',
      sha256,
      bytes: file.length,
      accuracyPct: 90,
      accuracySource: 'made up',
      licence: 'Apache-2.0',
      preprocessing: { dtype: 'float32', layout: 'NCHW' },
      memoryMb: 512,
    },
  ],
  samples: [{ file: 'samples/red.png', label: 'red' }],
};
const common = {
  AWS_REGION: 'local',
  MDI_TABLE_NAME: 'profiles',
  MDI_DEPLOYMENT: 'Stack-Api',
  MDI_WINDOW_MS: '60000',
  MDI_SHARDS: '1',
};

/** Starts a function with what lies in its folder, and gives its handler. */
async function start(
  name: 'selector' | 'inference' | 'profiler',
  environment: Record<string, string>,
  files: Record<string, string | Uint8Array> = {},
): Promise<unknown> {
  const folder = temporaryFolder();
  const all = { 'catalogue.json': JSON.stringify(catalogue), ...files };
  for (const [path, content] of Object.entries(all)) writeFileSync(join(folder, path), content);
  const variables = { ...common, LAMBDA_TASK_ROOT: folder, ...environment };
  for (const [key, value] of Object.entries(variables)) vi.stubEnv(key, value);
  vi.resetModules();
  const { handler } = await import(`../../functions/${name}/index.ts`);
  return handler;
}

const updates = () => dynamo.commandCalls(UpdateItemCommand).map(({ args }) => args[0].input);

beforeEach(() => {
  installStreamify();
  vi.stubEnv('POWERTOOLS_DEV', 'true');
  vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false');
  vi.spyOn(console, 'log').mockImplementation(() => {});
  vi.spyOn(console, 'warn').mockImplementation(() => {});
  for (const client of [lambda, dynamo, s3]) client.reset();
  dynamo.onAnyCommand().resolves({});
  lambda.on(InvokeWithResponseStreamCommand).callsFake(() =>
    okStream({
      ...okAnswer,
      predictions: [{ index: 1, label: 'green', score: 0.9 }],
    } as typeof okAnswer),
  );
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});
afterAll(() => {
  for (const client of [lambda, dynamo, s3]) client.restore();
});

describe('a model’s function', () => {
  const call = async () => ({
    requestId: 'r-1',
    contentType: 'image/png',
    body: (await colourImage(1)).toString('base64'),
    invokedEpochMs: Date.now(),
    record: true,
  });

  it('loads the model beside its code, answers, and updates that model’s profile', async () => {
    const handler = await start('inference', { MDI_MODEL: 'plain' }, { 'model.onnx': file });
    const answer = JSON.parse(await invokeStreaming(handler, await call()));
    expect(answer).toMatchObject({
      status: 'ok',
      predictions: [{ label: 'green' }, {}, {}],
      coldStart: true,
    });
    expect(updates()).toMatchObject([
      {
        TableName: 'profiles',
        Key: { pk: { S: profileKey }, sk: { S: expect.stringMatching(/^live#.*:00\.000Z#0$/) } },
        UpdateExpression: expect.stringContaining('modelColdN'),
      },
    ]);
  });

  it('was not waited for when it was provisioned', async () => {
    const environment = {
      MDI_MODEL: 'plain',
      AWS_LAMBDA_INITIALIZATION_TYPE: 'provisioned-concurrency',
    };
    const handler = await start('inference', environment, { 'model.onnx': file });
    const answer = JSON.parse(await invokeStreaming(handler, await call()));
    expect(answer.coldStart).toBe(false);
  });

  it('loads a model from S3', async () => {
    s3.on(GetObjectCommand).callsFake(() => ({
      Body: { transformToByteArray: async () => file },
      ContentRange: `bytes 0-${file.length - 1}/${file.length}`,
    }));
    const environment = { MDI_MODEL: 'plain', MDI_MODEL_BUCKET: 'b', MDI_MODEL_KEY: 'k.onnx' };
    const handler = await start('inference', environment);
    expect(s3.commandCalls(GetObjectCommand)[0]?.args[0].input).toEqual({
      Bucket: 'b',
      Key: 'k.onnx',
      Range: `bytes=0-${file.length - 1}`,
    });
    expect(JSON.parse(await invokeStreaming(handler, await call()))).toMatchObject({
      status: 'ok',
    });
  });

  it('does not start without its model', async () => {
    await expect(start('inference', { MDI_MODEL: 'other' })).rejects.toThrow(
      'the catalogue has no model "other"',
    );
  });

  it('does not start with a variable missing', async () => {
    await expect(start('inference', { MDI_MODEL: '' })).rejects.toThrow(
      /^environment variable MDI_MODEL: /,
    );
  });
});

describe('the selector', () => {
  const settings = {
    MDI_STRATEGY: 'expected-accuracy',
    MDI_DEFAULT_SLA_MS: '401',
    MDI_DEFAULT_NETWORK_MS: '102',
    MDI_CLOCK_TOLERANCE_MS: '53',
    MDI_MAX_INPUT_MS: '50004',
    MDI_CLOCK_ERROR_MS: '6',
    MDI_AT_DEADLINE: 'wait',
    MDI_LATE_WAIT_MS: '3000',
    MDI_HEDGE_SHARE: '0.02',
    MDI_CALLER_SHARE: '0.2',
    MDI_REQUEST_LOG_SHARE: '0',
    MDI_METRICS_SHARE: '1',
    MDI_FEEDBACK: 'anybody',
    MDI_FEEDBACK_WEIGHT: '207',
    MDI_VERSION_METRICS: 'on',
  };
  const event = {
    version: '2.0',
    rawPath: '/v1/infer',
    headers: { 'content-type': 'image/png' },
    requestContext: {
      requestId: 'r-1',
      http: { method: 'POST', path: '/v1/infer', sourceIp: '192.0.2.1' },
    },
    body: flatPng({ width: 8, height: 8 }).toString('base64'),
    isBase64Encoded: true,
  };
  type Handler = (event: unknown, context: object) => Promise<{ statusCode: number; body: string }>;
  const started = async (
    changes: Readonly<Record<string, string>> = {},
    functions: Readonly<Record<string, string>> = { plain: 'fn-plain:live' },
  ) =>
    (await start(
      'selector',
      { ...settings, ...changes },
      { 'functions.json': JSON.stringify(functions) },
    )) as Handler;

  it('reads the profiles and the secret, invokes the model’s alias and signs the answer', async () => {
    dynamo
      .on(GetItemCommand, { Key: { pk: { S: 'Stack-Api/feedback' }, sk: { S: 'secret' } } })
      .resolves({ Item: { secret: { B: Buffer.from('secret') } } });
    const handler = await started();
    const { statusCode, body } = await handler(event, {});
    expect(statusCode).toBe(200);
    const { requestId, timing, selection } = JSON.parse(body);
    expect(requestId).toMatch(/^r-1\..+\..+/);
    expect(timing).toMatchObject({ slaMs: 401, networkMs: 102 });
    expect(selection.strategy).toBe('expected-accuracy');
    expect(
      dynamo.commandCalls(QueryCommand)[0]?.args[0].input.ExpressionAttributeValues,
    ).toMatchObject({ ':pk': { S: profileKey } });
    const [invocation] = lambda.commandCalls(InvokeWithResponseStreamCommand);
    expect(invocation?.args[0].input.FunctionName).toBe('fn-plain:live');
    // Another model answers when the first cannot; the same one is not asked twice.
    const client = invocation?.thisValue as LambdaClient | undefined;
    expect(await client?.config.maxAttempts()).toBe(1);
  });

  it('has all its settings from the environment', async () => {
    await started();
    const { createService } = await import('../../functions/selector/service.ts');
    const service = createService();
    expect(service).toMatchObject({
      defaultSlaMs: 401,
      budget: { defaultNetworkMs: 102, clockToleranceMs: 53, maxInputMs: 50004 },
      clockErrorMs: 6,
      feedback: 'anybody',

      atDeadline: 'wait',
      lateWaitMs: 3000,
    });
    const [, high] = wilsonIntervalPct(207 / 2, 2 * 207);
    expect(service.fieldAccuracies.of(50, [{ labels: 207, correct: 0 }])).toBe(high);
  });

  it('logs the share of requests that it is to log', async () => {
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const logged = () => write.mock.calls.filter(([line]) => /^\{"mdiRequest":1,/.test(`${line}`));
    await (await started())(event, {});
    expect(logged()).toHaveLength(0);
    await (await started({ MDI_REQUEST_LOG_SHARE: '1' }))(event, {});
    expect(logged()).toHaveLength(1);
    write.mockRestore();
  });

  it('counts the share of requests that it is to count, and logs as it is to log', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.5);
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const counted = () => write.mock.calls.filter(([line]) => /"ServiceMs"/.test(`${line}`));
    await (await started({ MDI_METRICS_SHARE: '0.5' }))(event, {});
    expect(counted()).toHaveLength(0);
    await (await started({ MDI_METRICS_SHARE: '0.51' }))(event, {});
    expect(counted()).toHaveLength(1);
    write.mockRestore();
    lambda.on(InvokeWithResponseStreamCommand).rejects(new Error('throttled'));
    await (await started({ MDI_LOG_LEVEL: 'ERROR' }))(event, {});
    expect(console.warn).not.toHaveBeenCalled();
  });

  it('counts a model that cannot answer in the table of profiles', async () => {
    lambda.on(InvokeWithResponseStreamCommand).rejects(new Error('throttled'));
    const { statusCode } = await (await started())(event, {});
    expect(statusCode).toBe(503);
    expect(updates()).toMatchObject([{ TableName: 'profiles', Key: { pk: { S: profileKey } } }]);
  });

  it('answers from the catalogue’s numbers while the table is gone, and says so in its log', async () => {
    dynamo.onAnyCommand().rejects(new Error('gone'));
    const { statusCode, body } = await (await started())(event, {});
    expect(statusCode).toBe(200);
    expect(JSON.parse(body).requestId).toBe('r-1');
    const warnings = vi.mocked(console.warn).mock.calls.map(([line]) => JSON.parse(String(line)));
    expect(warnings.map(({ message }) => message).sort()).toEqual([
      'profiles not read',
      'secret not read',
    ]);
    expect(warnings.find(({ failures }) => failures)?.failures).toEqual(['plain: Error: gone']);
    expect(warnings.find(({ error }) => error)?.error).toMatchObject({ message: 'gone' });
    const counts = vi.mocked(console.log).mock.calls.map(([line]) => JSON.parse(String(line)));
    expect(counts).toContainEqual(expect.objectContaining({ ProfileReadFailed: 1 }));
  });

  it('does not wait for a slow table, and says so in its log', async () => {
    dynamo.onAnyCommand().callsFake(() => new Promise(() => {}));
    const { statusCode } = await (await started())(event, {});
    expect(statusCode).toBe(200);
    const [[line] = []] = vi.mocked(console.warn).mock.calls;
    expect(JSON.parse(String(line))).toMatchObject({
      message: 'profiles not read in time for the first request',
      kind: 'first-read-late',
      waitedMs: 150,
    });
  });

  it('does not start when a model has no function', async () => {
    await expect(started({}, {})).rejects.toThrow('functions.json has no function for "plain"');
  });
});

describe('the profiler', () => {
  type Handler = (event: unknown, context: object) => Promise<unknown>;
  const settings = {
    MDI_PROFILE_CONCURRENCY: '1',
    MDI_PROFILE_TIMEOUT_MS: '60000',
    MDI_PROFILE_MODEL_MS: '20',
    MDI_PROFILE_MAX_RUNS: '5',
    MDI_PROFILE_PRECISION: '1',
  };
  const profiles = 'Custom::MdInferenceProfiles';
  const properties = { versions: { plain: 'fn-plain:7' } };
  const request = (RequestType: string, ResourceType: string, ResourceProperties: object) => ({
    ...{ RequestType, ResourceType, ResourceProperties },
    ...(RequestType !== 'Create' && { PhysicalResourceId: 'as before' }),
  });
  const started = async () =>
    (await start('profiler', settings, { 'red.png': await colourImage(0) })) as Handler;
  const puts = () => dynamo.commandCalls(PutItemCommand).map(({ args }) => args[0].input);

  it('makes the secret, measures new versions with the sample and sums up', async () => {
    const handler = await started();
    const answer = await handler(request('Create', profiles, properties), {});
    const summary = expect.stringMatching(/^512 MB: mean .* \(\d+ runs/);
    expect(answer).toEqual({
      PhysicalResourceId: `Stack-Api/${profiles}`,
      Data: { [summaryAttribute('plain')]: summary },
    });
    expect(puts()).toMatchObject([
      { TableName: 'profiles', Item: { pk: { S: 'Stack-Api/feedback' }, sk: { S: 'secret' } } },
      { TableName: 'profiles', Item: { pk: { S: 'Stack-Api/versions' }, sk: { S: 'fn-plain:7' } } },
    ]);
    const [invocation] = lambda.commandCalls(InvokeWithResponseStreamCommand);
    const { FunctionName, Payload } = invocation?.args[0].input ?? {};
    expect(FunctionName).toBe('fn-plain:7');
    expect(JSON.parse(Buffer.from(Payload as Uint8Array).toString())).toMatchObject({
      contentType: 'image/png',
      body: (await colourImage(0)).toString('base64'),
    });
    const [replaced] = dynamo.commandCalls(TransactWriteItemsCommand);
    expect(replaced?.args[0].input.TransactItems).toMatchObject([
      { Put: { TableName: 'profiles', Item: { pk: { S: profileKey }, sk: { S: 'baseline' } } } },
    ]);
  });

  it('patiently repeats what new permissions do not allow yet, and times each call of a model alone', async () => {
    await (await started())(request('Update', profiles, properties), {});
    for (const { thisValue } of [
      ...dynamo.commandCalls(PutItemCommand),
      ...dynamo.commandCalls(TransactWriteItemsCommand),
    ]) {
      const { retryStrategy } = (thisValue as DynamoDBClient).config;
      expect((await retryStrategy()).constructor.name).toBe('NewPermissionsRetryStrategy');
    }
    const [invocation] = lambda.commandCalls(InvokeWithResponseStreamCommand);
    const caller = invocation?.thisValue as LambdaClient | undefined;
    expect(await caller?.config.maxAttempts()).toBe(1);
  });

  it('calls a new version of the selector', async () => {
    const selectorCheck = 'Custom::MdInferenceSelectorCheck';
    const payload = Buffer.from('{"statusCode":200}') as never;
    lambda.on(InvokeCommand).resolves({ Payload: payload });
    const handler = await started();
    const event = request('Update', selectorCheck, { version: 'selector:3' });
    expect(await handler(event, {})).toEqual({ PhysicalResourceId: 'as before' });
    expect(lambda.commandCalls(InvokeCommand)[0]?.args[0].input.FunctionName).toBe('selector:3');
  });

  describe('copies models to their bucket', () => {
    const modelFiles = 'Custom::MdInferenceModelFiles';
    const files = [{ fromBucket: 'assets', fromKey: 'a.onnx', key: 'd/plain/a.onnx' }];
    const place = { bucket: 'own', prefix: 'd/', keep: 'false', files };
    beforeEach(() => {
      s3.onAnyCommand().resolves({});
      s3.on(ListObjectsV2Command).resolves({ Contents: [{ Key: 'd/plain/a.onnx' }] });
    });

    it('when the stack is created, and again only what is new', async () => {
      const handler = await started();
      await handler(request('Create', modelFiles, place), {});
      expect(s3.commandCalls(CopyObjectCommand)).toHaveLength(1);
      const update = request('Update', modelFiles, place);
      await handler({ ...update, OldResourceProperties: place }, {});
      expect(s3.commandCalls(CopyObjectCommand)).toHaveLength(1);
      expect(s3.commandCalls(DeleteObjectsCommand)).toHaveLength(0);
    });

    it('leaves none where that failed: a bucket that is not empty would fail the rollback', async () => {
      s3.on(CopyObjectCommand).rejects(new Error('denied'));
      const creating = (await started())(request('Create', modelFiles, place), {});
      await expect(creating).rejects.toThrow('denied');
      expect(s3.commandCalls(DeleteObjectsCommand)).toHaveLength(1);
      const updating = (await started())(request('Update', modelFiles, place), {});
      await expect(updating).rejects.toThrow('denied');
      expect(s3.commandCalls(DeleteObjectsCommand)).toHaveLength(1);
    });

    it('deletes them with the stack, unless they are to be kept', async () => {
      const handler = await started();
      await handler(request('Delete', modelFiles, { ...place, keep: 'true' }), {});
      expect(s3.commandCalls(DeleteObjectsCommand)).toHaveLength(0);
      await handler(request('Delete', modelFiles, place), {});
      expect(s3.commandCalls(DeleteObjectsCommand)).toHaveLength(1);
    });
  });

  it.each([profiles, 'Custom::MdInferenceSelectorCheck'])(
    'leaves everything alone when %s is deleted: profiles go with their table',
    async (type) => {
      expect(await (await started())(request('Delete', type, properties), {})).toEqual({
        PhysicalResourceId: 'as before',
      });
      expect(dynamo.calls()).toHaveLength(0);
      expect(lambda.calls()).toHaveLength(0);
    },
  );

  it('stays the same resource when its catalogue gets another name', async () => {
    const update = request('Update', profiles, properties);
    const renamed = { 'catalogue.json': JSON.stringify({ ...catalogue, name: 'hues' }) };
    const handler = (await start('profiler', settings, {
      'red.png': await colourImage(0),
      ...renamed,
    })) as Handler;
    expect(await handler(update, {})).toMatchObject({ PhysicalResourceId: 'as before' });
    expect(await handler(request('Delete', profiles, properties), {})).toEqual({
      PhysicalResourceId: 'as before',
    });
  });

  it('is no other resource', async () => {
    const asked = (await started())(request('Create', 'Custom::Other', {}), {});
    await expect(asked).rejects.toThrow('there is no custom resource Custom::Other');
  });
});
