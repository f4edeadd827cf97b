import { EventEmitter } from 'node:events';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';
import dynalite from 'dynalite';
import { type ConditionContext, maxRecordedCalls } from '../shared/calls.ts';
import { isFromPage, isStranger } from '../shared/endpoint.ts';
import { close, listen, readBody } from '../shared/http-server.ts';
import { PurgedConnections } from '../shared/purged-connections.ts';
import { SessionTokens } from '../shared/session-tokens.ts';
import { tableArn } from '../template/arns.ts';
import { partsOfTransaction, type TransactionPart } from './transaction.ts';

/**
 * dynalite in a thread of its own: it computes for milliseconds at a time, for which requests through
 * the runner's own thread would otherwise wait.
 */

const transactWrite = 'TransactWriteItems';

/** DynamoDB's limit of a request: 16 MB. */
const maxRequestBytes = 16 * 1024 * 1024;

/**
 * DynamoDB's limit of an expression: 4 KB. dynalite has none.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
 */
const maxExpressionBytes = 4 * 1024;

/** What the runner gives this thread. */
export interface WorkerData {
  readonly dataDir: string | undefined;
  /** Where to listen; 0 is any free port. */
  readonly port: number;
  /** {@link SessionTokens.secret}, if only processes that have a token may call. */
  readonly secret: Uint8Array | undefined;
  /** {@link PurgedConnections.memory}, if environments are frozen. */
  readonly purges: SharedArrayBuffer | undefined;
}

/** What this thread tells the runner. */
export type WorkerMessage =
  | { readonly kind: 'listening'; readonly port: number }
  | {
      readonly kind: 'call';
      readonly authorization: string | undefined;
      readonly action: string;
      readonly resourceArn: string;
      readonly context: ConditionContext;
    };

const told = new Set<string>();
/** The partition key's name in each table: the runner asks for all of them to be created when it starts. */
const partitionKeys = new Map<string, string>();
const { dataDir, port, secret, purges } = workerData as WorkerData;
const tokens = secret && new SessionTokens(secret);
const frozen = purges && new PurgedConnections(purges);
const server = dynalite({ path: dataDir, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
const pending = guard(server);
tell({ kind: 'listening', port: await listen(server, port) });
parentPort?.once('message', async () => {
  // Closing the database under a request would make dynalite throw.
  await Promise.all(pending);
  await close(server);
  parentPort?.close();
});

function tell(message: WorkerMessage): void {
  parentPort?.postMessage(message);
}

/** Reports each distinct call once. */
function tellCall(
  authorization: string | undefined,
  action: string,
  { resourceArn, context }: Accessed,
): void {
  const caller = authorization?.split(',')[0];
  const key = `${caller} ${action} ${resourceArn} ${JSON.stringify(context)}`;
  if (told.has(key) || told.size >= maxRecordedCalls) return;
  told.add(key);
  tell({ kind: 'call', authorization, action, resourceArn, context });
}

/**
 * Puts itself between the server and dynalite's request handler: records the calls, and hands
 * dynalite only whole requests, because it throws when a client disconnects in the middle of one.
 *
 * @returns the requests that dynalite is working on
 */
function guard(server: Server): ReadonlySet<Promise<void>> {
  const [handler] = server.listeners('request') as RequestListener[];
  const pending = new Set<Promise<void>>();
  server.removeAllListeners('request');
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (frozen?.reset(request)) return;
    // dynalite would let any page in.
    if (tokens ? isStranger(request, tokens) : isFromPage(request)) {
      refuse(response, 403, 'UnrecognizedClientException', 'The security token is invalid.');
      return;
    }
    void readBody(request, maxRequestBytes).then((body) => {
      if (!handler || body === 'aborted') return;
      if (body === 'too large') {
        refuse(response, 413, 'RequestEntityTooLarge');
        return;
      }
      if (body.length > 0 && !isObject(body)) {
        refuse(response, 400, 'SerializationException');
        return;
      }
      const tooLong = tooLongExpression(body);
      if (tooLong !== undefined) {
        refuse(response, 400, 'ValidationException', tooLong);
        return;
      }
      const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
      const parts = operation === transactWrite ? partsOfTransaction(body) : undefined;
      for (const part of parts ?? [{ operation, body }]) {
        for (const accessed of accessedBy(part.body)) {
          tellCall(request.headers.authorization, `dynamodb:${part.operation}`, accessed);
        }
      }
      const reply = parts ? handleAll(handler, request, parts) : handle(handler, request, body);
      const answered = reply.then((it) => send(response, it));
      pending.add(answered);
      void answered.finally(() => pending.delete(answered));
    });
  });
  return pending;
}

/** What is answered to a request. */
interface Reply {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** Lets dynalite handle the parts of a transaction, up to the first that it refuses. */
async function handleAll(
  handler: RequestListener,
  request: IncomingMessage,
  parts: readonly TransactionPart[],
): Promise<Reply> {
  for (const { operation, body } of parts) {
    const headers = { ...request.headers, 'x-amz-target': `DynamoDB_20120810.${operation}` };
    const reply = await handle(handler, { method: 'POST', url: request.url, headers }, body);
    if (reply.statusCode !== 200) return reply;
  }
  return { statusCode: 200, headers: jsonHeaders, text: '{}' };
}

/** Lets dynalite handle a request. */
function handle(
  handler: RequestListener,
  { method, url, headers }: Pick<IncomingMessage, 'method' | 'url' | 'headers'>,
  body: Buffer,
): Promise<Reply> {
  const { promise, resolve } = Promise.withResolvers<Reply>();
  const request = Object.assign(new EventEmitter(), { method, url, headers });
  const sent: Record<string, string> = {};
  const reply = {
    statusCode: 200,
    setHeader: (name: string, value: string) => {
      sent[name] = value;
    },
    end: (text: string) => resolve({ statusCode: reply.statusCode, headers: sent, text }),
  };
  // dynalite uses nothing else of either.
  try {
    handler(
      request as unknown as IncomingMessage,
      reply as unknown as ServerResponse & { req: never },
    );
    request.emit('data', body);
    request.emit('end');
  } catch {
    // It throws at what it did not expect. What it throws later ends this thread, and the runner starts another.
    resolve(refusal(500, 'InternalServerError'));
  }
  return promise;
}

const jsonHeaders = { 'content-type': 'application/x-amz-json-1.0' };

function refusal(statusCode: number, type: string, message?: string): Reply {
  const text = JSON.stringify({ __type: `com.amazon.coral.service#${type}`, message });
  return { statusCode, headers: jsonHeaders, text };
}

function send(response: ServerResponse, { statusCode, headers, text }: Reply): void {
  response.writeHead(statusCode, headers).end(text);
}

function refuse(response: ServerResponse, status: number, type: string, message?: string): void {
  send(response, refusal(status, type, message));
}

/** What DynamoDB takes. dynalite falls over `null`. */
function isObject(body: Buffer): boolean {
  try {
    const value: unknown = JSON.parse(String(body));
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** What DynamoDB says of an expression that is too long, in the request or in a part of a transaction. */
function tooLongExpression(body: Buffer): string | undefined {
  for (const part of partsOf(body)) {
    for (const [name, value] of Object.entries(part ?? {})) {
      if (!name.endsWith('Expression') || typeof value !== 'string') continue;
      const bytes = Buffer.byteLength(value);
      if (bytes <= maxExpressionBytes) continue;
      return `Invalid ${name}: Expression size has exceeded the maximum allowed size; expression size: ${bytes}`;
    }
  }
  return undefined;
}

function partsOf(body: Buffer): (object | null)[] {
  try {
    const request = JSON.parse(String(body));
    return [request, ...(request.TransactItems ?? []).flatMap(Object.values)];
  } catch {
    return [];
  }
}

/** What a request reads or changes. */
interface Accessed {
  readonly resourceArn: string;
  readonly context: ConditionContext;
}

/** The tables and indexes that a request names, and the partition key where it names one item. */
function accessedBy(body: Buffer): Accessed[] {
  try {
    const { TableName, IndexName, RequestItems, KeySchema, Key, Item } = JSON.parse(String(body));
    if (RequestItems) {
      return Object.keys(RequestItems).map((name) => ({
        resourceArn: tableArn(name),
        context: {},
      }));
    }
    if (!TableName) return [{ resourceArn: '*', context: {} }];
    if (KeySchema) partitionKeys.set(TableName, KeySchema[0].AttributeName);
    const arn = tableArn(TableName);
    return [
      {
        resourceArn: IndexName ? `${arn}/index/${IndexName}` : arn,
        context: leadingKeys((Key ?? Item)?.[partitionKeys.get(TableName) ?? '']),
      },
    ];
  } catch {
    return [{ resourceArn: '*', context: {} }];
  }
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html */
function leadingKeys(value: Record<string, string> | undefined): ConditionContext {
  return value ? { 'dynamodb:LeadingKeys': Object.values(value) } : {};
}
