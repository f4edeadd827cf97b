import type { IncomingHttpHeaders } from 'node:http';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { localAccount } from '../template/arns.ts';

/** A request as the HTTP front got it. */
export interface HttpRequest {
  readonly method: string;
  /** Path and query, verbatim. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly sourceIp: string;
  readonly port: number;
}

/** What the event says about where the request went. */
export interface HttpTarget {
  readonly apiId: string;
  readonly stage: string;
  readonly routeKey: string;
  readonly pathParameters: Record<string, string> | undefined;
  readonly requestId: string;
  /** Unix ms at which the request arrived, before its body. */
  readonly epochMs: number;
}

/** A target that says where its host is: `http://127.0.0.1:8787/v1/time`. */
const absoluteForm = /^https?:\/\/([^/?]*)(.*)$/i;

/**
 * The path and query of a request's target. In absolute form, which is what clients of a proxy send, it names
 * the host, too, and the header `Host` does not count.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2
 */
export function readTarget(
  target: string,
  headers: IncomingHttpHeaders,
): Pick<HttpRequest, 'url' | 'headers'> {
  const [, host, rest = ''] = absoluteForm.exec(target) ?? [];
  if (host === undefined) return { url: target, headers };
  return { url: rest.startsWith('/') ? rest : `/${rest}`, headers: { ...headers, host } };
}

/** Content types whose body API Gateway passes on as text; all others as base64. */
const textType = /^(text\/.*|application\/(.*\+)?(json|xml|javascript))$/;

/** Headers of one connection, which no gateway passes on. */
const hopByHopHeaders = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'te']);

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/**
 * The event that a function gets from an HTTP API: payload format 2.0.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function toEvent(request: HttpRequest, target: HttpTarget): APIGatewayProxyEventV2 {
  const [rawPath = '/', ...query] = request.url.split('?');
  const rawQueryString = query.join('?');
  const path = decodeURIComponent(rawPath);
  const queryStringParameters = joinDuplicates(new URLSearchParams(rawQueryString));
  const cookies = request.headers.cookie?.split(/; */);
  const domainName = (request.headers.host ?? 'localhost').replace(/:\d+$/, '');
  const isText = textType.test(mediaType(request.headers['content-type']));
  return {
    version: '2.0',
    routeKey: target.routeKey,
    rawPath: path,
    rawQueryString,
    ...(cookies ? { cookies } : {}),
    headers: toEventHeaders(request),
    ...(rawQueryString === '' ? {} : { queryStringParameters }),
    requestContext: {
      accountId: localAccount,
      apiId: target.apiId,
      domainName,
      domainPrefix: domainName.split('.')[0] ?? domainName,
      http: {
        method: request.method,
        path,
        protocol: 'HTTP/1.1',
        sourceIp: request.sourceIp,
        userAgent: request.headers['user-agent'] ?? '',
      },
      requestId: target.requestId,
      routeKey: target.routeKey,
      stage: target.stage,
      time: commonLogTime(new Date(target.epochMs)),
      timeEpoch: target.epochMs,
    },
    ...(target.pathParameters ? { pathParameters: target.pathParameters } : {}),
    ...(request.body.length === 0
      ? {}
      : { body: request.body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: request.body.length > 0 && !isText,
  };
}

function mediaType(contentType: string | undefined): string {
  return (contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

function toEventHeaders(request: HttpRequest): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value === undefined || name === 'cookie' || hopByHopHeaders.has(name)) continue;
    headers[name] = Array.isArray(value) ? value.join(',') : value;
  }
  const forwardedFor = headers['x-forwarded-for'];
  headers['x-forwarded-for'] = forwardedFor
    ? `${forwardedFor}, ${request.sourceIp}`
    : request.sourceIp;
  // A proxy in front, such as one that ends TLS, knows better.
  headers['x-forwarded-port'] ??= String(request.port);
  headers['x-forwarded-proto'] ??= 'http';
  return headers;
}

function joinDuplicates(parameters: URLSearchParams): Record<string, string> {
  const joined: Record<string, string> = {};
  for (const [name, value] of parameters) {
    joined[name] = Object.hasOwn(joined, name) ? `${joined[name]},${value}` : value;
  }
  return joined;
}

/** e.g. `12/Mar/2020:19:03:58 +0000` */
function commonLogTime(date: Date): string {
  const [day, time] = date.toISOString().split('T');
  const [year, month, dayOfMonth] = (day ?? '').split('-');
  return `${dayOfMonth}/${months[Number(month) - 1]}/${year}:${time?.slice(0, 8)} +0000`;
}
