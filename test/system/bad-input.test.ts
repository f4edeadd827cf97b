import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { inferResponseSchema, problemSchema } from '../../lib/core/contract/schemas.ts';
import { inputBytes } from '../../lib/core/preprocessing/preprocessing.ts';
import { flatPng } from '../fixtures/costly-images.ts';
import { catalogue, RunningService, sample } from './running-service.ts';

let service: RunningService;
let processes: readonly number[];
beforeAll(async () => {
  service = await RunningService.start();
  await service.infer({ slaMs: 1 });
  processes = service.pids;
}, 120_000);
afterAll(() => service.stop());

// After every bad request: no process has died, and the next good request works.
afterEach(async () => {
  expect(service.pids).toEqual(expect.arrayContaining([...processes]));
  expect((await service.infer({ slaMs: 1 })).predictions).toHaveLength(5);
});

const jpeg = new Uint8Array(sample.bytes);
const blank = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: 'grey' } });

async function expectProblem(response: Response, status: number, type: string) {
  expect(response.status).toBe(status);
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  const problem = problemSchema.parse(await response.json());
  expect(problem.status).toBe(status);
  expect(problem.type).toContain(type);
  return problem;
}

describe('a bad body', () => {
  it.each([
    ['no body', null, 400, 'empty-body'],
    ['an empty body', new Uint8Array(), 400, 'empty-body'],
    ['text as JPEG', 'this is not a picture', 422, 'undecodable-image'],
    ['a truncated JPEG', jpeg.slice(0, jpeg.length / 2), 422, 'undecodable-image'],
    ['a JPEG of which only the first bytes came', jpeg.slice(0, 3), 422, 'undecodable-image'],
    ['SVG as JPEG', '<svg xmlns="http://www.w3.org/2000/svg"/>', 415, 'unsupported-media-type'],
  ])('%s', async (_, body, status, type) => {
    await expectProblem(await service.post(body), status, type);
  });

  it('a decompression bomb of 25,000 x 25,000 pixels', async () => {
    const bomb = flatPng({ width: 25_000, height: 25_000, bits: 1, colourType: 0 });
    expect(bomb.length).toBeLessThan(4_500_000);
    const response = await service.post(new Uint8Array(bomb), { 'content-type': 'image/png' });
    await expectProblem(response, 422, 'undecodable-image');
  });

  it.each([5_000_000, 11_000_000])('%i bytes, which do not reach the service', async (bytes) => {
    const response = await service.post(new Uint8Array(bytes));
    await expectProblem(response, 413, '/problems/too-large');
  });

  it('just over the limit of 4.5 MB, which still fits Lambda', async () => {
    await expectProblem(await service.post(new Uint8Array(4_500_001)), 413, 'too-large');
  });

  it.each([-1, 1])('a raw tensor that is %i byte off', async (off) => {
    const body = new Uint8Array(inputBytes(catalogue.input) + off);
    const response = await service.post(body, { 'content-type': 'application/octet-stream' });
    const problem = await expectProblem(response, 422, 'wrong-tensor-length');
    expect(problem.detail).toContain(String(inputBytes(catalogue.input)));
  });

  it.each(['gzip', 'br'])('that is encoded: %s', async (encoding) => {
    const response = await service.post(jpeg, { 'content-encoding': encoding });
    const problem = await expectProblem(response, 415, 'unsupported-media-type');
    expect(problem.detail).toContain(encoding);
  });

  it.each(['text/plain', 'application/json', 'multipart/form-data'])(
    'of content type %s',
    async (contentType) => {
      const response = await service.post(jpeg, { 'content-type': contentType });
      await expectProblem(response, 415, 'unsupported-media-type');
    },
  );
});

describe('an odd image that is none the less an image', () => {
  it('of 1 x 1 pixel', async () => {
    const tiny = await blank(1, 1).jpeg().toBuffer();
    expect((await service.post(new Uint8Array(tiny))).status).toBe(200);
  });

  it('of 6,000 x 10 pixels', async () => {
    const strip = await blank(6_000, 10).png().toBuffer();
    const response = await service.post(new Uint8Array(strip), { 'content-type': 'image/png' });
    expect(response.status).toBe(200);
  });
});

describe('a bad header', () => {
  it.each([
    ['mdi-sla-ms', '0'],
    ['mdi-sla-ms', '-1'],
    ['mdi-sla-ms', '1e9'],
    ['mdi-sla-ms', '1000000000'],
    ['mdi-sla-ms', 'abc'],
    ['mdi-upload-start', 'NaN'],
    ['mdi-output-ms', '-3'],
    ['mdi-device-accuracy', '101'],
  ])('%s: %s', async (name, value) => {
    const problem = await expectProblem(await service.post(jpeg, { [name]: value }), 400, 'header');
    expect(problem.detail).toContain(name);
  });

  it.each([
    ['the future', () => Date.now() + 3_600_000],
    ['the far past', () => 12],
  ])('an upload that began in %s counts as none', async (_, startMs) => {
    const response = await service.post(jpeg, { 'mdi-upload-start': String(startMs()) });
    expect(response.status).toBe(200);
    expect(inferResponseSchema.parse(await response.json()).timing.source).toBe('default');
  });
});

describe('a request for something else', () => {
  it.each(['/', '/v1', '/v1/infer/', '/v3/infer', '/v1/models/x', '/%00', '/..%2f..%2fetc'])(
    'GET %s',
    async (path) => {
      await expectProblem(await service.fetch(path), 404, 'not-found');
    },
  );

  it.each([
    ['GET', '/v1/infer', 'POST'],
    ['DELETE', '/v1/infer', 'POST'],
    ['POST', '/v1/models', 'GET, HEAD'],
    ['PUT', '/v1/time', 'GET, HEAD'],
  ])('%s %s', async (method, path, allow) => {
    const response = await service.fetch(path, { method });
    await expectProblem(response, 405, 'method-not-allowed');
    expect(response.headers.get('allow')).toBe(allow);
  });
});
