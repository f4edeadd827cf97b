import { describe, expect, it } from 'vitest';
import { datatypes } from '../../../lib/core/contract/datatypes.ts';
import { datatypeOf, onnxTypeOf } from '../../../lib/protocol/datatypes.ts';
import { checkInputs, checkRequestedOutputs } from '../../../lib/protocol/interface.ts';
import { bytesOfData } from '../../../lib/protocol/json-data.ts';

const declared = [
  { name: 'text', datatype: 'INT64', shape: [1, -1] },
  { name: 'mask', datatype: 'BOOL', shape: [1, -1] },
] as const;
const tensor = (name: string, datatype: 'INT64' | 'BOOL', ...shape: number[]) => ({
  ...{ name, datatype, shape },
  bytes: bytesOfData(
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 1),
    { name, datatype, shape },
  ),
});

describe('checkInputs', () => {
  it('takes them in any order, open dimensions of any size', () => {
    expect(() =>
      checkInputs([tensor('mask', 'BOOL', 1, 2), tensor('text', 'INT64', 1, 3)], declared),
    ).not.toThrow();
  });

  it.each([
    [[tensor('text', 'INT64', 1, 3)], /^the input "mask" of BOOL \[1, -1\] is missing$/],
    [
      [tensor('texts', 'INT64', 1, 3)],
      /^there is no input "texts"; the models take "text" of INT64 \[1, -1\], "mask"/,
    ],
    [
      [tensor('text', 'BOOL', 1, 3), tensor('mask', 'BOOL', 1, 3)],
      /"text" of BOOL \[1, 3\] must be "text" of INT64 \[1, -1\]/,
    ],
    [[tensor('text', 'INT64', 2, 3), tensor('mask', 'BOOL', 1, 3)], /\[2, 3\] must be .*\[1, -1\]/],
    [[tensor('text', 'INT64', 3), tensor('mask', 'BOOL', 1, 3)], /\[3\] must be .*\[1, -1\]/],
  ])('refuses others by name', (inputs, message) => {
    const check = () => checkInputs(inputs, declared);
    expect(check).toThrow(message);
    expect(check).toThrow(expect.objectContaining({ type: 'wrong-tensor' }));
  });
});

describe('checkRequestedOutputs', () => {
  it('refuses one that the models do not give', () => {
    expect(() => checkRequestedOutputs([{ name: 'text' }], declared)).not.toThrow();
    expect(() => checkRequestedOutputs([{ name: 'text' }, { name: 'nope' }], declared)).toThrow(
      /^there is no output "nope"; the models give "text"/,
    );
  });
});

describe('datatypeOf', () => {
  it('knows what ONNX calls each datatype', () => {
    for (const datatype of datatypes) expect(datatypeOf(onnxTypeOf(datatype))).toBe(datatype);
    expect(datatypeOf('bfloat16')).toBeUndefined();
  });
});
