import { once } from 'node:events';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { InvokeWithResponseStreamCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toLine } from '../../../../lib/core/contract/inference-event.ts';
import { invokeComplete, payloadChunk } from '../../../../lib/local/lambda/event-stream.ts';
import {
  createLambdaClient,
  InvocationError,
  invokeModel,
} from '../../../../lib/service/inference/invoke.ts';
import { Overheads } from '../../../../lib/service/inference/service-time.ts';
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

  it('tells a function what earlier calls took beside the function’s own time', async () => {
    const overheads = new Overheads();
    lambda
      .on(InvokeWithResponseStreamCommand)
      .callsFake(() => okStream({ ...okAnswer, tookMs: 0 }));
    const { serviceMs } = await invokeModel(client, 'model-function', event, { overheads });
    await invokeModel(client, 'model-function', event, { overheads });
    await invoke();
    const sent = lambda.commandCalls(InvokeWithResponseStreamCommand).map(({ args }) => {
      return JSON.parse(Buffer.from(args[0].input.Payload as Uint8Array).toString()).overheadMs;
    });
    expect(sent).toEqual([{}, { warm: serviceMs }, undefined]);
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

  it('tells throttling from failing', async () => {
    const error = Object.assign(new Error('slow down'), { name: 'TooManyRequestsException' });
    lambda.on(InvokeWithResponseStreamCommand).rejects(error);
    const failure = invoke();
    await expect(failure).rejects.toThrow(/model-function .*TooManyRequestsException: slow down/);
    await expect(failure).rejects.toMatchObject({ name: 'InvocationError', kind: 'throttled' });
    lambda.on(InvokeWithResponseStreamCommand).rejects(new Error('broken'));
    await expect(invoke()).rejects.toMatchObject({ name: 'InvocationError', kind: 'failed' });
  });
});

describe('invokeModel with a signal', () => {
  const servers: Server[] = [];
  beforeEach(() => lambda.restore());
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  /** A client of a Lambda endpoint that answers as told. */
  async function clientOf(listener: RequestListener): Promise<LambdaClient> {
    const server = createServer(listener).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    return createLambdaClient({
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      region: 'local',
      credentials: { accessKeyId: 'a', secretAccessKey: 's' },
    });
  }

  const begin = (response: ServerResponse) =>
    response.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' });
  const waiting: [string, (response: ServerResponse) => void][] = [
    ['for the response to begin', () => {}],
    ['for its first byte', (response) => begin(response).flushHeaders()],
    [
      'for the rest of it',
      (response) => begin(response).write(payloadChunk(Buffer.from('{"status":'))),
    ],
  ];

  it.each(waiting)('waits no longer %s', async (_, answer) => {
    const answered = Promise.withResolvers<void>();
    let requests = 0;
    const caller = await clientOf((request, response) => {
      requests++;
      request.resume().on('end', () => {
        answer(response);
        answered.resolve();
      });
    });
    const deadline = new AbortController();
    const failure = invokeModel(caller, 'f', event, { signal: deadline.signal });
    void answered.promise.then(() => deadline.abort());
    await expect(failure).rejects.toMatchObject({ name: 'InvocationError', kind: 'aborted' });
    expect(requests).toBe(1);
  });

  it('does not even begin once it is aborted', async () => {
    let requests = 0;
    const caller = await clientOf(() => {
      requests++;
    });
    const failure = invokeModel(caller, 'f', event, { signal: AbortSignal.abort() });
    await expect(failure).rejects.toMatchObject({ name: 'InvocationError', kind: 'aborted' });
    expect(requests).toBe(0);
  });

  it('reads the rest behind an answer, whatever becomes of the signal', async () => {
    const closed = Promise.withResolvers<void>();
    const connections = new Set<unknown>();
    const caller = await clientOf((request, response) => {
      connections.add(request.socket);
      request.resume().on('end', () => {
        begin(response).write(payloadChunk(Buffer.from(toLine(okAnswer))));
        void closed.promise.then(() => response.end(invokeComplete()));
      });
    });
    const deadline = new AbortController();
    const first = await invokeModel(caller, 'f', event, { signal: deadline.signal });
    expect(first.answer).toEqual(okAnswer);
    deadline.abort();
    closed.resolve();
    await first.closed;
    await invokeModel(caller, 'f', event);
    expect(connections.size).toBe(1);
  });
});
