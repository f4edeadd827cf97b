import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { queueLimitMs } from '../lambda/environment-pool.ts';
import type { FunctionRegistry } from '../lambda/function-registry.ts';
import { LambdaInvocation, maxRequestBytes } from '../lambda/invocation.ts';
import { TooManyRequestsError } from '../shared/errors.ts';
import { type ApiRoute, defaultStage, type HttpApi } from '../template/http-api.ts';
import { corsHeaders, isAllowedOrigin } from './cors.ts';
import type { HeldBodies, HeldBodyFault } from './held-bodies.ts';
import { readTarget, toEvent } from './http-event.ts';
import { type HttpResponse, problem, toResponse } from './http-response.ts';
import { createRouter } from './http-routing.ts';
import { hostsOf, isOwnHost, isOwnPage } from './own-hosts.ts';
import { stageOf } from './stages.ts';
import { type StaticFiles, serveFile } from './static-files.ts';

/** API Gateway's limit of a request's payload: 10 MB. */
const maxBodyBytes = 10 * 1024 * 1024;

/** Answers a request; undefined when nobody waits for an answer any more. */
export type Handler = (request: IncomingMessage) => Promise<HttpResponse | undefined>;

/** What requests are answered with. */
export interface HandlerParts {
  /** Served at paths for which the API has no route but `$default`. */
  readonly files: StaticFiles;
  /** Names of hosts that it answers to beside localhost and addresses; `*` is any. */
  readonly allowedHosts: readonly string[];
  readonly registry: FunctionRegistry;
  readonly bodies: HeldBodies;
  readonly port: number;
}

/**
 * What becomes of a request: its route's function answers it, or a file, or the gateway itself.
 *
 * @param api - undefined when the assembly has no HTTP API
 */
export function createHandler(
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
    const staged = stageOf(api?.stages ?? [defaultStage], path);
    const match = staged && findRoute(method, staged.path);
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
        stage: staged.stage,
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

function tooLarge(detail: string): HttpResponse {
  return problem(413, 'Content Too Large', detail);
}

function internalError(detail: string): HttpResponse {
  return problem(500, 'Internal Server Error', detail);
}
