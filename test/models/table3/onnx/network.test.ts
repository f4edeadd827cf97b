import type { Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { ort } from '../../../../lib/service/inference/native.ts';
import { decodeModel } from '../../../../models/table3/onnx/messages.ts';
import {
  LayerError,
  NetworkBuilder,
  type NeuralNetwork,
} from '../../../../models/table3/onnx/network.ts';

async function run({ bytes, inputSide }: NeuralNetwork): Promise<Tensor> {
  const session = await ort.InferenceSession.create(bytes);
  const data = new Float32Array(3 * inputSide ** 2).fill(0.5);
  const image = new ort.Tensor('float32', data, [1, 3, inputSide, inputSide]);
  return (await session.run({ image })).probabilities!;
}

describe('NetworkBuilder', () => {
  it('counts parameters and multiply-accumulates', () => {
    const net = new NetworkBuilder('small', 8);
    let x = net.conv(net.input, { filters: 4, kernel: 3, stride: 2 });
    expect(x).toMatchObject({ channels: 4, height: 4, width: 4 });
    x = net.depthwiseConv(x, { kernel: [1, 3], bias: false });
    x = net.batchNorm(x);
    const { parameters, macs, inputSide } = net.finish(net.dense(net.globalAveragePool(x), 10));
    expect(parameters).toBe(4 * 3 * 9 + 4 + (4 * 3 + 4 * 4) + (4 * 10 + 10));
    expect(macs).toBe(4 * 4 * 4 * 3 * 9 + 4 * 4 * 4 * 3 + 4 * 10);
    expect(inputSide).toBe(8);
  });

  it('makes what onnxruntime runs, with the shapes that it said, for every layer there is', async () => {
    const net = new NetworkBuilder('all layers', 17);
    const even = net.relu6(net.conv(net.input, { filters: 8, kernel: 3, stride: 2 }));
    const odd = net.conv(net.shift(even), { filters: 8, kernel: 1, bias: false });
    const sum = net.add(even, net.scale(net.relu(odd), 0.5));
    const pooled = net.maxPool(sum, { kernel: 3, stride: 2 });
    const averaged = net.averagePool(sum, { kernel: [2, 2], stride: 2 });
    const x = net.batchNorm(net.depthwiseConv(net.concat(pooled, averaged), { kernel: 5 }));
    expect(x).toMatchObject({ channels: 16, height: 5, width: 5 });
    const { dims, data } = await run(net.finish(net.dense(net.globalAveragePool(x), 3)));
    expect(dims).toEqual([1, 3]);
    expect([...(data as Float32Array)].reduce((a, b) => a + b)).toBeCloseTo(1, 5);
  });

  it('gives no two weights the same value', () => {
    const net = new NetworkBuilder('twins', 8);
    const twin = () => net.conv(net.input, { filters: 4, kernel: 3 });
    const { bytes } = net.finish(net.globalAveragePool(net.add(twin(), twin())));
    const values = decodeModel(bytes).graph.node.flatMap(({ attribute }) =>
      attribute.flatMap(({ t }) => t?.float_data ?? []),
    );
    expect(values).toHaveLength(4);
    expect(new Set(values).size).toBe(4);
  });

  it('refuses layers that do not fit each other', () => {
    const net = new NetworkBuilder('wrong', 8);
    const half = net.maxPool(net.input, { kernel: 3, stride: 2 });
    const wide = net.conv(net.input, { filters: 4, kernel: 1 });
    expect(() => net.add(net.input, half)).toThrow(LayerError);
    expect(() => net.add(net.input, wide)).toThrow('4 channels of 8x8 to 3 channels of 8x8');
    expect(() => net.concat(net.input, wide, half)).toThrow('3 channels of 4x4 behind');
    expect(() => net.maxPool(half, { kernel: 5, padding: 'valid' })).toThrow('5x5 does not fit');
  });
});
