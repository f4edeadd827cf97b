import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { InvokeWithResponseStreamCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { answerWith } from '../../../functions/selector/answer.ts';
import type { ServedCandidate } from '../../../functions/selector/candidates.ts';
import type { Service } from '../../../functions/selector/service.ts';
import { referenceProfile } from '../../../lib/service/profiles/profile.ts';
import { ProfileStore } from '../../../lib/service/profiles/store.ts';
import { okAnswer, okStream, responseStream } from '../../fixtures/response-stream.ts';

process.env.AWS_REGION = 'local';
const lambda = mockClient(LambdaClient);
const dynamo = mockClient(DynamoDBClient);

const speedsMs = { fast: 1, middle: 10, slow: 100 };
const models = Object.entries(speedsMs).map(([name]) => ({
  name,
  functionName: `fn-${name}`,
  profileKey: `test/pets/${name}@aaaaaaaaaaaa`,
  accuracyPct: 50,
}));
const snapshot = new Map(
  Object.entries(speedsMs).map(([name, meanMs]) => [name, referenceProfile({ meanMs, stdMs: 0 })]),
);
const service = {
  models,
  lambda: new LambdaClient({}),
  store: new ProfileStore({ tableName: 'profiles' }),
  profiles: { profiles: async () => snapshot },
  open: new Set(),
  telemetry: { logger: { warn: () => {} }, count: () => {} },
} as unknown as Service;

const candidate = (name: string) => models.find((m) => m.name === name) as ServedCandidate;
const event = { requestId: 'r', contentType: 'image/jpeg', body: 'AAAA', record: true };
const answer = (name: string) => answerWith(service, candidate(name), event);

function functionsAnswer(outputs: Record<string, () => unknown>): void {
  lambda.on(InvokeWithResponseStreamCommand).callsFake(({ FunctionName }) => {
    const output = outputs[FunctionName];
    if (!output) throw Object.assign(new Error('no'), { name: 'TooManyRequestsException' });
    return output();
  });
}

const failedUpdates = () =>
  dynamo
    .commandCalls(UpdateItemCommand)
    .filter(({ args }) => args[0].input.UpdateExpression?.includes('failN'))
    .map(({ args }) => args[0].input.Key?.pk?.S);

beforeEach(() => {
  lambda.reset();
  dynamo.reset();
  dynamo.on(UpdateItemCommand).resolves({});
});
afterAll(() => {
  lambda.restore();
  dynamo.restore();
});

describe('answerWith', () => {
  it('gives the answer of the chosen model', async () => {
    functionsAnswer({ 'fn-slow': okStream });
    const { model, failed, ...rest } = await answer('slow');
    expect(model.name).toBe('slow');
    expect(failed).toEqual([]);
    expect(rest.answer).toEqual(okAnswer);
  });

  it('asks the fastest of the others when the chosen model cannot, and counts the failure', async () => {
    functionsAnswer({ 'fn-fast': okStream });
    const { model, failed } = await answer('slow');
    expect(model.name).toBe('fast');
    expect(failed).toEqual(['slow']);
    expect(failedUpdates()).toEqual([candidate('slow').profileKey]);
  });

  it('asks the next when the fastest itself was chosen', async () => {
    functionsAnswer({ 'fn-middle': okStream });
    expect((await answer('fast')).model.name).toBe('middle');
  });

  it('falls back from NaN, which the function has counted itself', async () => {
    const line = '{"status":"non-finite-output","detail":"NaN","coldStart":false}\n';
    functionsAnswer({ 'fn-slow': () => responseStream([line]), 'fn-fast': okStream });
    expect((await answer('slow')).failed).toEqual(['slow']);
    expect(failedUpdates()).toEqual([]);
  });

  it('is a 503 that says when to come back when two models could not', async () => {
    functionsAnswer({});
    await expect(answer('slow')).rejects.toMatchObject({
      type: 'no-model-available',
      headers: { 'retry-after': '1' },
    });
    expect(lambda.commandCalls(InvokeWithResponseStreamCommand)).toHaveLength(2);
  });

  it('is a 502 when both models answer NaN', async () => {
    const line = '{"status":"non-finite-output","detail":"NaN","coldStart":false}\n';
    const nan = () => responseStream([line]);
    functionsAnswer({ 'fn-slow': nan, 'fn-fast': nan });
    await expect(answer('slow')).rejects.toMatchObject({ type: 'non-finite-output' });
  });

  it.each([
    ['an image that cannot be decoded', 'undecodable-image'],
    ['a tensor of NaN', 'wrong-tensor-values'],
  ])('does not try other models with %s', async (_, status) => {
    const line = `{"status":"${status}","detail":"no","coldStart":false}\n`;
    functionsAnswer({ 'fn-slow': () => responseStream([line]) });
    await expect(answer('slow')).rejects.toMatchObject({ type: status });
    expect(lambda.commandCalls(InvokeWithResponseStreamCommand)).toHaveLength(1);
    expect(failedUpdates()).toEqual([]);
  });
});
