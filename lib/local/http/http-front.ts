import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { FunctionRegistry } from '../lambda/function-registry.ts';
import { close, listen } from '../shared/http-server.ts';
import type { HttpApi } from '../template/http-api.ts';
import { type BodyLimits, HeldBodies } from './held-bodies.ts';
import { readTarget } from './http-event.ts';
import { createHandler, type Handler, type HandlerParts } from './http-handler.ts';
import {
  asPlainJson,
  bytesOf,
  type HttpResponse,
  type ProblemKinds,
  problem,
} from './http-response.ts';

/** What a request may cost before its function has it. */
interface RequestLimits extends BodyLimits {
  /** The longest that a header may take to arrive. */
  readonly headerMs: number;
}

/**
 * Enough for the largest picture that Lambda takes, 4.5 MB, at 600 kbit/s, and for 14 of them at a time. A header
 * comes in one packet; whoever sends it byte by byte holds a connection for nothing.
 */
const requestLimits: RequestLimits = {
  headerMs: 20_000,
  arrivalMs: 60_000,
  heldBytes: 64 * 1024 * 1024,
};

/** What is served, and how. */
export interface FrontOptions extends Pick<HandlerParts, 'files' | 'allowedHosts'> {
  /** What the front's own errors are called. */
  readonly problemKinds: ProblemKinds;
  /** Paths whose clients know no problem documents, see {@link asPlainJson}. */
  readonly plainErrors?: RegExp | undefined;
}

/**
 * The HTTP API of the assembly on one port. Takes the port at once, so that a port in use is the
 * first thing that fails, and answers 503 until it is opened.
 */
export class HttpFront {
  readonly port: number;
  readonly #server: Server;
  readonly #bodies: HeldBodies;
  #handler: Handler = () =>
    Promise.resolve(
      problem(503, 'Service Unavailable', 'The assembly is starting', { 'retry-after': '1' }),
    );

  #problemKinds: ProblemKinds = {};
  #plainErrors: RegExp | undefined;

  private constructor(server: Server, port: number, limits: BodyLimits) {
    this.#server = server;
    this.#bodies = new HeldBodies(limits);
    this.port = port;
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      void this.#respond(request, response);
    });
    server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
      const detail = `"${request.headers.expect}" is not met; only 100-continue is`;
      this.#send(request, response, problem(417, 'Expectation Failed', detail));
    });
    server.on('clientError', (error: NodeJS.ErrnoException, socket) => this.#refuse(error, socket));
  }

  /**
   * @param limits - what requests may cost
   * @default 20 s for a header, 60 s for a body, 64 MB for all bodies
   * @throws {@link PortInUseError} when the port is taken
   */
  static async listen(port: number, host: string, limits = requestLimits): Promise<HttpFront> {
    const server = createServer({
      // Node's own answer to a request without `Host` has no body.
      requireHostHeader: false,
      headersTimeout: limits.headerMs,
      requestTimeout: 0,
      connectionsCheckingInterval: 1_000,
    });
    return new HttpFront(server, await listen(server, port, host), limits);
  }

  /** How many bytes of bodies it holds. */
  get heldBytes(): number {
    return this.#bodies.bytes;
  }

  /**
   * Serves from now on: the API's routes, and files where the API has none of its own.
   *
   * @param api - undefined when the assembly has no HTTP API
   */
  open(
    api: HttpApi | undefined,
    registry: FunctionRegistry,
    { files, problemKinds, plainErrors, allowedHosts }: FrontOptions,
  ): void {
    this.#problemKinds = problemKinds;
    this.#plainErrors = plainErrors;
    const bodies = this.#bodies;
    this.#handler = createHandler(api, { registry, files, allowedHosts, bodies, port: this.port });
  }

  async close(): Promise<void> {
    await close(this.#server);
  }

  async #respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const answer = await this.#handler(request).catch((error: unknown) =>
      problem(500, 'Internal Server Error', String(error)),
    );
    this.#bodies.release(request);
    if (answer && !response.destroyed) this.#send(request, response, answer);
  }

  #send(request: IncomingMessage, response: ServerResponse, found: HttpResponse): void {
    // What is left of a body that nobody wants must not be taken for the next request.
    if (!request.complete) response.setHeader('connection', 'close');
    const { url: path = '/' } = readTarget(request.url ?? '/', request.headers);
    const answer = this.#plainErrors?.test(path.split('?')[0] ?? '') ? asPlainJson(found) : found;
    const { status, headers } = answer;
    const hasBody = status !== 204 && status !== 304;
    const body = bytesOf(answer, this.#problemKinds);
    response.writeHead(status, hasBody ? { ...headers, 'content-length': body.length } : headers);
    // To a HEAD Node sends the length and keeps the rest.
    response.end(hasBody ? body : undefined);
    request.resume();
  }

  /** Answers what is no HTTP, or has too long or too slow a header. */
  #refuse({ code }: NodeJS.ErrnoException, socket: Duplex): void {
    // Browsers open connections that they may never use: to those there is nothing to answer.
    const isUnused = socket instanceof Socket && socket.bytesRead === 0;
    if (code === 'ECONNRESET' || !socket.writable || isUnused) {
      socket.destroy();
      return;
    }
    const answer = malformed(code);
    const body = bytesOf(answer, this.#problemKinds);
    const headers = { ...answer.headers, 'content-length': body.length, connection: 'close' };
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.end(
      `HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status]}\r\n${lines.join('')}\r\n${body}`,
    );
  }
}

/** What is said of a request that Node could not read. */
function malformed(code: string | undefined): HttpResponse {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return problem(431, 'Request Header Fields Too Large', 'The header is too long');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return problem(408, 'Request Timeout', 'The header took too long to arrive');
    default:
      return problem(400, 'Bad Request', 'The request is no well-formed HTTP');
  }
}
