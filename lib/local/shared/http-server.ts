import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PortInUseError, RefusedPortError } from './errors.ts';

/** The address that every server of the runner binds to unless told otherwise. */
export const loopback = '127.0.0.1';

/**
 * Makes a server listen.
 *
 * @param port - 0 takes any free port
 * @returns the port that it listens on
 * @throws {@link PortInUseError} when the port is taken
 */
export async function listen(server: Server, port = 0, host = loopback): Promise<number> {
  // A keep-alive connection that the server drops while the client reuses it is a lost request.
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new PortInUseError(host, port) : error),
    );
    server.listen(port, host, resolve);
  });
  return (server.address() as AddressInfo).port;
}

/**
 * Checks that a port can be listened on, and that browsers and `fetch` talk to it, before work begins that
 * would be in vain otherwise.
 *
 * @throws {@link PortInUseError} when the port is taken
 * @throws {@link RefusedPortError} when it is one of those that belong to other protocols
 * @see https://fetch.spec.whatwg.org/#port-blocking
 */
export async function checkPort(port: number, host = loopback): Promise<void> {
  const server = createServer((_, response) => response.end());
  const actual = await listen(server, port, host);
  const refusal = await fetch(urlOf(actual, host)).then(
    () => undefined,
    (error: Error) => error.cause,
  );
  await close(server);
  if (refusal instanceof Error && refusal.message === 'bad port') throw new RefusedPortError(port);
}

/** The address of a server, without a slash at its end. */
export function urlOf(port: number, host = loopback): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Closes a server and every connection to it. */
export async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeAllConnections();
  await closed;
}

/** Why a request has no body to work with. */
export type BodyFault = 'too large' | 'aborted';

/**
 * The whole body of a request, or why there is none. Of a body that is too large the rest is
 * thrown away, so that the client gets to read the answer.
 */
export async function readBody(
  request: IncomingMessage,
  maxBytes: number,
): Promise<Buffer | BodyFault> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  return new Promise((resolve) => {
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxBytes) chunks.push(chunk);
      else {
        chunks.length = 0;
        resolve('too large');
      }
    });
    request.on('end', () => {
      const [only] = chunks;
      resolve(only && chunks.length === 1 ? only : Buffer.concat(chunks));
    });
    request.on('error', () => resolve('aborted'));
    request.on('close', () => resolve('aborted'));
  });
}
