import { randomUUID } from 'node:crypto';

/** Lambda's limit of a synchronous request's and of a buffered response's payload: 6 MB. */
export const maxRequestBytes = 6 * 1024 * 1024;
/** What Lambda allows a response is 100 bytes more (its own message says so). */
export const maxResponseBytes = maxRequestBytes + 100;
/**
 * Lambda's limit of a streamed response: 200 MB.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const maxStreamedBytes = 200 * 1024 * 1024;

/** Takes a part of a streamed response; resolves when there is room for the next. */
export type ChunkSink = (chunk: Buffer) => void | Promise<void>;

/** How an invocation was answered. */
export interface Answer {
  /** The whole payload, or the error's JSON; empty for a streamed answer without error. */
  readonly payload: Buffer;
  /** True if the function failed: `X-Amz-Function-Error: Unhandled`. */
  readonly failed: boolean;
}

/**
 * One event on its way through an execution environment. Its caller has the whole answer as soon as
 * the runtime has posted it, and learns nothing of the work that a handler does behind it before the
 * environment asks for the next event.
 *
 * @see https://github.com/aws/aws-lambda-runtime-interface-emulator (RAPID, AWS's own runtime daemon)
 */
export class LambdaInvocation {
  readonly requestId: string = randomUUID();
  readonly payload: Buffer;
  /** Resolves when the payload is complete, or at the first error. Never rejects. */
  readonly answered: Promise<Answer>;
  /** If set, the response is handed on chunk by chunk and not kept. */
  readonly onChunk: ChunkSink | undefined;
  readonly #answered = Promise.withResolvers<Answer>();
  #chunks: Buffer[] = [];
  #bytes = 0;
  #isAnswered = false;

  constructor(payload: Buffer, onChunk?: ChunkSink) {
    this.payload = payload;
    this.onChunk = onChunk;
    this.answered = this.#answered.promise;
  }

  /** Takes a part of the response; resolves when it takes the next, which is when its caller does. */
  async write(chunk: Buffer): Promise<void> {
    if (this.#isAnswered) return;
    const limit = this.onChunk ? maxStreamedBytes : maxResponseBytes;
    this.#bytes += chunk.length;
    if (this.#bytes > limit) {
      this.fail(
        'Function.ResponseSizeTooLarge',
        `Response payload size exceeded maximum allowed payload size (${limit} bytes).`,
      );
    } else if (this.onChunk) await this.onChunk(chunk);
    else this.#chunks.push(chunk);
  }

  /** The response is complete. */
  end(): void {
    this.#answer({ payload: Buffer.concat(this.#chunks), failed: false });
  }

  /** The platform failed it: `errorType` is one of Lambda's. */
  fail(errorType: string, errorMessage: string): void {
    this.failWith(Buffer.from(JSON.stringify({ errorType, errorMessage })));
  }

  /** The function failed it; `error` is the JSON that its runtime reported. */
  failWith(error: Buffer): void {
    this.#answer({ payload: error, failed: true });
  }

  /** The environment is done with it. */
  failUnanswered(): void {
    this.fail('Runtime.NoResponse', 'The runtime posted no response');
  }

  #answer(answer: Answer): void {
    if (this.#isAnswered) return;
    this.#isAnswered = true;
    this.#chunks = [];
    this.#answered.resolve(answer);
  }
}
