import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { CallRecorder } from '../shared/calls.ts';
import { type EndpointSettings, isStranger } from '../shared/endpoint.ts';
import { TooManyRequestsError } from '../shared/errors.ts';
import { readBody } from '../shared/http-server.ts';
import { functionArn } from '../template/arns.ts';
import { invokeComplete, payloadChunk } from './event-stream.ts';
import type { FunctionReference, FunctionRegistry } from './function-registry.ts';
import { LambdaInvocation, maxRequestBytes } from './invocation.ts';

/** `/2015-03-31/functions/NAME/invocations` or `/2021-11-15/functions/NAME/response-streaming-...` */
const invokePath = /^\/[\d-]+\/functions\/([^/]+)\/(invocations|response-streaming-invocations)$/;

/** How long an asynchronous invocation waits for a free environment; Lambda: up to 6 hours. */
const asyncQueueMs = 60_000;

/**
 * The part of the AWS Lambda API that functions call: Invoke and InvokeWithResponseStream, for the
 * unmodified AWS SDK.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
export function invokeEndpoint(
  registry: FunctionRegistry,
  { recorder, tokens, frozen }: EndpointSettings,
): RequestListener {
  return (request, response) => {
    if (frozen?.reset(request)) return;
    if (isStranger(request, tokens)) {
      const message = 'The security token included in the request is invalid.';
      sendError(response, 403, 'UnrecognizedClientException', message);
      return;
    }
    void handle(request, response, registry, recorder).catch((error: unknown) =>
      sendError(response, 500, 'ServiceException', String(error)),
    );
  };
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  registry: FunctionRegistry,
  recorder: CallRecorder,
): Promise<void> {
  const payload = await readBody(request, maxRequestBytes);
  if (payload === 'aborted') return;
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://lambda');
  const [, name = '', operation] = invokePath.exec(pathname) ?? [];
  const { authorization } = request.headers;
  if (!authorization?.startsWith('AWS4-')) {
    return sendError(
      response,
      403,
      'MissingAuthenticationTokenException',
      'Missing Authentication Token',
    );
  }
  if (!operation || request.method !== 'POST') {
    return sendError(response, 404, 'UnknownOperationException', `No such operation: ${pathname}`);
  }
  const reference = decodeURIComponent(name);
  const qualifier = searchParams.get('Qualifier') ?? undefined;
  const found = registry.find(reference, qualifier);
  recorder.record(authorization, 'lambda:InvokeFunction', found?.arn ?? functionArn(reference));
  if (!found) {
    const missing = functionArn(qualifier ? `${reference}:${qualifier}` : reference);
    return sendError(response, 404, 'ResourceNotFoundException', `Function not found: ${missing}`);
  }
  if (payload === 'too large') {
    const limit = `Request must be smaller than ${maxRequestBytes} bytes for the InvokeFunction operation`;
    return sendError(response, 413, 'RequestTooLargeException', limit);
  }
  if (!isJson(payload)) {
    return sendError(
      response,
      400,
      'InvalidRequestContentException',
      'Could not parse request body into json',
    );
  }
  const event = payload.length === 0 ? Buffer.from('{}') : payload;
  try {
    if (operation === 'response-streaming-invocations') {
      await invokeWithResponseStream(response, found, event);
    } else {
      await invoke(response, found, event, request.headers['x-amz-invocation-type']);
    }
  } catch (error) {
    if (!(error instanceof TooManyRequestsError)) throw error;
    sendError(response, 429, 'TooManyRequestsException', error.message, {
      Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
    });
  }
}

async function invoke(
  response: ServerResponse,
  { pool, version }: FunctionReference,
  payload: Buffer,
  type: string | string[] | undefined,
): Promise<void> {
  const invocation = new LambdaInvocation(payload);
  const headers = { 'x-amzn-requestid': invocation.requestId, 'x-amz-executed-version': version };
  if (type === 'DryRun') {
    response.writeHead(204, headers).end();
    return;
  }
  if (type === 'Event') {
    // Nobody is told what becomes of it, as on Lambda; the function's log says it.
    void pool.invoke(invocation, asyncQueueMs).catch(() => {});
    response.writeHead(202, headers).end();
    return;
  }
  await pool.invoke(invocation);
  const answer = await invocation.answered;
  response.writeHead(200, {
    ...headers,
    ...(answer.failed ? { 'x-amz-function-error': 'Unhandled' } : {}),
    'content-type': 'application/json',
    'content-length': answer.payload.length,
  });
  response.end(answer.payload);
}

async function invokeWithResponseStream(
  response: ServerResponse,
  { pool, version }: FunctionReference,
  payload: Buffer,
): Promise<void> {
  const invocation = new LambdaInvocation(payload, async (chunk) => {
    if (response.destroyed || response.write(payloadChunk(chunk))) return;
    await roomIn(response);
  });
  response.setHeader('x-amzn-requestid', invocation.requestId);
  response.setHeader('x-amz-executed-version', version);
  response.setHeader('content-type', 'application/vnd.amazon.eventstream');
  await pool.invoke(invocation);
  const { failed, payload: error } = await invocation.answered;
  response.end(invokeComplete(failed ? error : undefined));
}

/** Waits for a caller that reads more slowly than the function writes: the rest must not pile up here. */
function roomIn(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });
}

function isJson(payload: Buffer): boolean {
  if (payload.length === 0) return true;
  try {
    JSON.parse(payload.toString());
    return true;
  } catch {
    return false;
  }
}

function sendError(
  response: ServerResponse,
  status: number,
  type: string,
  message: string,
  more: Readonly<Record<string, string>> = {},
): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const body = JSON.stringify({ Type: status < 500 ? 'User' : 'Service', message, ...more });
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-amzn-errortype': type,
  });
  response.end(body);
}
