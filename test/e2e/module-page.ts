import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { buildSync } from 'esbuild';

/** What a page is served. */
export interface PageFile {
  readonly body: string | Uint8Array;
  readonly type: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Modules as a bundler splits them, beside the page: entries by their paths below `lib/client`. */
export function clientModules(...entries: readonly string[]): Map<string, PageFile> {
  const { outputFiles } = buildSync({
    entryPoints: entries.map((entry) => `lib/client/${entry}.ts`),
    bundle: true,
    splitting: true,
    write: false,
    outdir: '/',
    entryNames: '[name]',
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
  });
  return new Map(
    outputFiles.map(({ path, contents }) => [path, { body: contents, type: 'text/javascript' }]),
  );
}

/** Serves files, and an empty page at `/`, on an address of this machine. */
export class PageServer {
  readonly files: Map<string, PageFile>;
  /** Paths that were asked for, in order. */
  readonly asked: string[] = [];
  /** What pages have posted, in order. */
  readonly posted: string[] = [];
  readonly #server: Server;

  private constructor(files: Map<string, PageFile>) {
    this.files = files;
    this.#server = createServer((request, response) => {
      const path = new URL(request.url ?? '/', 'http://page').pathname;
      this.asked.push(path);
      if (request.method === 'POST') {
        text(request).then((body) => this.posted.push(body));
        return response.end();
      }
      const page = { body: '<!doctype html><title>Test</title>', type: 'text/html' };
      const file: PageFile | undefined = files.get(path) ?? (path === '/' ? page : undefined);
      if (!file) return response.writeHead(404).end();
      return response.writeHead(200, { 'content-type': file.type, ...file.headers }).end(file.body);
    });
  }

  static async start(files: Map<string, PageFile>): Promise<PageServer> {
    const server = new PageServer(files);
    await new Promise<void>((resolve) => {
      server.#server.listen(0, '127.0.0.1', resolve);
    });
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
