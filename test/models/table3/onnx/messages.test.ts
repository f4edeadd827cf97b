import { describe, expect, it } from 'vitest';
import {
  decodeModel,
  encodeModel,
  type ModelProto,
} from '../../../../models/table3/onnx/messages.ts';

const model: ModelProto = {
  ir_version: 8,
  producer_name: 'test',
  opset_import: [{ domain: '', version: 17 }],
  graph: {
    name: 'graph',
    doc_string: 'ü',
    node: [
      {
        op_type: 'MaxPool',
        input: ['x'],
        output: ['y'],
        attribute: [
          { name: 'pads', type: 'INTS', ints: [0, -1, 300] },
          { name: 'axis', type: 'INT', i: 1 },
          {
            name: 'value',
            type: 'TENSOR',
            t: { dims: [1], data_type: 'FLOAT', float_data: [0.5] },
          },
        ],
      },
    ],
    initializer: [{ name: 'shape', dims: [2], data_type: 'INT64', int64_data: [3, 4] }],
    input: [],
    output: [],
  },
};

describe('encodeModel', () => {
  it('writes what decodeModel reads', () => {
    expect(decodeModel(encodeModel(model))).toMatchObject(model);
  });

  it('writes the field numbers of onnx.proto', () => {
    const bytes = encodeModel({ ...model, graph: { ...model.graph, node: [], initializer: [] } });
    // 1: 8 | 2: "test" | 7: { 2: "graph", 10: "ü" } | 8: { 1: "", 2: 17 }
    const expected =
      '0808' + '120474657374' + '3a0b' + '12056772617068' + '5202c3bc' + '42040a001011';
    expect(Buffer.from(bytes).toString('hex')).toBe(expected);
  });
});
