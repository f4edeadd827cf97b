import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { LambdaClientConfig } from '@aws-sdk/client-lambda';
import { toLine } from '../../../lib/core/contract/inference-event.ts';
import { invokeComplete, payloadChunk } from '../../../lib/local/lambda/event-stream.ts';
import { close, listen, urlOf } from '../../../lib/local/shared/http-server.ts';
import { okAnswer } from '../../fixtures/response-stream.ts';

/** How a {@link LambdaStub} behaves. */
export interface LambdaStubOptions {
  /** Calls that run at the same time; more are throttled, as at an account's limit. */
  readonly slots?: number;
  /** What a call takes, in ms. */
  readonly takesMs?: number;
  /** Whether this call is answered with 429 whatever is free. */
  readonly throttles?: (call: number) => boolean;
}

/** A Lambda API that throttles as AWS documents it, in front of functions that all answer the same. */
export interface LambdaStub {
  /** What an SDK client needs to call it. */
  readonly config: LambdaClientConfig;
  readonly calls: number;
  readonly throttled: number;
  close(): Promise<void>;
}

/** @see https://docs.aws.amazon.com/lambda/latest/api/API_InvokeWithResponseStream.html#API_InvokeWithResponseStream_Errors */
export async function startLambdaStub({
  slots = Number.POSITIVE_INFINITY,
  takesMs = 0,
  throttles = () => false,
}: LambdaStubOptions = {}): Promise<LambdaStub> {
  const seen = { calls: 0, throttled: 0 };
  let running = 0;
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    request.resume();
    const isThrottled = throttles(seen.calls++) || running >= slots;
    if (isThrottled) {
      seen.throttled++;
      response.writeHead(429, { 'x-amzn-errortype': 'TooManyRequestsException' });
      response.end(
        JSON.stringify({ Reason: 'ConcurrentInvocationLimitExceeded', message: 'Rate Exceeded.' }),
      );
      return;
    }
    running++;
    await delay(takesMs);
    running--;
    response.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' });
    response.write(payloadChunk(Buffer.from(toLine(okAnswer))));
    response.end(invokeComplete(undefined));
  };
  const server = createServer((request, response) => void answer(request, response));
  const endpoint = urlOf(await listen(server));
  return {
    config: {
      endpoint,
      region: 'local',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    },
    get calls() {
      return seen.calls;
    },
    get throttled() {
      return seen.throttled;
    },
    close: () => close(server),
  };
}
