import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What happens to requests to the API. */
export type Trouble = 'none' | 'delayed by 10 s' | 'status 503' | 'garbage' | 'hanging';

/** Stands between the browser and the service, and makes trouble on the wire. */
export class Gate {
  trouble: Trouble = 'none';
  readonly url: string;
  readonly #server: Server;

  private constructor(server: Server, target: URL) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', (incoming, outgoing) => {
      const isApi = incoming.url?.startsWith('/v1/');
      const trouble = isApi ? this.trouble : 'none';
      const pass = () => {
        const forward = request(forwarding(incoming, target), (answer) => {
          outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(outgoing);
        });
        forward.on('error', () => outgoing.destroy());
        incoming.pipe(forward);
      };
      if (trouble === 'none') pass();
      else if (trouble === 'delayed by 10 s') {
        const timer = setTimeout(pass, 10_000);
        incoming.on('close', () => clearTimeout(timer));
      } else if (trouble === 'status 503') {
        outgoing.writeHead(503, { 'content-type': 'text/plain' }).end('busy');
      } else if (trouble === 'garbage') {
        outgoing.writeHead(200, { 'content-type': 'application/json' }).end('{"model":{"na');
      }
      // And from a hanging socket nothing ever comes.
    });
  }

  static async before(url: string): Promise<Gate> {
    const server = createServer();
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    return new Gate(server, new URL(url));
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

function forwarding({ url, method, headers }: IncomingMessage, { hostname, port }: URL) {
  return { hostname, port, path: url, method, headers };
}
