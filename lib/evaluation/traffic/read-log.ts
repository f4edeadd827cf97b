import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { MdInferenceError } from '../../core/errors.ts';
import { whyNotUtf8 } from '../../service/catalogue/text.ts';
import type { RequestLine } from '../../service/request-line.ts';
import { type BrokenLine, RequestLineFinder } from './request-lines.ts';

/** A log cannot be used; the message names the file, the line and what is wrong. */
export class TrafficLogError extends MdInferenceError {
  override readonly name = 'TrafficLogError';
}

/** What was found in logs. */
export interface TrafficLog {
  readonly requests: readonly RequestLine[];
  /** Of all kinds. */
  readonly lines: number;
  /** How many were requests and cannot be used. */
  readonly broken: number;
  /** Where the first of those is, and what is wrong with it: `FILE, line N: ...`. */
  readonly firstBroken?: string | undefined;
}

/** The file that stands for standard input. */
const standardInput = '-';
/** What a compressed file begins with. */
const gzipMagic = Buffer.from([0x1f, 0x8b]);

/**
 * Reads logs line by line, compressed or not.
 *
 * @param files - `-` is standard input
 * @param onBytes - called with the number of bytes that have been read since the last call, as they are in the files
 * @throws {@link TrafficLogError} when a file cannot be read, or none of its lines is a request
 */
export async function readTrafficLogs(
  files: readonly string[],
  onBytes: (bytes: number) => void = () => {},
): Promise<TrafficLog> {
  const requests: RequestLine[] = [];
  let [lines, broken] = [0, 0];
  let firstBroken: string | undefined;
  for (const file of files) {
    let first: BrokenLine | undefined;
    const finder = new RequestLineFinder({
      onRequest: (request) => requests.push(request),
      onBroken: (it) => {
        broken++;
        first ??= it;
      },
    });
    await readLines(file, onBytes, (text) => finder.take(text));
    finder.end();
    lines += finder.lines;
    const where = first && `${nameOf(file)}, line ${first.line}: ${first.why}`;
    if (finder.requests === 0) throw new TrafficLogError(where ?? noRequest(file, finder.lines));
    firstBroken ??= where;
  }
  return { requests, lines, broken, firstBroken };
}

/**
 * The bytes of the files together, for progress; undefined when one of them is standard input.
 *
 * @throws {@link TrafficLogError} when a file is not there
 */
export async function sizeOfLogs(files: readonly string[]): Promise<number | undefined> {
  if (files.includes(standardInput)) return undefined;
  const sizes = await Promise.all(
    files.map((file) => stat(file).catch((error: NodeJS.ErrnoException) => fail(file, error))),
  );
  return sizes.reduce((sum, { size }) => sum + size, 0);
}

async function readLines(
  file: string,
  onBytes: (bytes: number) => void,
  onLine: (text: string) => void,
): Promise<void> {
  const source: Readable = file === standardInput ? process.stdin : createReadStream(file);
  const decoder = new TextDecoder();
  let [rest, isFirst] = ['', true];
  try {
    for await (const chunk of await uncompressed(counted(source, onBytes))) {
      const fault = isFirst && whyNotUtf8(chunk);
      if (fault) throw new Error(fault);
      isFirst = false;
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) onLine(line);
    }
  } catch (error) {
    fail(file, error as NodeJS.ErrnoException);
  }
  if (rest !== '') onLine(rest);
}

async function* counted(source: Readable, onBytes: (bytes: number) => void) {
  for await (const chunk of source as AsyncIterable<Buffer>) {
    onBytes(chunk.length);
    yield chunk;
  }
}

/** What is compressed is known by its first bytes: names say little, and standard input has none. */
async function uncompressed(chunks: AsyncGenerator<Buffer>): Promise<AsyncIterable<Buffer>> {
  const { value: first, done } = await chunks.next();
  const start = done ? Buffer.alloc(0) : first;
  async function* whole() {
    yield start;
    yield* chunks;
  }
  if (!start.subarray(0, 2).equals(gzipMagic)) return whole();
  // Errors of either end the other, and come out of the reading.
  return pipeline(Readable.from(whole()), createGunzip(), () => {});
}

function fail(file: string, { code, message }: NodeJS.ErrnoException): never {
  const why = code === 'ENOENT' ? 'no such file' : message;
  throw new TrafficLogError(`${nameOf(file)}: ${why}`);
}

function noRequest(file: string, lines: number): string {
  const of = lines === 0 ? 'it is empty' : `none of its ${lines.toLocaleString('en')} lines is one`;
  return `${nameOf(file)}: no request in it: ${of} (a request's line has "mdiRequest")`;
}

function nameOf(file: string): string {
  return file === standardInput ? 'standard input' : file;
}
