import { describe, expect, it } from 'vitest';
import type { Datatype } from '../../../lib/core/contract/datatypes.ts';
import { splitByteStrings } from '../../../lib/protocol/byte-strings.ts';
import { classify } from '../../../lib/protocol/classification.ts';
import { writeInferResponse } from '../../../lib/protocol/infer-response.ts';
import { bytesOfData } from '../../../lib/protocol/json-data.ts';

const head = {
  model_name: 'shapes',
  model_version: '1',
  id: 'a "b"',
  parameters: { mdi_model: 'm' },
};
const tensor = (name: string, datatype: Datatype, shape: number[], data: unknown[]) => ({
  ...{ name, datatype, shape },
  bytes: bytesOfData(data, { name, datatype, shape }),
});
const scores = tensor('scores', 'FP32', [1, 3], [0.25, 0.5, 0.25]);
const label = tensor('label', 'BYTES', [1, 1], ['gear']);
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

describe('writeInferResponse', () => {
  it('writes JSON', () => {
    const outputs = [scores, label].map((it) => ({ ...it, isBinary: false }));
    const { bytes, headerLength } = writeInferResponse(head, outputs);
    expect(headerLength).toBeUndefined();
    expect(JSON.parse(text(bytes))).toEqual({
      ...head,
      outputs: [
        { name: 'scores', datatype: 'FP32', shape: [1, 3], data: [0.25, 0.5, 0.25] },
        { name: 'label', datatype: 'BYTES', shape: [1, 1], data: ['gear'] },
      ],
    });
  });

  it('writes binary data behind the JSON, in the order of the outputs', () => {
    const outputs = [
      { ...label, isBinary: true },
      { ...scores, isBinary: false },
      { ...scores, name: 'again', isBinary: true },
    ];
    const { bytes, headerLength = 0 } = writeInferResponse(head, outputs);
    const json = JSON.parse(text(bytes.subarray(0, headerLength))) as { outputs: unknown[] };
    expect(json.outputs).toEqual([
      { name: 'label', datatype: 'BYTES', shape: [1, 1], parameters: { binary_data_size: 8 } },
      { name: 'scores', datatype: 'FP32', shape: [1, 3], data: [0.25, 0.5, 0.25] },
      { name: 'again', datatype: 'FP32', shape: [1, 3], parameters: { binary_data_size: 12 } },
    ]);
    expect([...bytes.subarray(headerLength)]).toEqual([...label.bytes, ...scores.bytes]);
  });
});

describe('classify', () => {
  const elements = (output: ReturnType<typeof classify>) =>
    splitByteStrings(output.bytes).map(text);

  it('gives the best scores with index and label, ties to the lower index', () => {
    const output = classify(scores, 2, ['disc', 'gear', 'plus']);
    expect(output).toMatchObject({ name: 'scores', datatype: 'BYTES', shape: [1, 2] });
    expect(elements(output)).toEqual(['0.500000:1:gear', '0.250000:0:disc']);
  });

  it('gives no more than there are, of each row, without labels where there are none', () => {
    const rows = tensor('ranks', 'INT32', [2, 2], [1, 2, 4, 3]);
    const output = classify(rows, 9);
    expect(output.shape).toEqual([2, 2]);
    expect(elements(output)).toEqual(['2:1', '1:0', '4:0', '3:1']);
  });

  it.each([label, tensor('flags', 'BOOL', [1], [true]), tensor('one', 'FP32', [], [1])])(
    'refuses $name, which has no scores',
    (output) => {
      expect(() => classify(output, 1)).toThrow(/has no scores to classify by/);
    },
  );
});
