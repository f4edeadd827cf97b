import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TensorCloudAnswer, TypedTensor } from '../../../../lib/client/api/tensors.ts';
import { faultOfRead, readAnswer } from '../../../../lib/client/tensors/read-answer.ts';
import { joinByteStrings } from '../../../../lib/protocol/byte-strings.ts';
import type { AnsweredOutput } from '../../../../lib/protocol/infer-response.ts';
import { answer as predicted } from '../../playground/results/races.ts';
import { scores, tensorAnswer } from './fake-tensors.ts';

const response = (
  bytes: Uint8Array<ArrayBuffer>,
  headerLength: number | string | undefined,
  init?: ResponseInit,
) =>
  new Response(bytes, {
    ...init,
    headers:
      headerLength === undefined ? {} : { 'inference-header-content-length': String(headerLength) },
  });
const answered = (outputs?: readonly AnsweredOutput[]) => {
  const { bytes, headerLength } = tensorAnswer(predicted, outputs);
  return { bytes, headerLength: headerLength ?? bytes.length };
};
/** An answer with something else in its JSON. */
const changed = (
  change: (head: { outputs: Record<string, unknown>[]; parameters: object }) => unknown,
) => {
  const { bytes, headerLength } = answered();
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(0, headerLength)));
  const json = new TextEncoder().encode(JSON.stringify(change(head) ?? head));
  const whole = new Uint8Array([...json, ...bytes.subarray(headerLength)]);
  return response(whole, json.length);
};
const output = (fields: object) =>
  changed((head) => void Object.assign(head.outputs[0] as object, fields));

describe('readAnswer', () => {
  it('gives the outputs, and who gave them, when and why', async () => {
    const { bytes, headerLength } = answered();
    const answer = (await readAnswer(response(bytes, headerLength), [
      'scores',
    ])) as TensorCloudAnswer;
    const { requestId, model, timing, selection } = predicted;
    const { slaMs, networkMs, budgetMs, serviceMs, serverMs, coldStart } = timing;
    expect(answer).toEqual({
      requestId,
      model,
      timing: {
        slaMs,
        inputMs: networkMs / 2,
        networkMs,
        budgetMs,
        serviceMs,
        serverMs,
        coldStart,
      },
      selection: { baseModel: selection.baseModel },
      outputs: {
        scores: { datatype: 'FP32', shape: [1, 2], data: new Float32Array([0.25, 0.75]) },
      },
    });
    expect(faultOfRead(answer)).toBeUndefined();
  });

  it('reads several outputs, texts and names in any language among them', async () => {
    const texts = [new TextEncoder().encode('sieben'), new Uint8Array()];
    const label: AnsweredOutput = {
      ...{ name: 'größe 数', datatype: 'BYTES', shape: [2], isBinary: true },
      bytes: joinByteStrings(texts),
    };
    const { bytes, headerLength } = answered([label, { ...scores, name: '__proto__' }]);
    const { outputs } = (await readAnswer(response(bytes, headerLength))) as TensorCloudAnswer;
    expect(outputs['größe 数']?.data).toEqual(texts);
    expect(Object.keys(outputs)).toEqual(['größe 数', '__proto__']);
  });

  it('reads what comes without a stream, as in React Native', async () => {
    const { bytes, headerLength } = answered();
    const whole = response(bytes, headerLength);
    Object.defineProperty(whole, 'body', { value: undefined });
    const { outputs } = (await readAnswer(whole)) as TensorCloudAnswer;
    expect((outputs.scores as TypedTensor).data).toHaveLength(2);
  });

  it('reads an error as JSON', async () => {
    expect(await readAnswer(Response.json({ error: 'no' }, { status: 400 }))).toEqual({
      error: 'no',
    });
  });

  const { bytes, headerLength } = answered();
  it.each<[string, Response, string, string[]?]>([
    ['has no header', response(bytes, undefined), 'inference-header-content-length: null'],
    ['has no number in it', response(bytes, 'x'), 'inference-header-content-length: x'],
    ['ends before its JSON', response(bytes, 1e6), 'inference-header-content-length: 1000000'],
    ['has no JSON', response(bytes, headerLength - 1), 'JSON'],
    ['has no UTF-8', response(new Uint8Array([0xff]), 1), 'JSON'],
    ['is null', changed(() => 'null'), 'requestId'],
    ['has no parameters', changed((head) => ({ ...head, parameters: undefined })), 'requestId'],
    [
      'has no model',
      changed((head) => ({ ...head, parameters: { mdi_request_id: 'r' } })),
      'model',
    ],
    ['has no outputs', changed((head) => ({ ...head, outputs: 3 })), 'outputs'],
    ['has an output of null', changed((head) => ({ ...head, outputs: [null] })), 'outputs[0]'],
    ['has an output without a name', output({ name: 3 }), 'outputs[0]'],
    ['has an unknown datatype', output({ datatype: 'BF16' }), 'outputs[0]'],
    ['has an open shape', output({ shape: [-1] }), 'outputs[0]'],
    ['has its data in JSON', output({ parameters: {} }), 'binary_data_size of "scores"'],
    [
      'has too much',
      output({ parameters: { binary_data_size: 9 } }),
      'binary_data_size of "scores"',
    ],
    [
      'has half an element',
      output({ parameters: { binary_data_size: 7 } }),
      'the data of "scores"',
    ],
    ['has too few elements', output({ shape: [3] }), 'the data of "scores"'],
    [
      'has bytes left',
      output({ shape: [1], parameters: { binary_data_size: 4 } }),
      '4 bytes belong to no output',
    ],
    [
      'has an output twice',
      changed((head) => ({ ...head, outputs: [...head.outputs, ...head.outputs] })),
      'outputs[1]',
    ],
    ['lacks an output', response(bytes, headerLength), 'the output "label" is missing', ['label']],
  ])('says what is wrong with an answer that %s', async (_, answer, fault, wanted) => {
    const read = await readAnswer(answer, wanted);
    expect(read).toBe(fault);
    expect(faultOfRead(read)).toBe(fault);
  });

  it('reads no answer to its end that never ends', async () => {
    let isCancelled = false;
    const body = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(2 ** 20)),
      cancel: () => {
        isCancelled = true;
      },
    });
    expect(await readAnswer(new Response(body))).toBe('it is longer than 16777216 bytes');
    expect(isCancelled).toBe(true);
  });

  it('throws nothing, whatever comes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.nat(200), async (garbage, length) => {
        expect(typeof (await readAnswer(response(garbage, length)))).toBe('string');
      }),
    );
  });
});
