import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProblemError } from '../../../lib/core/contract/problem.ts';
import { parseInferRequest } from '../../../lib/protocol/infer-request.ts';

const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

/** A body as clients write it: JSON, and binary data behind it. */
function body(json: unknown, ...binary: number[]) {
  const begin = encode(json);
  return { bytes: Uint8Array.from([...begin, ...binary]), headerLength: String(begin.length) };
}

const input = { name: 'image', shape: [1, 2], datatype: 'UINT8', data: [7, 8] };
const binaryInput = (size: unknown) => ({
  ...{ name: 'image', shape: [1, 2], datatype: 'UINT8' },
  parameters: { binary_data_size: size },
});

describe('parseInferRequest', () => {
  it('reads a request of JSON alone, with or without the length of its header', () => {
    const bytes = encode({ id: 'a', inputs: [input], model_name: 'ignored' });
    const request = {
      id: 'a',
      inputs: [{ name: 'image', shape: [1, 2], datatype: 'UINT8', bytes: Uint8Array.of(7, 8) }],
      outputs: undefined,
      isBinary: false,
    };
    expect(parseInferRequest(bytes, undefined)).toEqual(request);
    expect(parseInferRequest(bytes, String(bytes.length))).toEqual(request);
  });

  it('takes binary data in the order of the inputs, those with JSON data between them', () => {
    const { bytes, headerLength } = body(
      {
        inputs: [
          { ...binaryInput(2), name: 'a' },
          { ...input, name: 'b' },
          { name: 'c', datatype: 'BYTES', shape: [2], parameters: { binary_data_size: 10 } },
        ],
      },
      ...[1, 2],
      ...[1, 0, 0, 0, 97, 1, 0, 0, 0, 98],
    );
    const { inputs } = parseInferRequest(bytes, headerLength);
    expect(inputs.map(({ bytes: data }) => [...data])).toEqual([
      [1, 2],
      [7, 8],
      [1, 0, 0, 0, 97, 1, 0, 0, 0, 98],
    ]);
  });

  it('says how outputs are wanted', () => {
    const outputs = [
      { name: 'a' },
      { name: 'b', parameters: { binary_data: false } },
      { name: 'c', parameters: { binary_data: true, classification: 3 } },
    ];
    const parse = (parameters: object) =>
      parseInferRequest(encode({ inputs: [input], outputs, parameters }), undefined).outputs;
    expect(parse({ binary_data_output: true })).toEqual([
      { name: 'a', isBinary: true },
      { name: 'b', isBinary: false },
      { name: 'c', isBinary: true, classification: 3 },
    ]);
    expect(parse({})?.map(({ isBinary }) => isBinary)).toEqual([false, false, true]);
    const all = parseInferRequest(encode({ inputs: [input], outputs: [] }), undefined);
    expect(all.outputs).toBeUndefined();
  });

  it.each([
    [{ timeout: 250_000, priority: 1, sequence_id: 7 }, 250, undefined],
    [{ timeout: 250_000, mdi_sla_ms: 120 }, 120, undefined],
    [{ mdi_upload_start_ms: 1_795_726_576_600.5 }, undefined, 1_795_726_576_600.5],
  ])('reads the deadline of %j', (parameters, slaMs, uploadStartMs) => {
    const request = parseInferRequest(encode({ inputs: [input], parameters }), undefined);
    expect(request).toMatchObject({ slaMs, uploadStartMs });
  });

  it.each([
    ['no body', new Uint8Array(), undefined, 'empty-body', /must hold a request/],
    ['no JSON', encode('{').subarray(1), undefined, 'bad-request', /is not JSON/],
    ['no UTF-8', Uint8Array.of(0xff, 0xfe), undefined, 'bad-request', /is not JSON/],
    ['no object', encode(7), undefined, 'bad-request', /the body/],
    ['no inputs', encode({ inputs: [] }), undefined, 'bad-request', /inputs/],
    [
      'no datatype',
      encode({ inputs: [{ ...input, datatype: 'BF16' }] }),
      undefined,
      'bad-request',
      /datatype.*must be one of BOOL/,
    ],
    [
      'a negative shape',
      encode({ inputs: [{ ...input, shape: [-1] }] }),
      undefined,
      'bad-request',
      /shape/,
    ],
    ['a length that is none', encode({ inputs: [input] }), 'x', 'bad-header', /not x$/],
    ['a length beyond the body', encode({ inputs: [input] }), '10000', 'bad-header', /up to \d+/],
    [
      'an input twice',
      encode({ inputs: [input, input] }),
      undefined,
      'bad-request',
      /"image" is there twice/,
    ],
    [
      'an output twice',
      encode({ inputs: [input], outputs: [{ name: 'a' }, { name: 'a' }] }),
      undefined,
      'bad-request',
      /output "a" is there twice/,
    ],
    [
      'a time-out that is none',
      encode({ inputs: [input], parameters: { timeout: -1 } }),
      undefined,
      'bad-request',
      /timeout/,
    ],
    [
      'a flag that is none',
      encode({ inputs: [input], outputs: [{ name: 'a', parameters: { binary_data: 1 } }] }),
      undefined,
      'bad-request',
      /binary_data of the output "a"/,
    ],
    [
      'a number of labels that is none',
      encode({ inputs: [input], outputs: [{ name: 'a', parameters: { classification: 0 } }] }),
      undefined,
      'bad-request',
      /classification/,
    ],
    [
      'shared memory',
      encode({ inputs: [{ ...input, parameters: { shared_memory_region: 'r' } }] }),
      undefined,
      'bad-request',
      /"image" lies in shared memory/,
    ],
    [
      'an output in shared memory',
      encode({
        inputs: [input],
        outputs: [{ name: 'a', parameters: { shared_memory_region: 'r' } }],
      }),
      undefined,
      'bad-request',
      /"a" lies in shared memory/,
    ],
  ])('refuses %s', (_, bytes, headerLength, type, message) => {
    const parse = () => parseInferRequest(bytes, headerLength);
    expect(parse).toThrow(ProblemError);
    expect(parse).toThrow(message);
    expect(parse).toThrow(expect.objectContaining({ type }));
  });

  it.each([
    ['too little', binaryInput(2), [1], /binary_data_size of "image" is 2, but there are 1 bytes/],
    ['no number', binaryInput('2'), [1, 2], /is 2, but/],
    ['less than the shape has', binaryInput(1), [1], /has 2 bytes, not 1/],
    [
      'more than belongs to an input',
      binaryInput(2),
      [1, 2, 3],
      /1 bytes of binary data belong to no/,
    ],
    [
      'lengths that do not add up',
      { ...binaryInput(5), datatype: 'BYTES' },
      [9, 0, 0, 0, 1],
      /do not add up/,
    ],
    [
      'another number of strings',
      { ...binaryInput(4), datatype: 'BYTES' },
      [0, 0, 0, 0],
      /its data holds 1/,
    ],
    ['a tensor of any size', { ...binaryInput(0), shape: [1e9, 1e9] }, [], /is too large/],
  ])('refuses binary data with %s', (_, one, binary, message) => {
    const { bytes, headerLength } = body({ inputs: [one] }, ...binary);
    const parse = () => parseInferRequest(bytes, headerLength);
    expect(parse).toThrow(message);
    expect(parse).toThrow(expect.objectContaining({ type: 'wrong-tensor-length' }));
  });

  it('answers whatever is sent with a problem or a request', () => {
    const anything = fc.record(
      {
        id: fc.anything(),
        parameters: fc.anything(),
        outputs: fc.anything(),
        inputs: fc.oneof(
          fc.anything(),
          fc.array(
            fc.record(
              {
                name: fc.oneof(fc.constant('a'), fc.anything()),
                shape: fc.oneof(fc.array(fc.nat(3), { maxLength: 3 }), fc.anything()),
                datatype: fc.oneof(fc.constantFrom('UINT8', 'BYTES', 'FP32'), fc.anything()),
                data: fc.anything(),
                parameters: fc.anything(),
              },
              { requiredKeys: [] },
            ),
          ),
        ),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(anything, fc.uint8Array({ maxLength: 20 }), (json, binary) => {
        const begin = new TextEncoder().encode(
          JSON.stringify(json, (_, value: unknown) => (typeof value === 'bigint' ? 1 : value)) ??
            '',
        );
        const bytes = Uint8Array.from([...begin, ...binary]);
        try {
          parseInferRequest(bytes, String(begin.length));
        } catch (error) {
          expect(error).toBeInstanceOf(ProblemError);
        }
      }),
    );
  });
});
