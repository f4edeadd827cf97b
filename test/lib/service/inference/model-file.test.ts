import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { close, listen, urlOf } from '../../../../lib/local/shared/http-server.ts';
import { ModelFileError } from '../../../../lib/service/inference/errors.ts';
import { withModelFile } from '../../../../lib/service/inference/model-file.ts';

const object = { bucket: 'models', key: 'd/large/hash.onnx' };
const content = Buffer.alloc(40 * 2 ** 20, 'some bytes of a model, ');
const sha256Of = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const model = { name: 'large', bytes: content.length, sha256: sha256Of(content) };

let server: Server;
let ranges: string[];
let open: number;
let mostOpen: number;
/** What the object is, and what becomes of a request for one of its ranges. */
let stored: Buffer;
let spoil: (response: ServerResponse, request: number) => boolean;

beforeEach(async () => {
  [ranges, open, mostOpen, stored, spoil] = [[], 0, 0, content, () => false];
  server = createServer(async (request, response) => {
    const range = request.headers.range ?? '';
    const count = ranges.push(range);
    mostOpen = Math.max(mostOpen, ++open);
    await delay(5);
    open--;
    if (spoil(response, count)) return;
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range) ?? [];
    const part = stored.subarray(Number(first), Number(last) + 1);
    const total = stored.length;
    response.writeHead(206, {
      'content-length': part.length,
      'content-range': `bytes ${first}-${Number(first) + part.length - 1}/${total}`,
    });
    response.end(part);
  });
  vi.stubEnv('AWS_ENDPOINT_URL_S3', urlOf(await listen(server)));
  for (const name of ['AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) {
    vi.stubEnv(name, 'local');
  }
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await close(server);
});

const read = () =>
  withModelFile(object, model, async (path) => ({ path, bytes: readFileSync(path) }));

describe('a model’s file in S3', () => {
  it('is read by several ranges at a time, and is the file at the end', async () => {
    const { path, bytes } = await read();
    expect(bytes.equals(content)).toBe(true);
    expect(ranges).toHaveLength(5);
    expect(new Set(ranges).size).toBe(5);
    expect(mostOpen).toBeGreaterThan(1);
    expect(existsSync(path)).toBe(false);
  });

  it('is read although connections break off in the middle of an answer', async () => {
    spoil = (response, request) => {
      if (request > 2) return false;
      response.writeHead(206, { 'content-length': 1_000, 'content-range': 'bytes 0-999/1000' });
      response.write('x', () => response.destroy());
      return true;
    };
    expect((await read()).bytes.equals(content)).toBe(true);
    expect(ranges.length).toBe(7);
  });

  it.each([
    ['longer', Buffer.concat([content, Buffer.from('x')]), /41943041 bytes, but .* says 41943040$/],
    ['shorter', content.subarray(1), /41943039 bytes, but the catalogue says 41943040$/],
    ['another', Buffer.alloc(content.length), /the SHA-256 \w{64}, but the catalogue says \w{64}$/],
  ])('is refused when it is %s', async (_, bytes, message) => {
    stored = bytes;
    await expect(read()).rejects.toThrow(ModelFileError);
    await expect(read()).rejects.toThrow(message);
  });

  it('is named when it cannot be read', async () => {
    spoil = (response) => {
      response.writeHead(403).end('<Error><Code>AccessDenied</Code></Error>');
      return true;
    };
    await expect(read()).rejects.toThrow(
      /^model "large" cannot be read from s3:\/\/models\/d\/large\/hash\.onnx: AccessDenied/,
    );
  });
});
