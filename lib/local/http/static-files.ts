import { extname } from 'node:path';
import { type HttpResponse, problem } from './http-response.ts';

/** A file that is served beside the HTTP API. */
export interface StaticFile {
  readonly bytes: Uint8Array;
  /** Headers beside `content-type`, which comes from the extension of the file's path. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Files by the path that they are served at, such as `/logo.svg`; one that ends in `/` is HTML. */
export type StaticFiles = ReadonlyMap<string, StaticFile>;

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.webp': 'image/webp',
  '.wasm': 'application/wasm',
};

/**
 * Answers a request for a file. What is not in the map is not there: no path leads to a disk.
 *
 * @param path - decoded
 * @returns undefined when there is no such file
 */
export function serveFile(
  files: StaticFiles,
  method: string,
  path: string,
): HttpResponse | undefined {
  const file = files.get(path);
  if (!file) return undefined;
  if (method !== 'GET' && method !== 'HEAD') {
    return problem(405, 'Method Not Allowed', `${path} takes GET and HEAD, not ${method}`, {
      allow: 'GET, HEAD',
    });
  }
  const extension = path.endsWith('/') ? '.html' : extname(path).toLowerCase();
  const contentType = contentTypes[extension] ?? 'application/octet-stream';
  return {
    status: 200,
    headers: { 'content-type': contentType, ...file.headers },
    body: Buffer.from(file.bytes.buffer, file.bytes.byteOffset, file.bytes.byteLength),
  };
}
