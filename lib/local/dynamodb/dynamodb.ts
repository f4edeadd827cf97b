import { EventEmitter } from 'node:events';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { CallRecorder } from '../calls.ts';
import { readBody } from '../read-body.ts';
import { close, listen, urlOf } from '../servers.ts';
import { tableArn } from '../template/physical-ids.ts';
import { lockDataDir } from './data-dir.ts';

/** DynamoDB's limit of a request: 16 MB. */
const MAX_REQUEST_BYTES = 16 * 1024 * 1024;

/** A DynamoDB endpoint. */
export interface DynamoDbEndpoint {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Starts dynalite, a DynamoDB in this process.
 *
 * @param dataDir - the folder of its files; in memory without
 * @param recorder - learns of every call
 * @throws {TableError} if the folder is in use or cannot be written.
 */
export async function startDynamoDb(
  dataDir: string | undefined,
  recorder: CallRecorder,
): Promise<DynamoDbEndpoint> {
  const unlock = dataDir === undefined ? undefined : lockDataDir(dataDir);
  const { default: dynalite } = await import('dynalite');
  const server = dynalite({ path: dataDir, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  const pending = guard(server, recorder);
  const port = await listen(server);
  return {
    url: urlOf(port),
    close: async () => {
      // Closing the database under a request would make dynalite throw.
      await Promise.all(pending);
      await close(server);
      unlock?.();
    },
  };
}

/**
 * Puts itself between the server and dynalite's request handler: records the calls, and hands
 * dynalite only whole requests, because it throws when a client disconnects in the middle of one.
 *
 * @returns the requests that dynalite is working on
 */
function guard(server: Server, recorder: CallRecorder): ReadonlySet<Promise<void>> {
  const [handler] = server.listeners('request') as RequestListener[];
  const pending = new Set<Promise<void>>();
  server.removeAllListeners('request');
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    void readBody(request, MAX_REQUEST_BYTES).then((body) => {
      if (!handler || body === 'aborted') return;
      // What has an origin comes from a web page; dynalite would let any page in.
      if (body === 'too large' || request.headers.origin !== undefined) {
        response.writeHead(body === 'too large' ? 413 : 403).end();
        return;
      }
      const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
      for (const resourceArn of resourcesOf(body)) {
        recorder.record(request.headers.authorization, `dynamodb:${operation}`, resourceArn);
      }
      const answered = handle(handler, request, body, response);
      pending.add(answered);
      void answered.finally(() => pending.delete(answered));
    });
  });
  return pending;
}

/** Lets dynalite handle a request; resolves when it has answered, even if nobody listens any more. */
function handle(
  handler: RequestListener,
  { method, url, headers }: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const request = Object.assign(new EventEmitter(), { method, url, headers });
  const reply = {
    statusCode: 200,
    setHeader: (name: string, value: string) => response.setHeader(name, value),
    end: (text: string) => {
      response.statusCode = reply.statusCode;
      response.end(text);
      resolve();
    },
  };
  // dynalite uses nothing else of either.
  handler(
    request as unknown as IncomingMessage,
    reply as unknown as ServerResponse & { req: never },
  );
  request.emit('data', body);
  request.emit('end');
  return promise;
}

/** ARNs of the tables and indexes that a request names. */
function resourcesOf(body: Buffer): string[] {
  try {
    const { TableName, IndexName, RequestItems } = JSON.parse(body.toString());
    if (RequestItems) return Object.keys(RequestItems).map(tableArn);
    if (!TableName) return ['*'];
    return [IndexName ? `${tableArn(TableName)}/index/${IndexName}` : tableArn(TableName)];
  } catch {
    return ['*'];
  }
}
