import { once } from 'node:events';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { InvokeWithResponseStreamCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type InferenceAnswer, toLine } from '../../../../lib/core/contract/inference-event.ts';
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
const labels = ['cat', 'dog'];
const invoke = () => invokeModel(client, 'model-function', event, { labels });

type Ok = Extract<InferenceAnswer, { status: 'ok' }>;
const withPredictions = (...predictions: object[]) => ({ ...okAnswer, predictions }) as Ok;
const [cat, dog] = [
  { index: 0, label: 'cat', score: 0.5 },
  { index: 1, label: 'dog', score: 0.4 },
];
/** Answers that could not be an honest model's, and what is said of them. */
const malformed = (
  [
    ['no predictions', withPredictions(), /field predictions: /],
    ['an index below 0', withPredictions({ ...cat, index: -5 }), /field predictions.0.index: /],
    ['an index that is none', withPredictions({ ...cat, index: 2 }), /no label 2, "cat"/],
    ['another label', withPredictions({ ...cat, label: 'dog' }), /no label 0, "dog"/],
    ['a label twice', withPredictions(cat, cat), /a label is there twice/],
    ['the best last', withPredictions(dog, cat), /must be best first/],
    ['a score above 1', withPredictions({ ...cat, score: 7e99 }), /predictions.0.score: /],
    ['a score below 0', withPredictions({ ...cat, score: -1 }), /predictions.0.score: /],
    ['a negative time', { ...okAnswer, decodeMs: -1 }, /field decodeMs: /],
    ['a negative run', { ...okAnswer, runMs: -1 }, /field runMs: /],
  ] as [string, InferenceAnswer, RegExp][]
).map(([what, answer, message]): [string, object, RegExp] => [what, okStream(answer), message]);
const infinite = toLine(okAnswer).replace('"score":0.9', '"score":1e999');

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
    const { serviceMs } = await invokeModel(client, 'model-function', event, { labels, overheads });
    await invokeModel(client, 'model-function', event, { labels, overheads });
    await invoke();
    const sent = lambda.commandCalls(InvokeWithResponseStreamCommand).map(({ args }) => {
      return JSON.parse(Buffer.from(args[0].input.Payload as Uint8Array).toString()).overheadMs;
    });
    expect(sent).toEqual([{}, { warm: serviceMs }, undefined]);
  });

  it('tells nothing of what calls took that do not count', async () => {
    const overheads = new Overheads();
    lambda
      .on(InvokeWithResponseStreamCommand)
      .callsFake(() => okStream({ ...okAnswer, tookMs: 0 }));
    await invokeModel(client, 'model-function', { ...event, record: false }, { labels, overheads });
    expect(overheads.of('model-function')).toEqual({});
  });

  it('puts an answer together that comes in pieces, inside a character even', async () => {
    const answer = { ...okAnswer, predictions: [{ index: 0, label: 'é', score: 1 }] };
    const labels = ['é'];
    const bytes = Buffer.from(toLine(answer));
    const cut = bytes.indexOf(Buffer.from('é')) + 1;
    lambda.on(InvokeWithResponseStreamCommand).resolves({
      EventStream: (async function* () {
        yield { PayloadChunk: { Payload: bytes.subarray(0, cut) } };
        yield { PayloadChunk: { Payload: bytes.subarray(cut) } };
        yield { InvokeComplete: {} };
      })(),
    } as never);
    const { answer: read } = await invokeModel(client, 'model-function', event, { labels });
    expect(read).toEqual(answer);
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
    [
      'an answer of another form',
      responseStream(['{"status":"fine"}\n']),
      /malformed answer: field status/,
    ],
    ...malformed,
    ['an infinite score', responseStream([infinite]), /predictions.0.score: /],
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
    const failure = invokeModel(caller, 'f', event, { labels, signal: deadline.signal });
    void answered.promise.then(() => deadline.abort());
    await expect(failure).rejects.toMatchObject({ name: 'InvocationError', kind: 'aborted' });
    expect(requests).toBe(1);
  });

  it('does not even begin once it is aborted', async () => {
    let requests = 0;
    const caller = await clientOf(() => {
      requests++;
    });
    const failure = invokeModel(caller, 'f', event, { labels, signal: AbortSignal.abort() });
    await expect(failure).rejects.toMatchObject({ name: 'InvocationError', kind: 'aborted' });
    expect(requests).toBe(0);
  });

  it.each([
    ['instead of an answer', '', /streamed more than 65536 bytes/],
    ['behind an answer', toLine(okAnswer), undefined],
  ])('reads no endless stream %s', async (_, beginning, message) => {
    const gone = Promise.withResolvers<number>();
    const caller = await clientOf((request, response) => {
      request.resume();
      let sentBytes = 0;
      const chunk = payloadChunk(Buffer.alloc(16_384, 'x'));
      const send = () => {
        while (!response.destroyed && sentBytes < 400e6) {
          sentBytes += chunk.length;
          if (!response.write(chunk)) return;
        }
        response.end();
      };
      begin(response)
        .on('drain', send)
        .on('close', () => gone.resolve(sentBytes));
      if (beginning) response.write(payloadChunk(Buffer.from(beginning)));
      send();
    });
    const invocation = invokeModel(caller, 'f', event, { labels });
    if (message) await expect(invocation).rejects.toThrow(message);
    else expect((await invocation).answer).toEqual(okAnswer);
    // What the connection's buffers hold is sent, and no more.
    expect(await gone.promise).toBeLessThan(100e6);
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
    const first = await invokeModel(caller, 'f', event, { labels, signal: deadline.signal });
    expect(first.answer).toEqual(okAnswer);
    deadline.abort();
    closed.resolve();
    await first.closed;
    await invokeModel(caller, 'f', event, { labels });
    expect(connections.size).toBe(1);
  });
});
