import { EventEmitter } from 'node:events';
import { mkdirSync } from 'node:fs';
import type { IncomingMessage, RequestListener, Server } from 'node:http';
import type { CallRecorder } from './calls.ts';
import { tableArn } from './physical-ids.ts';
import { readBody } from './read-body.ts';
import { close, LOOPBACK, listen } from './servers.ts';

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
 */
export async function startDynamoDb(
  dataDir: string | undefined,
  recorder: CallRecorder,
): Promise<DynamoDbEndpoint> {
  const { default: dynalite } = await import('dynalite');
  if (dataDir !== undefined) mkdirSync(dataDir, { recursive: true });
  const server = dynalite({ path: dataDir, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  recordCalls(server, recorder);
  const port = await listen(server);
  return { url: `http://${LOOPBACK}:${port}`, close: () => close(server) };
}

/**
 * Puts a reader in front of dynalite's own request handler. It also keeps the runner alive:
 * dynalite throws when a client disconnects in the middle of a request.
 */
function recordCalls(server: Server, recorder: CallRecorder): void {
  const [handler] = server.listeners('request') as RequestListener[];
  server.removeAllListeners('request');
  server.on('request', (request: IncomingMessage, response) => {
    void readBody(request, MAX_REQUEST_BYTES).then((body) => {
      if (body === 'aborted') return;
      if (body === 'too large') {
        response.writeHead(413).end();
        return;
      }
      const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
      for (const resourceArn of resourcesOf(body)) {
        recorder.record(request.headers.authorization, `dynamodb:${operation}`, resourceArn);
      }
      const { method, url, headers } = request;
      const replay = Object.assign(new EventEmitter(), { method, url, headers });
      handler?.(replay as unknown as IncomingMessage, response);
      replay.emit('data', body);
      replay.emit('end');
    });
  });
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
