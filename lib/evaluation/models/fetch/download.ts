import { createHash } from 'node:crypto';
import {
  createReadStream,
  createWriteStream,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Dispatcher, request } from 'undici';
import { diskReason, isDiskError, TransferError, transferError } from './transfer-error.ts';

/** A file that is known by its hash, and where it can be had. */
export interface RemoteFile {
  /** In order of preference. */
  readonly urls: readonly string[];
  readonly bytes: number;
  readonly sha256: string;
}

/** A file could not be downloaded; the message says why, for each URL. */
export class DownloadError extends Error {
  override readonly name = 'DownloadError';
  /** Whether no server could be reached at all. */
  readonly isUnreachable: boolean;

  constructor(message: string, isUnreachable: boolean) {
    super(message);
    this.isUnreachable = isUnreachable;
  }
}

/** How a download is done. */
export interface DownloadOptions {
  /** See {@link createDownloader}. */
  readonly dispatcher: Dispatcher;
  /** Called with the bytes that are there. */
  readonly onProgress?: (bytes: number) => void;
}

/**
 * Downloads a file from the first URL that gives it whole. What has come is kept in `<path>.part`, from
 * which the next attempt goes on, also that of another process. The file gets its name only when size
 * and SHA-256 are right.
 *
 * @throws {@link DownloadError}
 */
export async function download(
  file: RemoteFile,
  path: string,
  options: DownloadOptions,
): Promise<void> {
  const failures: TransferError[] = [];
  for (const url of file.urls) {
    try {
      await downloadFrom(url, file, path, options);
      return;
    } catch (error) {
      if (isDiskError(error)) throw new DownloadError(`${path}: ${diskReason(error)}`, false);
      failures.push(transferError(error, url));
    }
  }
  const reasons = failures.map(({ message }) => message).join('; ');
  throw new DownloadError(
    reasons,
    failures.every(({ isUnreachable }) => isUnreachable),
  );
}

async function downloadFrom(
  url: string,
  file: RemoteFile,
  path: string,
  options: DownloadOptions,
): Promise<void> {
  const part = new Part(path);
  for (;;) {
    const before = part.bytes;
    let isResumed = before > 0;
    try {
      if (before !== file.bytes) isResumed = await transfer(url, file, part, options);
    } catch (error) {
      // The dispatcher has retried already. Going on is worth it as long as something comes each time.
      if (transferError(error, url).isFinal || part.bytes <= before) throw error;
      continue;
    }
    if (part.bytes === file.bytes && (await part.sha256()) === file.sha256) {
      await part.finish();
      return;
    }
    const found = `is not the file that the catalogue describes (${part.bytes} bytes, another SHA-256)`;
    part.remove();
    // What was there before may have been of another file: once more from the beginning.
    if (!isResumed) throw new TransferError(url, found, { isFinal: true });
  }
}

/** @returns whether the transfer went on from what was there */
async function transfer(
  url: string,
  file: RemoteFile,
  part: Part,
  options: DownloadOptions,
): Promise<boolean> {
  const { dispatcher, onProgress } = options;
  if (part.bytes > file.bytes) part.remove();
  const from = part.bytes;
  const response = await request(url, {
    dispatcher,
    headers: { 'accept-encoding': 'identity', ...part.resumeHeaders(url) },
  });
  const { statusCode, headers, body } = response;
  const start = startOf(response);
  if (start === undefined || (start > 0 && start !== from)) {
    body.on('error', () => {}).destroy();
    // 416, or another range than was asked for: the server has another idea of the file.
    if (from > 0 && [206, 416].includes(statusCode)) {
      part.remove();
      return transfer(url, file, part, options);
    }
    throw new TransferError(url, `HTTP ${statusCode}`, { isFinal: true });
  }
  const length = headers['content-length'];
  const total = start + Number(length);
  if (length !== undefined && total !== file.bytes) {
    body.on('error', () => {}).destroy();
    throw new TransferError(url, `has ${total} bytes instead of ${file.bytes}`, { isFinal: true });
  }
  if (start === 0) part.begin(url, headers.etag);
  let bytes = start;
  const count = new Transform({
    transform(chunk: Buffer, _, done) {
      bytes += chunk.length;
      onProgress?.(Math.min(bytes, file.bytes));
      if (bytes <= file.bytes) done(null, chunk);
      else done(new TransferError(url, `has more than ${file.bytes} bytes`, { isFinal: true }));
    },
  });
  await pipeline(body, count, createWriteStream(part.path, { flags: start > 0 ? 'a' : 'w' }));
  return start > 0;
}

/** The offset of a response's first byte; undefined for a response that is no part of the file. */
function startOf({ statusCode, headers }: Dispatcher.ResponseData): number | undefined {
  if (statusCode === 200) return 0;
  const range = /^bytes (\d+)-/.exec(String(headers['content-range']))?.[1];
  return statusCode === 206 && range !== undefined ? Number(range) : undefined;
}

/** What has come of a file: `<path>.part`, and beside it of which version on which server it is. */
class Part {
  readonly path: string;
  readonly #target: string;
  readonly #originPath: string;

  constructor(target: string) {
    this.#target = target;
    this.path = `${target}.part`;
    this.#originPath = `${this.path}.origin`;
  }

  get bytes(): number {
    return statSync(this.path, { throwIfNoEntry: false })?.size ?? 0;
  }

  /**
   * Asks for the rest. `If-Range` has a server send the whole file when it is another one by now; on
   * another server the hash decides in the end.
   */
  resumeHeaders(url: string): Record<string, string> {
    if (this.bytes === 0) return {};
    const range = `bytes=${this.bytes}-`;
    const text = existsSync(this.#originPath) ? readFileSync(this.#originPath, 'utf8') : '';
    const [origin, etag] = text.split('\n');
    return origin === url && etag ? { range, 'if-range': etag } : { range };
  }

  begin(url: string, etag: string | string[] | undefined): void {
    rmSync(this.#originPath, { force: true });
    // A weak validator does not promise the same bytes.
    if (typeof etag === 'string' && !etag.startsWith('W/')) {
      writeFileSync(this.#originPath, `${url}\n${etag}`);
    }
  }

  async sha256(): Promise<string> {
    const hash = createHash('sha256');
    await pipeline(createReadStream(this.path), hash);
    return hash.digest('hex');
  }

  async finish(): Promise<void> {
    const file = await open(this.path, 'r+');
    await file.sync().finally(() => file.close());
    renameSync(this.path, this.#target);
    rmSync(this.#originPath, { force: true });
  }

  remove(): void {
    rmSync(this.path, { force: true });
    rmSync(this.#originPath, { force: true });
  }
}
