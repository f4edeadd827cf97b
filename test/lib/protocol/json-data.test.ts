import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Datatype } from '../../../lib/core/contract/datatypes.ts';
import { ProblemError } from '../../../lib/core/contract/problem.ts';
import { elementBytes, type FixedDatatype } from '../../../lib/protocol/datatypes.ts';
import { bytesOfData, dataOfBytes } from '../../../lib/protocol/json-data.ts';

const head = (datatype: Datatype, ...shape: number[]) => ({ name: 'x', datatype, shape });
const bytes = (datatype: Datatype, data: unknown[], ...shape: number[]) => [
  ...bytesOfData(data, head(datatype, ...(shape.length > 0 ? shape : [data.length]))),
];

describe('bytesOfData', () => {
  it.each<[Datatype, unknown[], number[]]>([
    ['BOOL', [true, false, 1, 0], [1, 0, 1, 0]],
    ['UINT8', [0, 1.0, 255], [0, 1, 255]],
    ['INT8', [-128, 127], [128, 127]],
    ['UINT16', [258, 65_535], [2, 1, 255, 255]],
    ['INT16', [-2], [254, 255]],
    ['UINT32', [4_294_967_295], [255, 255, 255, 255]],
    ['INT32', [-1, 1], [255, 255, 255, 255, 1, 0, 0, 0]],
    ['UINT64', [258], [2, 1, 0, 0, 0, 0, 0, 0]],
    ['INT64', [-1], [255, 255, 255, 255, 255, 255, 255, 255]],
    ['FP16', [0.75, -2], [0x00, 0x3a, 0x00, 0xc0]],
    ['FP32', [1], [0, 0, 128, 63]],
    ['FP64', [1], [0, 0, 0, 0, 0, 0, 240, 63]],
    ['BYTES', ['gear', 'ü'], [4, 0, 0, 0, 103, 101, 97, 114, 2, 0, 0, 0, 0xc3, 0xbc]],
  ])('writes %s %j little-endian', (datatype, data, wanted) => {
    expect(bytes(datatype, data)).toEqual(wanted);
  });

  it('takes nested lists as the shape says', () => {
    expect(
      bytes(
        'UINT8',
        [
          [[1], [2], [3]],
          [[4], [5], [6]],
        ],
        2,
        3,
        1,
      ),
    ).toEqual([1, 2, 3, 4, 5, 6]);
    expect(bytes('BYTES', [['a'], ['b']], 2, 1)).toEqual([1, 0, 0, 0, 97, 1, 0, 0, 0, 98]);
    expect(bytes('FP32', [], 0)).toEqual([]);
  });

  it('takes base64 for BYTES where the input says so', () => {
    const tensor = bytesOfData(['/9j/4A=='], head('BYTES', 1), { isBase64: true });
    expect([...tensor]).toEqual([4, 0, 0, 0, 0xff, 0xd8, 0xff, 0xe0]);
  });

  it.each<[Datatype, unknown, number[], string, RegExp]>([
    [
      'UINT8',
      [1, 256],
      [2],
      'wrong-tensor-values',
      /^"x" of UINT8 \[2\] has at 1 256: it holds whole numbers from 0 to 255$/,
    ],
    ['UINT8', [1.5], [1], 'wrong-tensor-values', /at 0 1\.5/],
    ['INT32', ['1'], [1], 'wrong-tensor-values', /at 0 "1"/],
    ['INT64', [2 ** 53], [1], 'wrong-tensor-values', /others as binary data/],
    ['UINT64', [-1], [1], 'wrong-tensor-values', /at 0 -1/],
    ['FP32', [null], [1], 'wrong-tensor-values', /at 0 null: it holds numbers of its range/],
    ['FP32', [1e39], [1], 'wrong-tensor-values', /1e\+39/],
    ['FP16', [70_000], [1], 'wrong-tensor-values', /70000/],
    ['BOOL', [2], [1], 'wrong-tensor-values', /true or false/],
    ['BYTES', [7], [1], 'wrong-tensor-values', /has 7: it holds strings/],
    ['FP32', undefined, [1], 'wrong-tensor-values', /must be a list/],
    ['FP32', { 0: 1 }, [1], 'wrong-tensor-values', /must be a list/],
    ['FP32', [1, 2], [1, 3], 'wrong-tensor-length', /^"x" of FP32 \[1, 3\] has 3 elements, not 2$/],
    ['FP32', [[1, 2]], [2, 1], 'wrong-tensor-length', /nested otherwise than its shape says/],
    ['FP32', [[1], 2], [2, 1], 'wrong-tensor-length', /nested otherwise/],
    ['FP32', [[[1]], [[2]]], [2, 1], 'wrong-tensor-values', /at 0 \[1\]/],
  ])('refuses %s %j', (datatype, data, shape, type, message) => {
    const parse = () => bytesOfData(data, head(datatype, ...shape));
    expect(parse).toThrow(ProblemError);
    expect(parse).toThrow(message);
    expect(parse).toThrow(expect.objectContaining({ type }));
  });

  it('refuses what is no base64', () => {
    const parse = () => bytesOfData(['*'], head('BYTES', 1), { isBase64: true });
    expect(parse).toThrow(/it holds base64/);
  });
});

describe('dataOfBytes', () => {
  it.each<[FixedDatatype, unknown[]]>([
    ['BOOL', [true, false]],
    ['UINT8', [0, 255]],
    ['INT16', [-32_768, 32_767]],
    ['FP16', [0.5, -65_504]],
    ['FP32', [0.1, 16_777_216, -3.4e38, 1e-40, 0.30000001192092896]],
    ['FP64', [0.1, 5e-324]],
    ['INT64', [-9, 9_007_199_254_740_991]],
  ])('says %s %j as it was said', (datatype, data) => {
    const tensor = bytesOfData(data, head(datatype, data.length));
    const said = JSON.parse(dataOfBytes({ datatype, bytes: tensor })) as number[];
    expect(datatype === 'FP32' ? said.map(Math.fround) : said).toEqual(
      datatype === 'FP32' ? (data as number[]).map(Math.fround) : data,
    );
  });

  it('writes float32 as people do, 64-bit integers in full, and null for what JSON cannot say', () => {
    const float = new Uint8Array(new Float32Array([0.1, 0.7, Number.NaN]).buffer);
    expect(dataOfBytes({ datatype: 'FP32', bytes: float })).toBe('[0.1,0.7,null]');
    const long = new Uint8Array(new BigInt64Array([-(2n ** 63n), 2n ** 63n - 1n]).buffer);
    expect(dataOfBytes({ datatype: 'INT64', bytes: long })).toBe(
      '[-9223372036854775808,9223372036854775807]',
    );
  });

  it('reads from the middle of a buffer', () => {
    const all = new Uint8Array([9, 9, 9, 1, 0, 2, 0]);
    expect(dataOfBytes({ datatype: 'UINT16', bytes: all.subarray(3) })).toBe('[1,2]');
  });

  it('gives back every FP32, FP64 and string', () => {
    const floats = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }));
    fc.assert(
      fc.property(floats, (data) => {
        const tensor = bytesOfData(data, head('FP32', data.length));
        const said = JSON.parse(dataOfBytes({ datatype: 'FP32', bytes: tensor })) as number[];
        expect(said.map(Math.fround)).toEqual(data.map((value) => value + 0));
        expect(tensor).toHaveLength(data.length * elementBytes.FP32);
      }),
    );
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), (data) => {
        const tensor = bytesOfData(data, head('BYTES', data.length));
        expect(JSON.parse(dataOfBytes({ datatype: 'BYTES', bytes: tensor }))).toEqual(data);
      }),
    );
  });
});
