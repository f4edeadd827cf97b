import { cpSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { inject } from 'vitest';
import { type DynamoDbEndpoint, startDynamoDb } from '../../../lib/local/dynamodb/dynamodb.ts';
import { CallRecorder } from '../../../lib/local/shared/calls.ts';
import { close, listen, urlOf } from '../../../lib/local/shared/http-server.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

/** What a gate does with requests: passes them on, refuses them, swallows them, or is not there. */
export type TableState = 'open' | 'throttled' | 'silent' | 'dead';

const jsonType = { 'content-type': 'application/x-amz-json-1.0' };

/** Stands before a DynamoDB and takes it away for a while. */
export class TableGate {
  readonly #target: DynamoDbEndpoint;
  readonly #server: Server;
  readonly #port: number;
  #state: TableState = 'open';

  private constructor(target: DynamoDbEndpoint, server: Server, port: number) {
    this.#target = target;
    this.#server = server;
    this.#port = port;
  }

  /**
   * @param target - the DynamoDB, which is closed with the gate
   * @default a table in which the models of the service have their profiles
   */
  static async start(target?: DynamoDbEndpoint): Promise<TableGate> {
    const server = createServer();
    const gate = new TableGate(target ?? (await profiledTable()), server, await listen(server));
    server.on('request', (request, response) => {
      gate.#handle(request, response).catch(() => response.destroy());
    });
    return gate;
  }

  /** The endpoint's address, whatever its state. */
  get url(): string {
    return urlOf(this.#port);
  }

  async set(state: TableState): Promise<void> {
    const wasDead = this.#state === 'dead';
    this.#state = state;
    if (state === 'dead' && !wasDead) await close(this.#server);
    if (state !== 'dead' && wasDead) await listen(this.#server, this.#port);
  }

  async close(): Promise<void> {
    await this.set('dead');
    await this.#target.close();
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    if (this.#state === 'silent') return;
    if (this.#state === 'throttled') {
      const type = 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException';
      response.writeHead(400, jsonType).end(JSON.stringify({ __type: type, message: 'too fast' }));
      return;
    }
    const { host: _, connection: __, 'content-length': ___, ...headers } = request.headers;
    const answer = await fetch(this.#target.url, {
      method: 'POST',
      headers: headers as Record<string, string>,
      body,
    });
    response.writeHead(answer.status, jsonType).end(Buffer.from(await answer.arrayBuffer()));
  }
}

/** dynalite with a copy of the profiles that were measured before the first test. */
function profiledTable(): Promise<DynamoDbEndpoint> {
  const dataDir = temporaryFolder();
  cpSync(inject('profiledDir'), dataDir, { recursive: true });
  return startDynamoDb({ dataDir, recorder: new CallRecorder(new Map()) });
}
