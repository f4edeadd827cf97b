import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { close, listen, loopback } from '../shared/http-server.ts';
import type { LambdaInvocation } from './invocation.ts';

const apiRoot = '/2018-06-01/runtime';
const errorBodyTrailer = 'lambda-runtime-function-error-body';

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
  readonly #listener: RuntimeListener;
  #port = 0;
  #waiting: ServerResponse | undefined;
  #current: LambdaInvocation | undefined;
  /** Settles when the response that is being received is complete. */
  #receiving: Promise<void> = Promise.resolve();

  private constructor(listener: RuntimeListener) {
    this.#listener = listener;
    this.#server = createServer((request, response) => this.#handle(request, response));
  }

  /** Starts one on a port of its own: a runtime says nowhere in `init/error` who it is. */
  static async start(listener: RuntimeListener): Promise<RuntimeApi> {
    const api = new RuntimeApi(listener);
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

  #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const invocation = this.#current;
    return new Promise((resolve) => {
      request.on('data', (chunk: Buffer) => invocation?.write(chunk));
      request.on('end', () => {
        const error = request.trailers[errorBodyTrailer];
        if (error) invocation?.failWith(Buffer.from(error, 'base64'));
        else invocation?.end();
        accept(response);
        resolve();
      });
    });
  }
}

function accept(response: ServerResponse): void {
  response.writeHead(202, { 'content-length': 0 }).end();
}

function readWhole(request: IncomingMessage, then: (body: Buffer) => void): void {
  // Of a runtime that dies in the middle of it nothing is left to hand on.
  void buffer(request).then(then, () => {});
}

function traceId(requestId: string): string {
  const seconds = Math.floor(Date.now() / 1000).toString(16);
  const hex = requestId.replaceAll('-', '');
  return `Root=1-${seconds}-${hex.slice(0, 24)};Parent=${hex.slice(16, 32)};Sampled=0`;
}
