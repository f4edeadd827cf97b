import { InvokeWithResponseStreamCommand } from '@aws-sdk/client-lambda';
import { describe, expect, it } from 'vitest';
import { answerWith } from '../../../functions/selector/answer.ts';
import { candidatesOf } from '../../../functions/selector/candidates.ts';
import { InvocationError } from '../../../lib/service/inference/invoke.ts';
import { okAnswer, okStream, responseStream } from '../../fixtures/response-stream.ts';
import { invoked, lambda, madeUpService, mockLambda, profileKeyOf } from './made-up-service.ts';

mockLambda();

const speedsMs = { fast: 1, middle: 10, slow: 100 };
const service = () =>
  madeUpService(
    {},
    Object.entries(speedsMs).map(([name, meanMs]) => ({ name, meanMs, stdMs: 0, accuracyPct: 50 })),
  );
const event = { requestId: 'r', contentType: 'image/jpeg', body: 'AAAA', record: true };

async function answer(name: string, parts = service()) {
  const candidates = candidatesOf(parts, await parts.profiles.profiles());
  const chosen = candidates.find((candidate) => candidate.name === name);
  if (!chosen) throw new Error(`no model ${name}`);
  return answerWith(parts, chosen, event);
}

function functionsAnswer(outputs: Record<string, () => unknown>): void {
  lambda.on(InvokeWithResponseStreamCommand).callsFake(({ FunctionName }) => {
    const output = outputs[FunctionName.replace(':live', '')];
    if (!output) throw Object.assign(new Error('no'), { name: 'TooManyRequestsException' });
    return output();
  });
}

const nan = () =>
  responseStream(['{"status":"non-finite-output","detail":"NaN","coldStart":false}\n']);

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
    const parts = service();
    const { model, failed } = await answer('slow', parts);
    expect(model.name).toBe('fast');
    expect(failed).toEqual(['slow']);
    expect(parts.store.record.mock.calls).toEqual([[profileKeyOf('slow'), { kind: 'failure' }]]);
    expect(parts.telemetry.count.mock.calls).toEqual([['ModelFailed']]);
    expect(parts.telemetry.logger.warn.mock.calls).toEqual([
      ['model could not answer', { requestId: 'r', error: expect.any(InvocationError) }],
    ]);
  });

  it('asks the next when the fastest itself was chosen', async () => {
    functionsAnswer({ 'fn-middle': okStream });
    expect((await answer('fast')).model.name).toBe('middle');
  });

  it('falls back from NaN, which the function has counted itself', async () => {
    functionsAnswer({ 'fn-slow': nan, 'fn-fast': okStream });
    const parts = service();
    expect((await answer('slow', parts)).failed).toEqual(['slow']);
    expect(parts.store.record).not.toHaveBeenCalled();
    expect(parts.telemetry.logger.warn.mock.calls[0]?.[1].error.message).toBe('slow: NaN');
  });

  it('is a 503 that says when to come back when two models could not', async () => {
    functionsAnswer({});
    await expect(answer('slow')).rejects.toMatchObject({
      type: 'no-model-available',
      message: 'no model could answer; try again',
      headers: { 'retry-after': '1' },
    });
    expect(invoked()).toEqual(['fn-slow:live', 'fn-fast:live']);
  });

  it('is a 502 when both models answer NaN', async () => {
    functionsAnswer({ 'fn-slow': nan, 'fn-fast': nan });
    await expect(answer('slow')).rejects.toMatchObject({
      type: 'non-finite-output',
      message: 'the models gave no valid output for this request',
    });
  });

  it.each([
    ['an image that cannot be decoded', 'undecodable-image'],
    ['a tensor of NaN', 'wrong-tensor-values'],
  ])('does not try other models with %s', async (_, status) => {
    const line = `{"status":"${status}","detail":"no","coldStart":false}\n`;
    functionsAnswer({ 'fn-slow': () => responseStream([line]) });
    const parts = service();
    await expect(answer('slow', parts)).rejects.toMatchObject({ type: status, message: 'no' });
    expect(invoked()).toHaveLength(1);
    expect(parts.store.record).not.toHaveBeenCalled();
  });

  it('has nobody else to ask in a catalogue of one model', async () => {
    functionsAnswer({});
    const alone = madeUpService({}, [{ name: 'slow', meanMs: 1, stdMs: 0, accuracyPct: 50 }]);
    await expect(answer('slow', alone)).rejects.toMatchObject({ type: 'no-model-available' });
    expect(invoked()).toHaveLength(1);
  });

  it('passes on what is no failure of a model', async () => {
    const parts = service();
    parts.store.record.mockImplementation(() => {
      throw new Error('a bug');
    });
    functionsAnswer({});
    await expect(answer('slow', parts)).rejects.toThrow('a bug');
  });

  it('is open until its failure is counted', async () => {
    const counted = Promise.withResolvers<{ applied: true }>();
    functionsAnswer({ 'fn-fast': okStream });
    const parts = service();
    parts.store.record.mockReturnValue(counted.promise);
    await answer('slow', parts);
    const [counting] = parts.open;
    expect(parts.open.size).toBe(1);
    counted.resolve({ applied: true });
    await counting;
    expect(parts.open.size).toBe(0);
  });
});
