import { NetworkBuilder, type NeuralNetwork } from '../network.ts';

/** Filters at full width and stride of each depthwise separable convolution. */
const blocks = [
  [64, 1],
  [128, 2],
  [128, 1],
  [256, 2],
  [256, 1],
  [512, 2],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [1024, 2],
  [1024, 1],
] as const;

/**
 * MobileNetV1 for images of 224 pixels (Howard et al., "MobileNets", arXiv 1704.04861, Table 1).
 *
 * @param multiplier - of the number of filters in every layer: 0.25, 0.5, 0.75 or 1
 */
export function mobileNetV1(multiplier: number): NeuralNetwork {
  const net = new NetworkBuilder(`MobileNetV1 ${multiplier}`, 224);
  const conv = { filters: 32 * multiplier, kernel: 3, stride: 2 };
  let x = net.relu6(net.conv(net.input, conv));
  for (const [filters, stride] of blocks) {
    x = net.relu6(net.depthwiseConv(x, { kernel: 3, stride }));
    x = net.relu6(net.conv(x, { filters: filters * multiplier, kernel: 1 }));
  }
  return net.finish(net.dense(net.globalAveragePool(x), 1000));
}
