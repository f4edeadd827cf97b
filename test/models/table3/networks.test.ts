import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Table3Name, table3Rows } from '../../../lib/evaluation/engine/profiles/table-3.ts';
import { ort } from '../../../lib/service/inference/native.ts';
import { table3Networks } from '../../../models/table3/networks.ts';
import { decodeModel } from '../../../models/table3/onnx/messages.ts';

/**
 * What others count, and what folding makes of it: every channel of a batch normalization that follows a
 * convolution has two trained parameters (one where the scale is left out, as in Keras' Inception
 * networks) and two that are not trained; only the bias stays.
 */
const literature: Record<Table3Name, { parameters: number; gmacs: number }> = {
  // torchvision: no batch normalization.
  'squeezenet-1.0': { parameters: 1_248_424, gmacs: 0.87 },
  // Keras: trained parameters, less one for each of the channels, of which half are not trained.
  'mobilenet-v1-0.25': { parameters: 470_072 - 5_472 / 2, gmacs: 0.041 },
  'mobilenet-v1-0.5': { parameters: 1_331_592 - 10_944 / 2, gmacs: 0.149 },
  'mobilenet-v1-0.75': { parameters: 2_585_560 - 16_416 / 2, gmacs: 0.325 },
  'mobilenet-v1-1.0': { parameters: 4_231_976 - 21_888 / 2, gmacs: 0.569 },
  'nasnet-mobile': { parameters: 5_289_978 - 36_738 / 2, gmacs: 0.564 },
  'nasnet-large': { parameters: 88_753_150 - 196_668 / 2, gmacs: 23.8 },
  // Keras: all parameters; 58 layers of 128 channels and the first one of 64 are folded.
  'densenet-121': { parameters: 8_062_504 - 3 * (58 * 128 + 64), gmacs: 2.83 },
  // Keras: trained parameters, without scales.
  'inception-v3': { parameters: 23_817_352, gmacs: 5.71 },
  'inception-resnet-v2': { parameters: 55_813_192, gmacs: 13.16 },
  // timm: trained parameters, less the scales of 31,584 channels.
  'inception-v4': { parameters: 42_679_816 - 31_584, gmacs: 12.25 },
};

const inputSides: Partial<Record<Table3Name, number>> = {
  'inception-v3': 299,
  'inception-v4': 299,
  'inception-resnet-v2': 299,
  'nasnet-large': 331,
};

describe.each(table3Rows)('$name', ({ name }) => {
  const network = table3Networks[name]();

  it('has the size and the costs that the literature gives', () => {
    const { parameters, gmacs } = literature[name];
    expect(network.parameters).toBe(parameters);
    expect(network.macs / 1e9 / gmacs).toBeCloseTo(1, 2);
    expect(network.inputSide).toBe(inputSides[name] ?? 224);
  });

  it('runs, and answers with probabilities of 1000 classes', async () => {
    const { bytes, inputSide } = network;
    const session = await ort.InferenceSession.create(bytes);
    const data = Float32Array.from({ length: 3 * inputSide ** 2 }, (_, i) => Math.sin(i));
    const image = new ort.Tensor('float32', data, [1, 3, inputSide, inputSide]);
    const { dims, data: answer } = (await session.run({ image })).probabilities!;
    expect(dims).toEqual([1, 1000]);
    const values = [...(answer as Float32Array)];
    expect(values.every(Number.isFinite)).toBe(true);
    expect(values.reduce((sum, value) => sum + value)).toBeCloseTo(1, 4);
    await session.release();
  });
});

describe('onnxruntime', () => {
  it('keeps every convolution of a network with many equal branches', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'optimized-'));
    const optimizedModelFilePath = join(folder, 'optimized.onnx');
    const { bytes } = table3Networks['nasnet-mobile']();
    const session = await ort.InferenceSession.create(bytes, {
      optimizedModelFilePath,
      graphOptimizationLevel: 'extended',
    });
    const count = (model: Uint8Array) =>
      decodeModel(model).graph.node.filter(({ op_type }) => op_type.includes('Conv')).length;
    expect(count(readFileSync(optimizedModelFilePath))).toBe(count(bytes));
    await session.release();
    rmSync(folder, { recursive: true });
  });
});
