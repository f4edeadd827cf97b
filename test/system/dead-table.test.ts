import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modelsResponseSchema } from '../../lib/core/contract/schemas.ts';
import { fastest, undominated } from '../../lib/core/selection/ranking.ts';
import { startTable } from '../lib/service/profiles/table.ts';
import { RunningService } from './running-service.ts';

/** Stands before the table, and can pass requests on, refuse them with an error, or swallow them. */
class Gate {
  mode: 'open' | 'throttled' | 'silent' = 'open';
  readonly #server: Server;
  readonly #target: string;

  constructor(target: string) {
    this.#target = target;
    this.#server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      if (this.mode === 'silent') return;
      if (this.mode === 'throttled') {
        const type = 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException';
        response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' });
        response.end(JSON.stringify({ __type: type, message: 'too fast' }));
        return;
      }
      const { host: _, connection: __, 'content-length': ___, ...headers } = request.headers;
      const answer = await fetch(this.#target, {
        method: 'POST',
        headers: headers as Record<string, string>,
        body: Buffer.concat(chunks),
      });
      response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(Buffer.from(await answer.arrayBuffer()));
    });
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

let table: Awaited<ReturnType<typeof startTable>>;
let gate: Gate;
let service: RunningService;
beforeAll(async () => {
  table = await startTable();
  gate = new Gate(String(table.config.endpoint));
  service = await RunningService.start({ dynamodbUrl: await gate.listen() });
}, 120_000);
afterAll(async () => {
  await service.stop();
  gate.close();
  await table.close();
});

async function profiles() {
  const response = await service.fetch('/v1/models');
  const { models } = modelsResponseSchema.parse(await response.json());
  return models.map(({ name, accuracyPct, profile }) => ({ name, accuracyPct, ...profile }));
}

describe.each(['throttled', 'silent'] as const)('a table that is %s', (mode) => {
  it('changes nothing for callers: the last known profiles decide', async () => {
    gate.mode = 'open';
    const before = await profiles();
    gate.mode = mode;
    for (let i = 0; i < 5; i++) {
      expect((await service.infer({ slaMs: 1 })).model.name).toBe(
        fastest(undominated(before)).name,
      );
      expect((await service.infer({ slaMs: 20_000 })).selection.baseModel).not.toBe(
        fastest(undominated(before)).name,
      );
    }
    const during = await profiles();
    expect(during.map(({ basis }) => basis)).toEqual(before.map(({ basis }) => basis));
    gate.mode = 'open';
  });

  it('shows in the log and in a metric', async () => {
    const logged = (text: string) => service.logs.some((line) => line.includes(text));
    await expect.poll(() => logged('profiles not read')).toBe(true);
    await expect.poll(() => logged('ProfileReadFailed')).toBe(true);
  });
});
