import { createReadStream, statSync } from 'node:fs';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { CallRecorder } from '../shared/calls.ts';
import { type EndpointSettings, isStranger } from '../shared/endpoint.ts';
import type { Stack } from '../template/stack.ts';

/**
 * The part of Amazon S3 that functions need for the files that were deployed with them: GetObject of
 * the assembly's assets, for the unmodified AWS SDK. There is one bucket, whatever its name.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
 */
export function s3Endpoint(
  stack: Stack,
  { recorder, tokens, frozen }: EndpointSettings,
): RequestListener {
  return (request, response) => {
    if (frozen?.reset(request)) return;
    if (isStranger(request, tokens)) {
      refuse(response, 403, 'InvalidToken');
      return;
    }
    void answer(request, response, stack, recorder).catch(() => response.destroy());
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  stack: Stack,
  recorder: CallRecorder,
): Promise<void> {
  const { authorization } = request.headers;
  if (!authorization?.startsWith('AWS4-')) return refuse(response, 403, 'AccessDenied');
  if (request.method !== 'GET') return refuse(response, 405, 'MethodNotAllowed');
  const { pathname } = new URL(request.url ?? '/', 'http://s3');
  const [, bucket, ...key] = decodeURIComponent(pathname).split('/');
  recorder.record(authorization, 's3:GetObject', `arn:aws:s3:::${bucket}/${key.join('/')}`);
  const path = stack.asset(key.join('/'));
  const file = path === undefined ? undefined : statSync(path, { throwIfNoEntry: false });
  if (path === undefined || !file?.isFile()) return refuse(response, 404, 'NoSuchKey');
  response.writeHead(200, {
    'content-type': 'application/octet-stream',
    'content-length': file.size,
  });
  await pipeline(createReadStream(path), response);
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response
    .writeHead(status, { 'content-type': 'application/xml' })
    .end(`<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code></Error>`);
}
