import {
  InvokeWithResponseStreamCommand,
  type InvokeWithResponseStreamResponseEvent,
  LambdaClient,
  type LambdaClientConfig,
} from '@aws-sdk/client-lambda';
import {
  type InferenceAnswer,
  type InferenceEvent,
  inferenceAnswerSchema,
} from '../../core/contract/inference-event.ts';
import { MdInferenceError } from '../../core/errors.ts';
import { epochMs } from '../clock.ts';
import { createConnections, keepFresh } from '../fresh-connections.ts';
import type { Overheads } from './service-time.ts';

/**
 * Why a model's function did not answer: `throttled` says that it was not run, and nothing about the
 * model; `aborted` that its caller waits no longer; `failed` everything else.
 */
export type InvocationErrorKind = 'failed' | 'throttled' | 'aborted';

/** A model's function did not answer: it was throttled, timed out or crashed, or its answer was malformed. */
export class InvocationError extends MdInferenceError {
  override readonly name = 'InvocationError';
  readonly kind: InvocationErrorKind;

  constructor(message: string, { kind = 'failed', cause }: InvocationErrorOptions = {}) {
    super(message, { cause });
    this.kind = kind;
  }
}

/** What is known of an {@link InvocationError} beside its message. */
export interface InvocationErrorOptions {
  /** @default 'failed' */
  readonly kind?: InvocationErrorKind;
  readonly cause?: unknown;
}

/** The client that invokes models: one whose connections outlive Lambda's freezing of its environment. */
export function createLambdaClient(config: LambdaClientConfig): LambdaClient {
  const connections = createConnections();
  const client = new LambdaClient({ requestHandler: connections, ...config });
  keepFresh(client, connections);
  return client;
}

/** A model's answer with the time the caller waited for it. */
export interface ModelInvocation {
  readonly answer: InferenceAnswer;
  /** From the invocation to the complete answer, in ms. */
  readonly serviceMs: number;
  /** Resolves when the stream has closed and its connection can be used again. Never rejects. */
  readonly closed: Promise<void>;
}

/** Options of {@link invokeModel}. */
export interface InvokeOptions {
  /** Ends the waiting for the answer. The function runs on: Lambda cannot call an invocation off. */
  readonly signal?: AbortSignal | undefined;
  /** Learns from this call, and tells the function what it has learned from earlier ones. */
  readonly overheads?: Overheads | undefined;
}

/**
 * Invokes a model's function and returns as soon as its answer is complete. The rest of the stream is read
 * in the background, which keeps the connection usable. Its end says that the runtime has posted the whole
 * response; nothing says when the function has done the work behind it, its profile's update
 * (https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html).
 *
 * @throws {@link InvocationError} when the function does not answer, whatever the reason
 */
export async function invokeModel(
  client: LambdaClient,
  functionName: string,
  event: Omit<InferenceEvent, 'invokedEpochMs' | 'overheadMs'>,
  { signal, overheads }: InvokeOptions = {},
): Promise<ModelInvocation> {
  const overheadMs = overheads?.of(functionName);
  const invokedEpochMs = epochMs();
  const startMs = performance.now();
  const waiting = new AbortController();
  const stopWaiting = () => waiting.abort();
  signal?.addEventListener('abort', stopWaiting);
  try {
    if (signal?.aborted) stopWaiting();
    const { EventStream } = await client.send(
      new InvokeWithResponseStreamCommand({
        FunctionName: functionName,
        Payload: Buffer.from(JSON.stringify({ ...event, invokedEpochMs, overheadMs })),
      }),
      { abortSignal: waiting.signal },
    );
    if (!EventStream) throw new InvocationError(`${functionName} gave no response stream`);
    const events = EventStream[Symbol.asyncIterator]();
    const answer = inferenceAnswerSchema.parse(JSON.parse(await firstLine(events, functionName)));
    const serviceMs = performance.now() - startMs;
    // It stands for a later call: a caller whose calls do not count has no part in that either.
    if (event.record) overheads?.observe(functionName, serviceMs, answer);
    return { answer, serviceMs, closed: drain(events) };
  } catch (error) {
    if (error instanceof InvocationError) throw error;
    const { name, message } = error as Error;
    throw new InvocationError(`${functionName} did not answer: ${name}: ${message}`, {
      kind: signal?.aborted ? 'aborted' : kindOf(name),
      cause: error,
    });
  } finally {
    // What is left to read behind an answer is nobody's deadline's business.
    signal?.removeEventListener('abort', stopWaiting);
  }
}

/** @see https://docs.aws.amazon.com/lambda/latest/api/API_InvokeWithResponseStream.html#API_InvokeWithResponseStream_Errors */
function kindOf(errorName: string): InvocationErrorKind {
  return errorName === 'TooManyRequestsException' ? 'throttled' : 'failed';
}

type Events = AsyncIterator<InvokeWithResponseStreamResponseEvent>;

async function firstLine(events: Events, functionName: string): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for (;;) {
    const { value, done } = await events.next();
    if (done) throw new InvocationError(`${functionName} ended its stream without an answer`);
    if (value.InvokeComplete?.ErrorCode) {
      const { ErrorCode, ErrorDetails } = value.InvokeComplete;
      throw new InvocationError(`${functionName} failed: ${ErrorCode}: ${inOneLine(ErrorDetails)}`);
    }
    text += decoder.decode(value.PayloadChunk?.Payload, { stream: true });
    const end = text.indexOf('\n');
    if (end >= 0) return text.slice(0, end);
  }
}

/** Lambda reports a function's error as JSON with a stack trace; people need its name and message. */
function inOneLine(details = ''): string {
  try {
    const { errorType, errorMessage } = JSON.parse(details);
    return `${errorType}: ${errorMessage}`.replaceAll(/\s+/g, ' ');
  } catch {
    return details;
  }
}

async function drain(events: Events): Promise<void> {
  try {
    while (!(await events.next()).done);
  } catch {
    // The answer is here; a stream that breaks behind it changes nothing.
  }
}
