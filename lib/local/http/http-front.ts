import { randomUUID } from 'node:crypto';
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { queueLimitMs } from '../lambda/environment-pool.ts';
import type { FunctionRegistry } from '../lambda/function-registry.ts';
import { LambdaInvocation, maxRequestBytes } from '../lambda/invocation.ts';
import { TooManyRequestsError } from '../shared/errors.ts';
import { close, listen } from '../shared/http-server.ts';
import type { ApiRoute, HttpApi } from '../template/http-api.ts';
import { corsHeaders, isAllowedOrigin } from './cors.ts';
import { type BodyLimits, HeldBodies, type HeldBodyFault } from './held-bodies.ts';
import { readTarget, toEvent } from './http-event.ts';
import {
  bytesOf,
  type HttpResponse,
  type ProblemKinds,
  problem,
  toResponse,
} from './http-response.ts';
import { createRouter } from './http-routing.ts';
import { hostsOf, isOwnHost, isOwnPage } from './own-hosts.ts';
import { type StaticFiles, serveFile } from './static-files.ts';

/** API Gateway's limit of a request's payload: 10 MB. */
const maxBodyBytes = 10 * 1024 * 1024;

/** A header comes in one packet; whoever sends it byte by byte holds a connection for nothing. */
const headerLimitMs = 20_000;

/**
 * Enough for the largest picture that Lambda takes, 4.5 MB, at 600 kbit/s, and for 14 of them at a time.
 */
const bodyLimits: BodyLimits = { arrivalMs: 60_000, heldBytes: 64 * 1024 * 1024 };

type Handler = (request: IncomingMessage) => Promise<HttpResponse | undefined>;

/** What is served beside the HTTP API. */
export interface FrontOptions {
  /** Served at paths for which the API has no route but `$default`. */
  readonly files: StaticFiles;
  /** What the front's own errors are called. */
  readonly problemKinds: ProblemKinds;
  /** Names of hosts that it answers to beside localhost and addresses; `*` is any. */
  readonly allowedHosts: readonly string[];
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
   * @param limits - what bodies may cost
   * @default 60 s for each, 64 MB for all of them
   * @throws {@link PortInUseError} when the port is taken
   */
  static async listen(port: number, host: string, limits = bodyLimits): Promise<HttpFront> {
    const server = createServer({
      // Node's own answer to a request without `Host` has no body.
      requireHostHeader: false,
      headersTimeout: headerLimitMs,
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
    { files, problemKinds, allowedHosts }: FrontOptions,
  ): void {
    this.#problemKinds = problemKinds;
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

  #send(request: IncomingMessage, response: ServerResponse, answer: HttpResponse): void {
    // What is left of a body that nobody wants must not be taken for the next request.
    if (!request.complete) response.setHeader('connection', 'close');
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

interface HandlerParts extends Pick<FrontOptions, 'files' | 'allowedHosts'> {
  readonly registry: FunctionRegistry;
  readonly bodies: HeldBodies;
  readonly port: number;
}

function createHandler(
  api: HttpApi | undefined,
  { registry, files, allowedHosts, bodies, port }: HandlerParts,
): Handler {
  const cors = api?.cors;
  const hosts = [...allowedHosts, ...hostsOf(cors?.AllowOrigins ?? [])];
  const findRoute = createRouter(api?.routes ?? []);

  return async (request) => {
    const stranger = refusal(request);
    if (stranger) return stranger;
    const isPreflight = request.method === 'OPTIONS' && request.headers.origin !== undefined;
    if (cors && isPreflight) {
      const headers = corsHeaders(cors, request.headers, true);
      return { status: 204, headers, body: Buffer.alloc(0) };
    }
    const answer = await answerRequest(request);
    if (!answer || !cors) return answer;
    return {
      ...answer,
      headers: { ...answer.headers, ...corsHeaders(cors, request.headers, false) },
    };
  };

  /** An answer to a request that a page of somebody else made a browser send; else undefined. */
  function refusal(request: IncomingMessage): HttpResponse | undefined {
    const { headers } = readTarget(request.url ?? '/', request.headers);
    const { host, origin } = headers;
    if (host === undefined && request.httpVersion !== '1.0') {
      return problem(400, 'Bad Request', 'The header Host is missing');
    }
    if (host !== undefined && !isOwnHost(host, hosts)) {
      return problem(
        421,
        'Misdirected Request',
        `"${host}" is no name that this service answers to`,
      );
    }
    // A preflight changes nothing, and its answer tells the browser all that it needs.
    if (origin === undefined || request.method === 'OPTIONS' || isOwnPage(headers))
      return undefined;
    if (cors && isAllowedOrigin(cors.AllowOrigins, origin)) return undefined;
    return problem(403, 'Forbidden', `Pages of ${origin} may not call this service`);
  }

  async function answerRequest(request: IncomingMessage): Promise<HttpResponse | undefined> {
    const epochMs = Date.now();
    const { method = 'GET' } = request;
    const { url, headers } = readTarget(request.url ?? '/', request.headers);
    const path = url.split('?')[0] ?? '/';
    if (!isDecodable(path)) return problem(400, 'Bad Request', 'The path is not well encoded');
    const match = findRoute(method, path);
    if (!match || match.route.routeKey === '$default') {
      const file = serveFile(files, method, decodeURIComponent(path));
      if (file) return file;
    }
    if (!api || !match) return problem(404, 'Not Found', `No route for ${method} ${path}`);
    const body = await bodies.read(request, maxBodyBytes);
    if (!Buffer.isBuffer(body)) return bodyProblem(body);
    const sourceIp = request.socket.remoteAddress ?? '127.0.0.1';
    const event = toEvent(
      // HTTP/1.0 knows no `Host`, and an API that is to say where it is needs one.
      { method, url, headers: { host: `localhost:${port}`, ...headers }, body, sourceIp, port },
      {
        apiId: api.apiId,
        routeKey: match.route.routeKey,
        pathParameters: match.pathParameters,
        requestId: randomUUID(),
        epochMs,
      },
    );
    const payload = Buffer.from(JSON.stringify(event));
    if (payload.length > maxRequestBytes) {
      return tooLarge(
        `The body, which an event carries in base64, is larger than the ${maxRequestBytes} bytes that Lambda takes`,
      );
    }
    return invoke(match.route, payload);
  }

  async function invoke(route: ApiRoute, payload: Buffer): Promise<HttpResponse> {
    const found = registry.find(route.functionReference);
    if (!found) return internalError(`No function ${route.functionReference}`);
    const invocation = new LambdaInvocation(payload);
    try {
      await found.pool.invoke(invocation, queueLimitMs, route.routeKey);
    } catch (error) {
      if (!(error instanceof TooManyRequestsError)) throw error;
      return problem(429, 'Too Many Requests', 'All execution environments are busy', {
        'retry-after': '1',
      });
    }
    const late = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => late.resolve(undefined), route.timeoutMs);
    const answer = await Promise.race([invocation.answered, late.promise]);
    clearTimeout(timer);
    if (!answer) {
      return problem(503, 'Service Unavailable', `No answer within ${route.timeoutMs} ms`);
    }
    if (answer.failed) return internalError('The function failed: see its log');
    return (
      toResponse(answer.payload) ?? internalError('The function returned a malformed response')
    );
  }
}

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

function bodyProblem(fault: HeldBodyFault): HttpResponse | undefined {
  switch (fault) {
    case 'aborted':
      return undefined;
    case 'too large':
      return tooLarge(`The body is larger than ${maxBodyBytes} bytes`);
    case 'too slow':
      return problem(408, 'Request Timeout', 'The body took too long to arrive');
    case 'crowded out':
      return problem(503, 'Service Unavailable', 'Too much is being uploaded at the same time', {
        'retry-after': '1',
      });
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

function tooLarge(detail: string): HttpResponse {
  return problem(413, 'Content Too Large', detail);
}

function internalError(detail: string): HttpResponse {
  return problem(500, 'Internal Server Error', detail);
}
