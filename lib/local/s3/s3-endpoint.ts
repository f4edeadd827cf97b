import { createReadStream, statSync } from 'node:fs';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { CallRecorder } from '../shared/calls.ts';
import { type EndpointSettings, isStranger } from '../shared/endpoint.ts';
import { arn } from '../template/arns.ts';
import type { Stack } from '../template/stack.ts';

/**
 * The part of Amazon S3 that functions need for the files that were deployed with them, for the unmodified AWS SDK:
 * GetObject of the assembly's assets, whole or by ranges, and CopyObject of them to other buckets, which are there
 * whatever their names.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
 */
export function s3Endpoint(
  stack: Stack,
  { recorder, tokens, frozen }: EndpointSettings,
): RequestListener {
  const objects = new Objects(stack);
  return (request, response) => {
    if (frozen?.reset(request)) return;
    if (isStranger(request, tokens)) {
      refuse(response, 403, 'InvalidToken');
      return;
    }
    void answer(request, response, objects, recorder).catch(() => response.destroy());
  };
}

/** Files by their bucket and key: copies, and assets in whatever bucket. */
class Objects {
  readonly #stack: Stack;
  readonly #copies = new Map<string, string>();

  constructor(stack: Stack) {
    this.#stack = stack;
  }

  file(object: string): string | undefined {
    const [, ...key] = object.split('/');
    return this.#copies.get(object) ?? this.#stack.asset(key.join('/'));
  }

  /** @returns false when there is nothing to copy */
  copy(from: string, to: string): boolean {
    const file = this.file(from);
    if (file !== undefined) this.#copies.set(to, file);
    return file !== undefined;
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  objects: Objects,
  recorder: CallRecorder,
): Promise<void> {
  const { authorization, range, 'x-amz-copy-source': source } = request.headers;
  if (!authorization?.startsWith('AWS4-')) return refuse(response, 403, 'AccessDenied');
  const { pathname } = new URL(request.url ?? '/', 'http://s3');
  const object = objectIn(pathname);
  const record = (action: string, what: string) =>
    recorder.record(authorization, action, arn('s3', what));
  if (request.method === 'PUT' && typeof source === 'string') {
    const from = objectIn(source);
    record('s3:GetObject', from);
    record('s3:PutObject', object);
    if (!objects.copy(from, object)) return refuse(response, 404, 'NoSuchKey');
    return sendXml(response, 200, '<CopyObjectResult><ETag>"copy"</ETag></CopyObjectResult>');
  }
  if (request.method !== 'GET') return refuse(response, 405, 'MethodNotAllowed');
  record('s3:GetObject', object);
  const path = objects.file(object);
  const file = path === undefined ? undefined : statSync(path, { throwIfNoEntry: false });
  if (path === undefined || !file?.isFile()) return refuse(response, 404, 'NoSuchKey');
  await send(response, path, file.size, range);
}

/** `bucket/key`, as a path or the source of a copy names it. */
function objectIn(path: string): string {
  return decodeURIComponent(path).replace(/^\//, '');
}

/** Sends a file, or the range of it that `bytes=FIRST-LAST` asks for. */
async function send(
  response: ServerResponse,
  path: string,
  size: number,
  range: string | undefined,
): Promise<void> {
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
  const [start, end] =
    first === undefined ? [0, size - 1] : [Number(first), Math.min(Number(last), size - 1)];
  if (first !== undefined && start > end) return refuse(response, 416, 'InvalidRange');
  response.writeHead(first === undefined ? 200 : 206, {
    'content-type': 'application/octet-stream',
    'content-length': end - start + 1,
    ...(first !== undefined && { 'content-range': `bytes ${start}-${end}/${size}` }),
  });
  await pipeline(createReadStream(path, { start, end: Math.max(start, end) }), response);
}

function refuse(response: ServerResponse, status: number, code: string): void {
  sendXml(response, status, `<Error><Code>${code}</Code><Message>${code}</Message></Error>`);
}

function sendXml(response: ServerResponse, status: number, xml: string): void {
  response
    .writeHead(status, { 'content-type': 'application/xml' })
    .end(`<?xml version="1.0" encoding="UTF-8"?>${xml}`);
}
