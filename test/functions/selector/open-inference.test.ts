import { deflateSync, gzipSync } from 'node:zlib';
import { InvokeWithResponseStreamCommand } from '@aws-sdk/client-lambda';
import type { Context } from 'aws-lambda';
import { beforeAll, describe, expect, it } from 'vitest';
import { apiHandler } from '../../../functions/selector/api-handler.ts';
import type { Service } from '../../../functions/selector/service.ts';
import { splitByteStrings } from '../../../lib/protocol/byte-strings.ts';
import { okAnswer, okStream } from '../../fixtures/response-stream.ts';
import {
  apiEvent,
  invoked,
  lambda,
  madeUpService,
  mockLambda,
  secretOf,
  sentEvent,
  smallPicture,
} from './made-up-service.ts';

mockLambda();

const scores = Buffer.from(Float32Array.of(0.25, 0.75).buffer).toString('base64');
const picture = Buffer.from(smallPicture, 'base64');
const pixels = Buffer.alloc(8 * 8 * 3, 7);
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

/** A picture as clients send it: one element of BYTES, binary. */
const bytesElement = (bytes: Uint8Array) => {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return Buffer.concat([length, bytes]);
};
const jpegInput = (size: number) => ({
  ...{ name: 'image', datatype: 'BYTES', shape: [1] },
  parameters: { binary_data_size: size },
});
const pixelInput = { name: 'image', datatype: 'UINT8', shape: [1, 8, 8, 3], data: [...pixels] };

interface Sent {
  readonly json?: object;
  readonly binary?: Uint8Array;
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly encode?: (bytes: Buffer) => Buffer;
  readonly service?: Service;
}

/** What a request is answered with, its JSON read. */
async function infer({
  json = { inputs: [pixelInput] },
  binary,
  path = '/v2/models/pets/infer',
  headers = {},
  encode = (bytes) => bytes,
  service = madeUpService(),
}: Sent) {
  lambda
    .on(InvokeWithResponseStreamCommand)
    .callsFake(() => okStream({ ...okAnswer, scores } as typeof okAnswer));
  const begin = Buffer.from(JSON.stringify(json));
  const event = apiEvent({
    method: 'POST',
    path,
    headers: {
      ...(binary && { 'inference-header-content-length': String(begin.length) }),
      ...headers,
    },
    body: encode(Buffer.concat([begin, binary ?? Buffer.of()])).toString('base64'),
    isBase64Encoded: true,
  });
  const result = await apiHandler(service)(event, {} as Context);
  const bytes = Buffer.from(result.body ?? '', result.isBase64Encoded ? 'base64' : 'utf8');
  const length = Number(result.headers?.['inference-header-content-length'] ?? bytes.length);
  return {
    statusCode: result.statusCode,
    contentType: result.headers?.['content-type'],
    headers: result.headers,
    json: JSON.parse(text(bytes.subarray(0, length))),
    binary: bytes.subarray(length),
  };
}

describe('an inference by tensors', () => {
  it('runs the model that is selected on the raw input, and says which one', async () => {
    const { statusCode, contentType, json } = await infer({
      json: { id: 'seven', inputs: [pixelInput] },
      headers: { 'mdi-sla-ms': '300' },
    });
    expect([statusCode, contentType]).toEqual([200, 'application/json']);
    expect(json).toEqual({
      model_name: 'pets',
      model_version: 'slow',
      id: 'seven',
      parameters: expect.objectContaining({
        mdi_model: 'slow',
        mdi_accuracy_pct: 90,
        mdi_sla_ms: 300,
        mdi_network_ms: expect.any(Number),
        mdi_budget_ms: expect.any(Number),
      }),
      outputs: [
        { name: 'scores', datatype: 'FP32', shape: [1, 2], data: [0.25, 0.75] },
        { name: 'label', datatype: 'BYTES', shape: [1, 1], data: ['dog'] },
      ],
    });
    expect(sentEvent()).toMatchObject({
      contentType: 'application/octet-stream',
      body: pixels.toString('base64'),
      wantsScores: true,
    });
  });

  it('takes a picture as BYTES, as binary data or in base64', async () => {
    const element = bytesElement(picture);
    await infer({ json: { inputs: [jpegInput(element.length)] }, binary: element });
    expect(sentEvent()).toMatchObject({ contentType: 'image/jpeg', body: smallPicture });
    lambda.resetHistory();
    const input = { ...jpegInput(0), parameters: { content_type: 'base64' }, data: [smallPicture] };
    await infer({ json: { inputs: [input] } });
    expect(sentEvent()).toMatchObject({ contentType: 'image/jpeg', body: smallPicture });
  });

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
  ])(
    'takes %s, whose header length is that of the decompressed bytes',
    async (encoding, encode) => {
      const input = {
        ...pixelInput,
        data: undefined,
        parameters: { binary_data_size: pixels.length },
      };
      const headers = { 'content-encoding': encoding };
      const { statusCode } = await infer({
        ...{ json: { inputs: [input] }, binary: pixels, headers },
        encode: (bytes) => encode(bytes),
      });
      expect(statusCode).toBe(200);
      expect(sentEvent()).toMatchObject({ body: pixels.toString('base64') });
    },
  );

  it('answers as text or bytes, each output as it was asked for', async () => {
    const outputs = [
      { name: 'label', parameters: { binary_data: true } },
      { name: 'scores', parameters: { binary_data: false } },
    ];
    const mixed = await infer({ json: { inputs: [pixelInput], outputs } });
    expect(mixed.contentType).toBe('application/octet-stream');
    expect(mixed.json.outputs.map(({ name }: { name: string }) => name)).toEqual([
      'label',
      'scores',
    ]);
    expect(splitByteStrings(Uint8Array.from(mixed.binary)).map(text)).toEqual(['dog']);
    const all = await infer({
      json: { inputs: [pixelInput], parameters: { binary_data_output: true } },
    });
    expect(all.binary.subarray(0, 8)).toEqual(Buffer.from(scores, 'base64'));
    const best = await infer({
      json: {
        inputs: [pixelInput],
        outputs: [{ name: 'scores', parameters: { classification: 1 } }],
      },
    });
    expect(best.json.outputs).toMatchObject([{ data: ['0.750000:1:dog'], datatype: 'BYTES' }]);
  });

  it.each([
    ['by a header', { headers: { 'mdi-sla-ms': '60' } }, 60],
    ['by Triton’s time-out in microseconds', { parameters: { timeout: 60_000 } }, 60],
    [
      'by a parameter, which goes before both',
      { headers: { 'mdi-sla-ms': '900' }, parameters: { timeout: 800_000, mdi_sla_ms: 60 } },
      60,
    ],
  ])(
    'has a deadline %s',
    async (_, {
      headers,
      parameters,
    }: { headers?: Record<string, string>; parameters?: object }, slaMs) => {
      const { json } = await infer({
        json: { inputs: [pixelInput], parameters },
        ...(headers && { headers }),
      });
      expect(json.parameters).toMatchObject({ mdi_sla_ms: slaMs, mdi_model: 'fast' });
    },
  );

  it('asks one model alone when it is named as the version', async () => {
    const { json } = await infer({
      path: '/v2/models/pets/versions/fast/infer',
      headers: { 'mdi-sla-ms': '5000' },
    });
    expect(json).toMatchObject({ model_version: 'fast', parameters: { mdi_model: 'fast' } });
    expect(invoked()).toEqual(['fn-fast:live']);
  });

  it('has an id by which feedback is taken', async () => {
    const service = madeUpService({ secret: secretOf(Buffer.from('secret')) });
    const { json } = await infer({ service });
    const { mdi_request_id: requestId, mdi_model: model } = json.parameters;
    const sent = { path: '/v1/feedback', isBase64Encoded: false };
    const body = JSON.stringify({ requestId, model, correct: true });
    const result = await apiHandler(service)(apiEvent({ ...sent, body }), {} as Context);
    expect(result.statusCode, result.body).toBe(202);
  });

  it('counts as any other', async () => {
    const service = madeUpService();
    await infer({ service });
    expect(service.telemetry.answered).toHaveBeenCalledTimes(1);
    expect(service.telemetry.requested).toHaveBeenCalledTimes(1);
  });
});

describe('what is wrong with a request by tensors', () => {
  it.each<[string, Sent, number, string, RegExp]>([
    [
      'another model',
      { path: '/v2/models/cars/infer' },
      404,
      'unknown-model',
      /no model "cars"; this service has "pets"/,
    ],
    [
      'another version',
      { path: '/v2/models/pets/versions/9/infer' },
      404,
      'unknown-model',
      /no version "9"; its versions are its models: slow, fast/,
    ],
    [
      'another input',
      { json: { inputs: [{ ...pixelInput, name: 'x' }] } },
      422,
      'wrong-tensor',
      /no input "x"; the models take "image"/,
    ],
    [
      'a second input',
      { json: { inputs: [pixelInput, { ...pixelInput, name: 'x' }] } },
      422,
      'wrong-tensor',
      /no input "x"/,
    ],
    [
      'another datatype',
      { json: { inputs: [{ ...pixelInput, datatype: 'FP32' }] } },
      422,
      'wrong-tensor',
      /must be "image" of UINT8 \[1, 8, 8, 3\]/,
    ],
    [
      'another shape',
      { json: { inputs: [{ ...pixelInput, shape: [1, 3, 8, 8] }] } },
      422,
      'wrong-tensor',
      /\[1, 3, 8, 8\] must be/,
    ],
    [
      'a value out of range',
      { json: { inputs: [{ ...pixelInput, data: pixelInput.data.with(5, 256) }] } },
      422,
      'wrong-tensor-values',
      /at 5 256/,
    ],
    [
      'two pictures',
      { json: { inputs: [{ ...jpegInput(0), shape: [2], parameters: {}, data: ['a', 'b'] }] } },
      422,
      'wrong-tensor',
      /must hold one picture, not 2/,
    ],
    [
      'no picture',
      { json: { inputs: [{ ...jpegInput(0), shape: [0], parameters: {}, data: [] }] } },
      422,
      'wrong-tensor',
      /must hold one picture, not 0/,
    ],
    [
      'another output',
      { json: { inputs: [pixelInput], outputs: [{ name: 'x' }] } },
      400,
      'bad-request',
      /no output "x"; the models give "scores"/,
    ],
    [
      'a deadline of a nanosecond',
      { json: { inputs: [pixelInput], parameters: { timeout: 0.001 } } },
      400,
      'bad-request',
      /from 0\.001 to 29000 ms/,
    ],
    [
      'a deadline of an hour',
      { json: { inputs: [pixelInput], parameters: { mdi_sla_ms: 3.6e6 } } },
      400,
      'bad-request',
      /from 0\.001 to 29000 ms/,
    ],
    [
      'an encoding',
      { headers: { 'content-encoding': 'br' } },
      415,
      'unsupported-media-type',
      /br is not taken, only gzip and deflate/,
    ],
    [
      'what is not compressed',
      { headers: { 'content-encoding': 'gzip' } },
      400,
      'bad-request',
      /cannot be decompressed/,
    ],
    [
      'a bomb',
      { encode: () => gzipSync(Buffer.alloc(5_000_000)), headers: { 'content-encoding': 'gzip' } },
      413,
      'too-large',
      /at most 4500000 bytes/,
    ],
    ['too much', { encode: () => Buffer.alloc(4_500_001) }, 413, 'too-large', /has 4500001 bytes/],
    ['nothing', { encode: () => Buffer.of() }, 400, 'empty-body', /must hold a request/],
    ['a bad header', { headers: { 'mdi-sla-ms': 'soon' } }, 400, 'bad-header', /mdi-sla-ms/],
  ])('is said of %s, and reaches no model', async (_, sent, status, type, message) => {
    const { statusCode, contentType, json } = await infer(sent);
    expect([statusCode, contentType]).toEqual([status, 'application/json']);
    expect(json).toMatchObject({ type: `/problems/${type}`, error: json.detail, status });
    expect(json.error).toMatch(message);
    expect(invoked()).toEqual([]);
  });
});

describe('metadata', () => {
  let get: (
    path: string,
    service?: Service,
    method?: string,
  ) => Promise<{ statusCode?: number; body: unknown }>;
  beforeAll(() => {
    get = async (path, service = madeUpService(), method = 'GET') => {
      const result = await apiHandler(service)(apiEvent({ method, path }), {} as Context);
      return { statusCode: result.statusCode ?? 0, body: JSON.parse(result.body ?? '') };
    };
  });

  it('has the catalogue as the model, and its models as versions', async () => {
    const { body } = await get('/v2/models/pets');
    expect(body).toEqual({
      name: 'pets',
      versions: ['slow', 'fast'],
      platform: 'onnxruntime_onnx',
      inputs: [{ name: 'image', datatype: 'UINT8', shape: [1, 8, 8, 3] }],
      outputs: [
        { name: 'scores', datatype: 'FP32', shape: [1, 2] },
        { name: 'label', datatype: 'BYTES', shape: [1, 1] },
      ],
    });
    expect((await get('/v2/models/pets/versions/fast')).body).toEqual(body);
    expect((await get('/v2')).body).toMatchObject({
      name: 'mdinference',
      extensions: expect.arrayContaining(['binary_tensor_data']),
    });
  });

  it('says what both KServe and Triton read of health', async () => {
    expect(await get('/v2/health/live')).toEqual({
      statusCode: 200,
      body: { live: true, ready: true },
    });
    const service = madeUpService();
    const profiles = new Map(
      [...(await service.profiles.reload())].map(([name, profile]) => [
        name,
        { ...profile, basis: 'live' as const },
      ]),
    );
    service.profiles.reload.mockResolvedValue(profiles);
    expect(await get('/v2/health/ready', service)).toEqual({
      statusCode: 200,
      body: { live: true, ready: true },
    });
    expect(await get('/v2/models/pets/ready', service)).toEqual({
      statusCode: 200,
      body: { name: 'pets', ready: true },
    });
    expect(await get('/v2/models/pets/versions/fast/ready')).toMatchObject({
      statusCode: 503,
      body: { type: '/problems/not-ready', error: 'these models have not been profiled yet: fast' },
    });
    expect((await get('/v2/repository/index', service, 'POST')).body).toEqual([
      { name: 'pets', version: 'slow', state: 'READY', reason: '' },
      { name: 'pets', version: 'fast', state: 'READY', reason: '' },
    ]);
    expect((await get('/v2/repository/index', undefined, 'POST')).body).toMatchObject([
      { state: 'UNAVAILABLE' },
      { state: 'UNAVAILABLE' },
    ]);
  });

  it('has statistics and a configuration in Triton’s words', async () => {
    expect((await get('/v2/models/pets/config')).body).toMatchObject({
      max_batch_size: 0,
      input: [{ name: 'image', data_type: 'TYPE_UINT8', dims: [1, 8, 8, 3] }],
      output: [
        { data_type: 'TYPE_FP32' },
        { name: 'label', data_type: 'TYPE_STRING', dims: [1, 1] },
      ],
    });
    expect((await get('/v2/models/pets/stats')).body).toMatchObject({
      model_stats: [{ name: 'pets', version: 'slow' }, { version: 'fast' }],
    });
    expect((await get('/v2/models/pets/versions/fast/stats')).body).toMatchObject({
      model_stats: [{ version: 'fast' }],
    });
  });

  it.each(['load', 'unload'])('refuses to %s', async (what) => {
    const { statusCode, body } = await get(`/v2/repository/models/pets/${what}`, undefined, 'POST');
    expect(statusCode).toBe(400);
    expect(body).toMatchObject({ error: expect.stringContaining('neither loaded nor unloaded') });
  });

  it.each([
    ['GET', '/v2/models/cars', 404],
    ['GET', '/v2/nothing', 404],
    ['GET', '/v2/models/pets/infer', 405],
    ['POST', '/v2/health/live', 405],
  ])('errors of %s %s are plain JSON with the text in "error"', async (method, path, status) => {
    const { statusCode, body } = await get(path, undefined, method);
    expect(statusCode).toBe(status);
    expect(body).toMatchObject({
      error: expect.any(String),
      status,
      requestId: expect.any(String),
    });
  });
});
