import { InvokeWithResponseStreamCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { toLine } from '../../../../lib/core/contract/inference-event.ts';
import { InvocationError, invokeModel } from '../../../../lib/service/inference/invoke.ts';
import { okAnswer, okStream, responseStream } from '../../../fixtures/response-stream.ts';

const lambda = mockClient(LambdaClient);
const client = new LambdaClient({ region: 'local' });
const event = { requestId: 'r', contentType: 'image/jpeg', body: 'AAAA', record: true };
const invoke = () => invokeModel(client, 'model-function', event);

beforeEach(() => lambda.reset());
afterAll(() => lambda.restore());

describe('invokeModel', () => {
  it('sends the event with the moment of the invocation', async () => {
    lambda.on(InvokeWithResponseStreamCommand).resolves(okStream());
    const beforeMs = Date.now();
    await invoke();
    const { FunctionName, Payload } = lambda.call(0).args[0].input as {
      FunctionName: string;
      Payload: Uint8Array;
    };
    expect(FunctionName).toBe('model-function');
    const sent = JSON.parse(Buffer.from(Payload).toString());
    expect(sent).toMatchObject(event);
    expect(Math.abs(sent.invokedEpochMs - beforeMs)).toBeLessThan(10_000);
  });

  it('puts an answer together that comes in pieces, inside a character even', async () => {
    const answer = { ...okAnswer, predictions: [{ index: 0, label: 'é', score: 1 }] };
    const bytes = Buffer.from(toLine(answer));
    const cut = bytes.indexOf(Buffer.from('é')) + 1;
    lambda.on(InvokeWithResponseStreamCommand).resolves({
      EventStream: (async function* () {
        yield { PayloadChunk: { Payload: bytes.subarray(0, cut) } };
        yield { PayloadChunk: { Payload: bytes.subarray(cut) } };
        yield { InvokeComplete: {} };
      })(),
    } as never);
    expect((await invoke()).answer).toEqual(answer);
  });

  it('returns when the answer is whole and reads the rest of the stream behind it', async () => {
    const gate = Promise.withResolvers<void>();
    let closed = false;
    lambda.on(InvokeWithResponseStreamCommand).resolves({
      EventStream: (async function* () {
        yield { PayloadChunk: { Payload: Buffer.from(toLine(okAnswer)) } };
        await gate.promise;
        yield { InvokeComplete: {} };
        closed = true;
      })(),
    } as never);
    const invocation = await invoke();
    expect(invocation.answer).toEqual(okAnswer);
    expect(closed).toBe(false);
    gate.resolve();
    await invocation.closed;
    expect(closed).toBe(true);
  });

  it('does not mind a stream that breaks behind the answer', async () => {
    lambda.on(InvokeWithResponseStreamCommand).resolves({
      EventStream: (async function* () {
        yield { PayloadChunk: { Payload: Buffer.from(toLine(okAnswer)) } };
        throw new Error('connection reset');
      })(),
    } as never);
    const { answer, closed } = await invoke();
    expect(answer).toEqual(okAnswer);
    await expect(closed).resolves.toBeUndefined();
  });

  it.each([
    [
      'a function that timed out',
      responseStream([], { ErrorCode: 'Sandbox.Timedout' }),
      /Timedout/,
    ],
    [
      'a function that threw',
      responseStream([], {
        ErrorCode: 'Unhandled',
        ErrorDetails: '{"errorType":"TypeError","errorMessage":"no\\nmodel","trace":["at x"]}',
      }),
      /model-function failed: Unhandled: TypeError: no model$/,
    ],
    ['a stream without an answer', responseStream(['{"status":']), /without an answer/],
    ['an answer that is no JSON', responseStream(['hello\n']), /did not answer/],
    ['an answer of another form', responseStream(['{"status":"fine"}\n']), /did not answer/],
    ['no stream', {}, /no response stream/],
  ])('is an InvocationError for %s', async (_, output, message) => {
    lambda.on(InvokeWithResponseStreamCommand).resolves(output as never);
    const failure = invoke();
    await expect(failure).rejects.toBeInstanceOf(InvocationError);
    await expect(failure).rejects.toThrow(message);
  });

  it('is an InvocationError when Lambda throttles', async () => {
    const error = Object.assign(new Error('slow down'), { name: 'TooManyRequestsException' });
    lambda.on(InvokeWithResponseStreamCommand).rejects(error);
    await expect(invoke()).rejects.toThrow(/model-function .*TooManyRequestsException: slow down/);
  });
});
