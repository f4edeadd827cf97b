import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isFromPage } from '../shared/endpoint.ts';
import { close, listen, loopback, readBody } from '../shared/http-server.ts';
import { isSameSecret } from '../shared/session-tokens.ts';
import { type LambdaInvocation, maxResponseBytes } from './invocation.ts';

const apiRoot = '/2018-06-01/runtime';
const errorBodyTrailer = 'lambda-runtime-function-error-body';

/** Stands for the report of an error that is larger than a response may be. */
const tooLarge = Buffer.from(
  JSON.stringify({
    errorType: 'Runtime.Unknown',
    errorMessage: 'The error is too large to report',
  }),
);

/** What the Runtime API learns from its runtime. */
export interface RuntimeListener {
  /** The runtime asks for the next event: initialised, or done with the last one. */
  ready(): void;
  /** The runtime could not initialise; `error` is the JSON that it reported. */
  initFailed(error: Buffer): void;
}

/**
 * The Runtime API of one execution environment: hands it events and takes its responses,
 * streamed ones as they come.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
export class RuntimeApi {
  readonly #server: Server;
  readonly #token: string;
  readonly #listener: RuntimeListener;
  #port = 0;
  #waiting: ServerResponse | undefined;
  #current: LambdaInvocation | undefined;
  /** Settles when the response that is being received is complete. */
  #receiving: Promise<void> = Promise.resolve();

  private constructor(token: string, listener: RuntimeListener) {
    this.#token = token;
    this.#listener = listener;
    this.#server = createServer((request, response) => this.#handle(request, response));
  }

  /**
   * Starts one on a port of its own: a runtime says nowhere in `init/error` who it is.
   *
   * @param token - the session token of the one process that it talks to
   */
  static async start(token: string, listener: RuntimeListener): Promise<RuntimeApi> {
    const api = new RuntimeApi(token, listener);
    api.#port = await listen(api.#server);
    return api;
  }

  /** The value of `AWS_LAMBDA_RUNTIME_API`. */
  get address(): string {
    return `${loopback}:${this.#port}`;
  }

  /** Hands an event to the runtime, which must be waiting for one. */
  offer(invocation: LambdaInvocation, functionArn: string, deadlineMs: number): void {
    this.#current = invocation;
    this.#waiting?.writeHead(200, {
      'content-type': 'application/json',
      'content-length': invocation.payload.length,
      'lambda-runtime-aws-request-id': invocation.requestId,
      'lambda-runtime-deadline-ms': String(deadlineMs),
      'lambda-runtime-invoked-function-arn': functionArn,
      'lambda-runtime-trace-id': traceId(invocation.requestId),
    });
    this.#waiting?.end(invocation.payload);
    this.#waiting = undefined;
  }

  async close(): Promise<void> {
    await close(this.#server);
  }

  #handle(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? '';
    // A runtime that dies in the middle of a request is seen by its exit.
    request.on('error', () => {});
    if (!this.#isOwn(request)) {
      response.writeHead(403).end();
      return;
    }
    if (path === `${apiRoot}/invocation/next`) {
      void this.#receiving.then(() => {
        this.#waiting = response;
        this.#listener.ready();
      });
    } else if (path === `${apiRoot}/init/error`) {
      readWhole(request, (body) => {
        this.#listener.initFailed(body);
        accept(response);
      });
    } else if (path.endsWith('/response')) {
      this.#receiving = this.#receive(request, response);
    } else if (path.endsWith('/error')) {
      const invocation = this.#current;
      readWhole(request, (body) => {
        invocation?.failWith(body);
        accept(response);
      });
    } else {
      response.writeHead(404).end();
    }
  }

  /** Everybody on this machine reaches the port, and so does every page that a browser on it shows. */
  #isOwn(request: IncomingMessage): boolean {
    const token = request.headers['x-amz-security-token'];
    return !isFromPage(request) && typeof token === 'string' && isSameSecret(token, this.#token);
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const invocation = this.#current;
    try {
      for await (const chunk of request) await invocation?.write(chunk);
    } catch {
      return;
    }
    const error = request.trailers[errorBodyTrailer];
    if (error) invocation?.failWith(Buffer.from(error, 'base64'));
    else invocation?.end();
    accept(response);
  }
}

function accept(response: ServerResponse): void {
  response.writeHead(202, { 'content-length': 0 }).end();
}

function readWhole(request: IncomingMessage, then: (body: Buffer) => void): void {
  // Of a runtime that dies in the middle of it nothing is left to hand on.
  void readBody(request, maxResponseBytes).then((body) => {
    if (body !== 'aborted') then(body === 'too large' ? tooLarge : body);
  });
}

function traceId(requestId: string): string {
  const seconds = Math.floor(Date.now() / 1000).toString(16);
  const hex = requestId.replaceAll('-', '');
  return `Root=1-${seconds}-${hex.slice(0, 24)};Parent=${hex.slice(16, 32)};Sampled=0`;
}
