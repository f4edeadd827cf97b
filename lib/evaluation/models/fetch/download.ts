import { createWriteStream } from 'node:fs';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Dispatcher, request } from 'undici';
import { MdInferenceError } from '../../../core/errors.ts';
import { PartialFile } from './partial-file.ts';
import { sentInstead } from './sent-instead.ts';
import { diskReason, isDiskError, TransferError, transferError } from './transfer-error.ts';

/** A file that is known by its hash, and where to get it. */
export interface RemoteFile {
  /** In order of preference. */
  readonly urls: readonly string[];
  readonly bytes: number;
  readonly sha256: string;
}

/** A file could not be downloaded; the message says why, for each URL. */
export class DownloadError extends MdInferenceError {
  override readonly name = 'DownloadError';
  /** Whether no server could be reached at all. */
  readonly isUnreachable: boolean;

  constructor(message: string, isUnreachable: boolean) {
    super(message);
    this.isUnreachable = isUnreachable;
  }
}

/** What a download needs. */
export interface DownloadOptions {
  /** See {@link createDownloader}. */
  readonly dispatcher: Dispatcher;
  /** Called with the number of bytes that have arrived. */
  readonly onProgress?: (bytes: number) => void;
  /** Called when a URL does not deliver the file, with the reason. */
  readonly onFailure?: (failure: TransferError) => void;
  /**
   * Hosts that could not be reached, which are not asked again. Shared between downloads, it saves each of them
   * the wait for a server that a firewall hides.
   *
   * @default - known to one download only
   */
  readonly unreachableHosts?: Set<string>;
}

/**
 * Downloads a file from the first URL that delivers it. What has arrived is kept in `<path>.part`, which
 * the next attempt resumes, even in another process. The file gets its name only when size and SHA-256
 * are right.
 *
 * @returns the URL that delivered it
 * @throws {@link DownloadError} when no URL delivers the file, or it cannot be written
 */
export async function download(
  file: RemoteFile,
  path: string,
  options: DownloadOptions,
): Promise<string> {
  const { onFailure, unreachableHosts = new Set() } = options;
  const failures: TransferError[] = [];
  for (const url of file.urls) {
    const { host } = new URL(url);
    if (unreachableHosts.has(host)) {
      const isToldAlready = failures.some(({ message }) => message.startsWith(`${host}: `));
      const failure = new TransferError(url, 'could not be reached', { isUnreachable: true });
      if (!isToldAlready) failures.push(failure);
      continue;
    }
    try {
      await downloadFrom(url, file, path, options);
      return url;
    } catch (error) {
      if (isDiskError(error)) throw new DownloadError(`${path}: ${diskReason(error)}`, false);
      const failure = transferError(error, url);
      if (failure.isUnreachable) unreachableHosts.add(host);
      failures.push(failure);
      onFailure?.(failure);
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
  const part = new PartialFile(path);
  for (;;) {
    const before = part.bytes;
    let isResumed = before > 0;
    try {
      if (before !== file.bytes) isResumed = await transfer(url, file, part, options);
    } catch (error) {
      // The dispatcher has retried already. Resuming is worth it as long as each attempt brings something.
      if (transferError(error, url).isFinal || part.bytes <= before) throw error;
      continue;
    }
    if (part.bytes === file.bytes && part.sha256 === file.sha256) {
      await part.finish();
      return;
    }
    const found = `is not the file that the catalogue describes (${part.bytes} bytes, another SHA-256)`;
    part.remove();
    // The part found at the start may have been of another file: once more from the beginning.
    if (!isResumed) throw new TransferError(url, found, { isFinal: true });
  }
}

/** @returns whether the transfer resumed what was there */
async function transfer(
  url: string,
  file: RemoteFile,
  part: PartialFile,
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
    // 416, or not the range that was asked for: the server's file is not the one of the part.
    if (from > 0 && [206, 416].includes(statusCode)) {
      part.remove();
      return transfer(url, file, part, options);
    }
    throw new TransferError(url, `HTTP ${statusCode}`, { isFinal: true });
  }
  const length = headers['content-length'];
  const total = start + Number(length);
  if (length !== undefined && total !== file.bytes) {
    const instead = await sentInstead(response);
    const reason = instead
      ? `sends ${instead} instead of the file`
      : `has ${total} bytes instead of ${file.bytes}`;
    throw new TransferError(url, reason, { isFinal: true });
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

/** The offset of a response's first byte; undefined for a response that is not part of the file. */
function startOf({ statusCode, headers }: Dispatcher.ResponseData): number | undefined {
  if (statusCode === 200) return 0;
  const range = /^bytes (\d+)-/.exec(String(headers['content-range']))?.[1];
  return statusCode === 206 && range !== undefined ? Number(range) : undefined;
}
