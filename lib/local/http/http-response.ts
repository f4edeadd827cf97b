import { randomUUID } from 'node:crypto';
import { z } from 'zod';

/** A response for the wire. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Record<string, string | string[]>;
  readonly body: Buffer | ProblemBody;
}

/** What an error of the front's own says; the rest of its problem document follows from the status. */
export interface ProblemBody {
  readonly title: string;
  readonly detail: string;
  /** The detail once more, where clients look for it under this name alone. */
  readonly error?: string;
}

/** The kinds of problems that an API has, by their HTTP status. */
export type ProblemKinds = Readonly<
  Record<number, { readonly type: string; readonly title: string }>
>;

const hopByHopHeaders = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'transfer-encoding',
]);
const headerNamePattern = /^[!#$%&'*+.^_`|~\w-]+$/;
const headerValuePattern = /^[\t\x20-\x7e\x80-\xff]*$/;

const headerValue = z
  .union([z.string(), z.number(), z.boolean()])
  .transform(String)
  .pipe(z.string().regex(headerValuePattern));

/** A function's response in payload format 2.0. */
const responseSchema = z.object({
  statusCode: z.coerce.number().int().min(200).max(599),
  headers: z.record(z.string().regex(headerNamePattern), headerValue).nullish(),
  cookies: z.array(headerValue).nullish(),
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().nullish(),
});

/**
 * The HTTP response that an HTTP API makes of what a function returned; undefined if that is
 * malformed, which API Gateway answers with 500.
 *
 * @param payload - the JSON that the function returned
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function toResponse(payload: Buffer): HttpResponse | undefined {
  const text = payload.toString();
  const returned: unknown = JSON.parse(text);
  if (typeof returned !== 'object' || returned === null || !('statusCode' in returned)) {
    const body = typeof returned === 'string' ? returned : text;
    const headers = { 'content-type': 'application/json' };
    return { status: 200, headers, body: Buffer.from(body) };
  }
  const { success, data } = responseSchema.safeParse(returned);
  if (!success) return undefined;
  const headers: Record<string, string | string[]> = {
    'content-type': 'text/plain;charset=UTF-8',
  };
  for (const [name, value] of Object.entries(data.headers ?? {})) {
    if (!hopByHopHeaders.has(name.toLowerCase())) headers[name.toLowerCase()] = value;
  }
  if (data.cookies && data.cookies.length > 0) headers['set-cookie'] = data.cookies;
  const body = Buffer.from(data.body ?? '', data.isBase64Encoded ? 'base64' : 'utf8');
  return { status: data.statusCode, headers, body };
}

/** An error of the front's own. */
export function problem(
  status: number,
  title: string,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse {
  return {
    status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...headers,
    },
    body: { title, detail },
  };
}

/**
 * An error of the front's own for clients of the Open Inference Protocol, which read the member `error` of plain JSON
 * and nothing else; other answers stay as they are.
 */
export function asPlainJson(response: HttpResponse): HttpResponse {
  const { headers, body } = response;
  if (Buffer.isBuffer(body)) return response;
  return {
    ...response,
    headers: { ...headers, 'content-type': 'application/json' },
    body: { ...body, error: body.detail },
  };
}

/**
 * A response's body for the wire. API Gateway says `{"message": ...}` of its own errors; here they are RFC 9457's
 * problem documents of the API's own kinds, so that a caller meets one format only.
 *
 * @param kinds - a status that is not among them is of the kind `about:blank`
 */
export function bytesOf({ status, body }: HttpResponse, kinds: ProblemKinds): Buffer {
  if (Buffer.isBuffer(body)) return body;
  const { title, ...said } = body;
  const kind = kinds[status] ?? { type: 'about:blank', title };
  return Buffer.from(JSON.stringify({ ...kind, status, ...said, requestId: randomUUID() }));
}
