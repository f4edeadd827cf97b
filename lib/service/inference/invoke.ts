import {
  InvokeWithResponseStreamCommand,
  type InvokeWithResponseStreamResponseEvent,
  LambdaClient,
  type LambdaClientConfig,
} from '@aws-sdk/client-lambda';
import { firstIssue } from '../../core/contract/first-issue.ts';
import {
  faultOfAnswer,
  type InferenceAnswer,
  type InferenceEvent,
  inferenceAnswerSchema,
  maxAnswerBytes,
} from '../../core/contract/inference-event.ts';
import { MdInferenceError } from '../../core/errors.ts';
import { epochMs } from '../clock.ts';
import { createConnections, type FreshnessOptions, keepFresh } from '../fresh-connections.ts';
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
export function createLambdaClient(
  config: LambdaClientConfig,
  freshness: FreshnessOptions = {},
): LambdaClient {
  const connections = createConnections();
  const client = new LambdaClient({ requestHandler: connections, ...config });
  keepFresh(client, connections, freshness);
  return client;
}

/** A model's answer with the time the caller waited for it. */
export interface ModelInvocation {
  readonly answer: InferenceAnswer;
  /** From the invocation to the complete answer, in ms. */
  readonly serviceMs: number;
  /** The version of the function that ran, where Lambda says it. */
  readonly version: string | undefined;
  /** Resolves when the stream has closed and its connection can be used again. Never rejects. */
  readonly closed: Promise<void>;
}

/** Options of {@link invokeModel}. */
export interface InvokeOptions {
  /** The catalogue's: what the model may answer with. */
  readonly labels: readonly string[];
  /** Ends the waiting for the answer. The function runs on: Lambda cannot call an invocation off. */
  readonly signal?: AbortSignal | undefined;
  /** Learns from this call, and tells the function what it has learned from earlier ones. */
  readonly overheads?: Overheads | undefined;
}

/**
 * Invokes a model's function and returns as soon as its answer is complete and found to be one. The rest of the stream is read
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
  { labels, signal, overheads }: InvokeOptions,
): Promise<ModelInvocation> {
  const overheadMs = overheads?.of(functionName);
  const invokedEpochMs = epochMs();
  const startMs = performance.now();
  const waiting = new AbortController();
  const stopWaiting = () => waiting.abort();
  signal?.addEventListener('abort', stopWaiting);
  try {
    if (signal?.aborted) stopWaiting();
    const { EventStream, ExecutedVersion: version } = await client.send(
      new InvokeWithResponseStreamCommand({
        FunctionName: functionName,
        Payload: Buffer.from(JSON.stringify({ ...event, invokedEpochMs, overheadMs })),
      }),
      { abortSignal: waiting.signal },
    );
    if (!EventStream) throw new InvocationError(`${functionName} gave no response stream`);
    const most = maxAnswerBytes(event, labels);
    const stream = new AnswerStream(EventStream, functionName, most);
    const answer = readAnswer(await stream.firstLine(), { event, labels, functionName });
    const serviceMs = performance.now() - startMs;
    // It stands for a later call: a caller whose calls do not count has no part in that either.
    if (event.record) overheads?.observe(functionName, serviceMs, answer);
    return { answer, serviceMs, version, closed: stream.drain().catch(stopWaiting) };
  } catch (error) {
    // Nobody reads what else may come.
    stopWaiting();
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

/** A model's answer is checked as strictly as a request: nothing else may reach the caller. */
function readAnswer(
  line: string,
  {
    event,
    labels,
    functionName,
  }: {
    readonly event: Pick<InferenceEvent, 'wantsScores'>;
    readonly labels: readonly string[];
    readonly functionName: string;
  },
): InferenceAnswer {
  const parsed = inferenceAnswerSchema.safeParse(JSON.parse(line));
  const fault = parsed.success
    ? faultOfAnswer(parsed.data, event, labels)
    : firstIssue(parsed.error, { field: 'field', whole: 'the answer' });
  if (fault === undefined && parsed.success) return parsed.data;
  throw new InvocationError(`${functionName} gave a malformed answer: ${fault}`);
}

/** The stream of a response. No more of it is read than an answer may be long. */
class AnswerStream {
  readonly #events: AsyncIterator<InvokeWithResponseStreamResponseEvent>;
  readonly #functionName: string;
  readonly #maxBytes: number;
  readonly #decoder = new TextDecoder();
  #bytes = 0;

  constructor(
    events: AsyncIterable<InvokeWithResponseStreamResponseEvent>,
    functionName: string,
    maxBytes: number,
  ) {
    this.#maxBytes = maxBytes;
    this.#events = events[Symbol.asyncIterator]();
    this.#functionName = functionName;
  }

  async firstLine(): Promise<string> {
    let line = '';
    for (;;) {
      const text = await this.#next();
      if (text === undefined) {
        throw new InvocationError(`${this.#functionName} ended its stream without an answer`);
      }
      const end = text.indexOf('\n');
      if (end >= 0) return line + text.slice(0, end);
      line += text;
    }
  }

  /** Reads to the end. Whatever comes or breaks behind the answer changes nothing. */
  async drain(): Promise<void> {
    while ((await this.#next()) !== undefined);
  }

  /** The next piece of text; undefined at the end. */
  async #next(): Promise<string | undefined> {
    const { value, done } = await this.#events.next();
    if (done) return undefined;
    if (value.InvokeComplete?.ErrorCode) {
      const { ErrorCode, ErrorDetails } = value.InvokeComplete;
      const reason = `${ErrorCode}: ${inOneLine(ErrorDetails)}`;
      throw new InvocationError(`${this.#functionName} failed: ${reason}`);
    }
    const bytes = value.PayloadChunk?.Payload ?? new Uint8Array();
    this.#bytes += bytes.length;
    if (this.#bytes > this.#maxBytes) {
      throw new InvocationError(`${this.#functionName} streamed more than ${this.#maxBytes} bytes`);
    }
    return this.#decoder.decode(bytes, { stream: true });
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
