import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routes } from '../../lib/core/contract/routes.ts';
import { inferResponseSchema, problemSchema } from '../../lib/core/contract/schemas.ts';
import { inputBytes } from '../../lib/core/preprocessing/preprocessing.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { catalogue, RunningService, sample } from './running-service.ts';

/*
 * HTTP clients as they are: with bytes of which nobody tells them what they are, most send no content type,
 * application/octet-stream or a form's.
 */

let service: RunningService;
const files = temporaryFolder();
const fileOf = (name: string) => join(files, name);
beforeAll(async () => {
  service = await RunningService.start();
  const image = sharp(sample.bytes);
  writeFileSync(fileOf('image.jpg'), sample.bytes);
  writeFileSync(fileOf('image.png'), await image.png().toBuffer());
  writeFileSync(fileOf('image.webp'), await image.webp({ lossless: true }).toBuffer());
  writeFileSync(fileOf('tensor'), new Uint8Array(inputBytes(catalogue.input)).fill(128));
  writeFileSync(fileOf('text'), 'this is not a picture');
}, 120_000);
afterAll(() => service.stop());

const run = promisify(execFile);
const has = (command: string) => spawnSync(command, ['--version']).status === 0;

const curl = async (path: string, ...options: string[]) => {
  const url = `${service.assembly.url}${path}`;
  return (await run('curl', ['--silent', '--show-error', ...options, url])).stdout;
};

const python = `
import sys, urllib.request, urllib.error
try:
    answer = urllib.request.urlopen(sys.argv[1], data=open(sys.argv[2], 'rb').read())
except urllib.error.HTTPError as error:
    answer = error
print(answer.read().decode())
`;

/** Ways to send a file's bytes and nothing else, by their names. */
const clients: [string, boolean, (file: string) => Promise<string>][] = [
  [
    'curl, as a form',
    has('curl'),
    (file) => curl('/v1/infer', '--data-binary', `@${fileOf(file)}`),
  ],
  [
    'curl without a content type',
    has('curl'),
    (file) => curl('/v1/infer', '-H', 'content-type:', '--data-binary', `@${fileOf(file)}`),
  ],
  [
    'curl in chunks',
    has('curl'),
    (file) =>
      curl('/v1/infer', '-X', 'POST', '-H', 'transfer-encoding: chunked', '-T', fileOf(file)),
  ],
  [
    'Python’s urllib, as a form',
    has('python3'),
    async (file) => {
      const url = `${service.assembly.url}/v1/infer`;
      return (await run('python3', ['-c', python, url, fileOf(file)])).stdout;
    },
  ],
  [
    'fetch, without a content type',
    true,
    async (file) => {
      const body = new Uint8Array(readFileSync(fileOf(file)));
      return (await service.fetch('/v1/infer', { method: 'POST', body })).text();
    },
  ],
];

describe.each(clients)('%s', (_, isThere, send) => {
  it.skipIf(!isThere).each(['image.jpg', 'image.png', 'image.webp'])(
    'has %s classified',
    async (file) => {
      const { predictions } = inferResponseSchema.parse(JSON.parse(await send(file)));
      expect(predictions[0]?.label).toBe(sample.label);
    },
  );

  it.skipIf(!isThere)('has a raw tensor classified', async () => {
    expect(inferResponseSchema.parse(JSON.parse(await send('tensor'))).predictions).toHaveLength(5);
  });

  it.skipIf(!isThere)('is told that text is no picture', async () => {
    const problem = problemSchema.parse(JSON.parse(await send('text')));
    expect(problem.type).toBe('/problems/unsupported-media-type');
  });
});

describe('as application/octet-stream', () => {
  const stream = { 'content-type': 'application/octet-stream' };

  it('a picture is a picture', async () => {
    const response = await service.post(new Uint8Array(sample.bytes), stream);
    const { predictions } = inferResponseSchema.parse(await response.json());
    expect(predictions[0]?.label).toBe(sample.label);
  });
});

describe('a form of several parts', () => {
  it('is told to send the picture alone', async () => {
    const body = new FormData();
    body.set('image', new Blob([new Uint8Array(sample.bytes)]), 'image.jpg');
    const response = await service.fetch('/v1/infer', { method: 'POST', body });
    expect(response.status).toBe(415);
    const { type, detail } = problemSchema.parse(await response.json());
    expect(type).toBe('/problems/unsupported-media-type');
    expect(detail).toContain('send the image alone as the body');
  });
});

describe('an uptime monitor', () => {
  it.each(routes.filter(({ method }) => method === 'GET'))('asks HEAD $path', async (route) => {
    const path = route.path.replace('{catalogue}', 'shapes').replace('{model}', 'nano-24');
    const response = await service.fetch(path, { method: 'HEAD' });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.text()).toBe('');
  });
});

describe('a client of a proxy', () => {
  it('names the whole address in the request line', async () => {
    const { hostname, port } = new URL(service.assembly.url);
    const socket = connect(Number(port), hostname);
    socket.write(
      `GET ${service.assembly.url}/openapi.json HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`,
    );
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    await once(socket, 'close');
    const [header, body = ''] = Buffer.concat(chunks).toString().split('\r\n\r\n');
    expect(header).toMatch(/^HTTP\/1.1 200 /);
    expect(JSON.parse(body)).toMatchObject({ servers: [{ url: service.assembly.url }] });
  });
});
