import {
  InvokeWithResponseStreamCommand,
  type InvokeWithResponseStreamResponseEvent,
  type LambdaClient,
} from '@aws-sdk/client-lambda';
import {
  type InferenceAnswer,
  type InferenceEvent,
  inferenceAnswerSchema,
} from '../../core/contract/inference-event.ts';
import { MdInferenceError } from '../../core/errors.ts';
import { epochMs } from '../clock.ts';

/** A model's function did not answer: it was throttled, timed out or crashed, or its answer was malformed. */
export class InvocationError extends MdInferenceError {
  override readonly name = 'InvocationError';
}

/** A model's answer with the time the caller waited for it. */
export interface ModelInvocation {
  readonly answer: InferenceAnswer;
  /** From the invocation to the complete answer, in ms. */
  readonly serviceMs: number;
  /** Resolves when the stream has closed: after the function has updated its profile. Never rejects. */
  readonly closed: Promise<void>;
}

/**
 * Invokes a model's function and returns as soon as its answer is complete. The stream closes only after
 * the function has updated its profile; it is read to its end in the background, which keeps the
 * connection usable (https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html).
 *
 * @throws {@link InvocationError} when the function does not answer, whatever the reason
 */
export async function invokeModel(
  client: LambdaClient,
  functionName: string,
  event: Omit<InferenceEvent, 'invokedEpochMs'>,
): Promise<ModelInvocation> {
  const invokedEpochMs = epochMs();
  const startMs = performance.now();
  try {
    const { EventStream } = await client.send(
      new InvokeWithResponseStreamCommand({
        FunctionName: functionName,
        Payload: Buffer.from(JSON.stringify({ ...event, invokedEpochMs })),
      }),
    );
    if (!EventStream) throw new InvocationError(`${functionName} gave no response stream`);
    const events = EventStream[Symbol.asyncIterator]();
    const answer = inferenceAnswerSchema.parse(JSON.parse(await firstLine(events, functionName)));
    return { answer, serviceMs: performance.now() - startMs, closed: drain(events) };
  } catch (error) {
    if (error instanceof InvocationError) throw error;
    const { name, message } = error as Error;
    throw new InvocationError(`${functionName} did not answer: ${name}: ${message}`, {
      cause: error,
    });
  }
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
