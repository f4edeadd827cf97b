import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { LambdaClient } from '@aws-sdk/client-lambda';

/** The connections of SDK clients: what their `requestHandler` takes. */
export interface Connections {
  readonly httpAgent: HttpAgent;
  readonly httpsAgent: HttpsAgent;
}

/** Connections that are kept alive, as many as the SDK keeps by itself. */
export function createConnections(): Connections {
  const options = { keepAlive: true, maxSockets: 50 };
  return { httpAgent: new HttpAgent(options), httpsAgent: new HttpsAgent(options) };
}

/** How a client uses its connections. */
export interface FreshnessOptions {
  /**
   * After this time in ms without a request, the next one opens a new connection.
   *
   * @default 5000
   */
  readonly maxIdleMs?: number;
  /**
   * Whether a request that was broken off before the first byte of the answer is sent again, once, at
   * once and on a new connection. It may have been executed: for requests that may be repeated.
   *
   * @default true
   */
  readonly resend?: boolean;
}

/** Node's codes for a connection that the other side had given up. */
const brokenOff = new Set(['ECONNRESET', 'EPIPE']);

/**
 * Keeps an SDK client from using connections that have died while Lambda had frozen its environment.
 *
 * Nobody learns of their death while frozen, so keep-alive and an agent's own time-out are of no use,
 * and the SDK's retry may take another dead one from the pool. What shows a freeze is the wall clock: no
 * request for a long time. The idle connections are dropped then. (A new one resumes the TLS session of
 * an old one, which the agent remembers.)
 *
 * @param connections - what the client's `requestHandler` was given
 * @see https://docs.aws.amazon.com/lambda/latest/dg/best-practices.html ("purges idle connections")
 */
export function keepFresh(
  client: DynamoDBClient | LambdaClient,
  connections: Connections,
  { maxIdleMs = 5_000, resend = true }: FreshnessOptions = {},
): void {
  let lastMs = Date.now();
  client.middlewareStack.add(
    (next) => async (args) => {
      const idleMs = Date.now() - lastMs;
      lastMs += idleMs;
      if (idleMs > maxIdleMs) dropIdle(connections);
      try {
        return await next(args);
      } catch (error) {
        if (!resend || !brokenOff.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
        dropIdle(connections);
        return next(args);
      }
    },
    // The innermost of all: around one attempt, from the first byte sent to the first one received.
    { name: 'keepFresh', step: 'deserialize', priority: 'low' },
  );
}

function dropIdle({ httpAgent, httpsAgent }: Connections): void {
  for (const { freeSockets } of [httpAgent, httpsAgent]) {
    for (const sockets of Object.values(freeSockets)) {
      for (const socket of sockets ?? []) socket.destroy();
    }
  }
}
