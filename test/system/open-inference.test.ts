import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  modelMetadataSchema,
  modelReadySchema,
  openInferenceErrorSchema,
  repositoryIndexSchema,
  serverHealthSchema,
  serverMetadataSchema,
  tensorInferResponseSchema,
} from '../../lib/core/contract/open-inference.ts';
import { joinByteStrings } from '../../lib/protocol/byte-strings.ts';
import { catalogue, RunningService, sample } from './running-service.ts';

/*
 * The Open Inference Protocol as its specification has it, through the whole service.
 * https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md
 */

let service: RunningService;
beforeAll(async () => {
  service = await RunningService.start();
});
afterAll(() => service?.stop());

const elements = catalogue.input.shape.reduce((product, side) => product * side, 1);
const pixels = Buffer.alloc(elements, 128);
const picture = Buffer.from(joinByteStrings([sample.bytes]));
const pixelInput = { name: 'image', datatype: 'UINT8', shape: catalogue.input.shape };
const pictureInput = { name: 'image', datatype: 'BYTES', shape: [1] };
const binary = (input: object, bytes: Buffer) => ({
  ...input,
  parameters: { binary_data_size: bytes.length },
});
/** Time for the best model, on a busy machine too. */
const parameters = { mdi_sla_ms: 20_000 };

interface Sent {
  readonly json: object;
  readonly data?: Buffer;
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly encode?: (bytes: Buffer) => Buffer;
}

async function infer({ json, data, path = '/infer', headers = {}, encode = (it) => it }: Sent) {
  const begin = Buffer.from(JSON.stringify(json));
  return service.fetch(`/v2/models/shapes${path}`, {
    method: 'POST',
    body: new Uint8Array(encode(data ? Buffer.concat([begin, data]) : begin)),
    headers: {
      ...(data && { 'inference-header-content-length': String(begin.length) }),
      ...headers,
    },
  });
}

/** An answer's JSON, and the binary data behind it. */
async function answerOf(response: Response) {
  const bytes = Buffer.from(await response.arrayBuffer());
  const length = Number(response.headers.get('inference-header-content-length') ?? bytes.length);
  expect(response.status, bytes.toString('utf8', 0, 500)).toBe(200);
  const json = tensorInferResponseSchema.parse(JSON.parse(bytes.toString('utf8', 0, length)));
  return { json, data: bytes.subarray(length) };
}

describe('metadata and health', () => {
  it.each([
    ['/v2', serverMetadataSchema],
    ['/v2/health/live', serverHealthSchema],
    ['/v2/health/ready', serverHealthSchema],
    ['/v2/models/shapes', modelMetadataSchema],
    ['/v2/models/shapes/versions/nano-24', modelMetadataSchema],
    ['/v2/models/shapes/ready', modelReadySchema],
    ['/v2/models/shapes/versions/nano-24/ready', modelReadySchema],
  ])('GET %s', async (path, schema) => {
    const response = await service.fetch(path);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json');
    schema.parse(await response.json());
  });

  it('POST /v2/repository/index', async () => {
    const response = await service.fetch('/v2/repository/index', { method: 'POST' });
    const index = repositoryIndexSchema.parse(await response.json());
    expect(index.map(({ version }) => version)).toEqual(catalogue.models.map(({ name }) => name));
  });
});

describe('an inference', () => {
  it('takes pixels as JSON, nested or not, and as binary data, compressed or not, whatever it says it is', async () => {
    const [, height, width, channels] = catalogue.input.shape;
    const row = Array.from({ length: width }, () => Array<number>(channels).fill(128));
    const nested = [Array.from({ length: height }, () => row)];
    const ways: Sent[] = [
      { json: { inputs: [{ ...pixelInput, data: [...pixels] }] } },
      {
        json: { inputs: [{ ...pixelInput, data: nested }] },
        headers: { 'content-type': 'application/json' },
      },
      { json: { inputs: [binary(pixelInput, pixels)] }, data: pixels },
      {
        ...{ json: { inputs: [binary(pixelInput, pixels)] }, data: pixels },
        headers: { 'content-encoding': 'gzip', 'content-type': 'application/octet-stream' },
        encode: (bytes) => gzipSync(bytes),
      },
    ];
    const found: unknown[][] = [];
    for (const way of ways) {
      const { json } = await answerOf(await infer({ ...way, path: '/versions/nano-24/infer' }));
      found.push(json.outputs.map(({ name, data }) => [name, data]));
    }
    expect(new Set(found.map((outputs) => JSON.stringify(outputs))).size).toBe(1);
  });

  it('takes a picture and answers as bytes or text, as it was asked for', async () => {
    const outputs = [{ name: 'label' }, { name: 'scores', parameters: { binary_data: true } }];
    const inputs = [binary(pictureInput, picture)];
    const sent = { json: { id: 'seven', inputs, outputs, parameters }, data: picture };
    const response = await infer(sent);
    expect(response.headers.get('content-type')).toBe('application/octet-stream');
    const { json, data } = await answerOf(response);
    expect(json).toMatchObject({ id: 'seven', model_name: 'shapes' });
    expect(json.parameters).toMatchObject({ mdi_model: json.model_version, mdi_sla_ms: 20_000 });
    expect(json.outputs[0]).toMatchObject({ name: 'label', data: [sample.label] });
    expect(data).toHaveLength(4 * catalogue.labels.length);
  });

  it('says the best labels in Triton’s words', async () => {
    const outputs = [{ name: 'scores', parameters: { classification: 2 } }];
    const input = { ...pictureInput, data: [sample.bytes.toString('base64')] };
    const inputs = [{ ...input, parameters: { content_type: 'base64' } }];
    const { json } = await answerOf(await infer({ json: { inputs, outputs, parameters } }));
    expect(json.outputs[0]?.data).toEqual([
      expect.stringMatching(new RegExp(`^[01]\\.\\d{6}:\\d+:${sample.label}$`)),
      expect.stringMatching(/^[01]\.\d{6}:\d+:[\w -]+$/),
    ]);
  });
});

describe('an error', () => {
  it.each<[string, () => Promise<Response>, number, RegExp]>([
    ['of a path', () => service.fetch('/v2/nothing'), 404, /there is no \/v2\/nothing/],
    ['of a model', () => service.fetch('/v2/models/nothing'), 404, /no model "nothing"/],
    [
      'of a method',
      () => service.fetch('/v2/health/live', { method: 'POST' }),
      405,
      /takes GET, HEAD/,
    ],
    ['of a body', () => infer({ json: { inputs: 7 } }), 400, /inputs/],
    [
      'of a tensor',
      () => infer({ json: { inputs: [{ ...pixelInput, data: [1] }] } }),
      422,
      /110592 elements, not 1/,
    ],
    [
      'of an encoding',
      () => infer({ json: {}, headers: { 'content-encoding': 'br' } }),
      415,
      /br is not taken/,
    ],
    [
      'of the front',
      () => infer({ json: {}, encode: () => Buffer.alloc(11_000_000) }),
      413,
      /larger than/,
    ],
  ])('%s has its text where clients look for it', async (_, request, status, text) => {
    const response = await request();
    expect([response.status, response.headers.get('content-type')]).toEqual([
      status,
      'application/json',
    ]);
    const { error, detail } = openInferenceErrorSchema.parse(await response.json());
    expect(error).toMatch(text);
    expect(detail).toBe(error);
  });
});
