import { type FeatureMap, NetworkBuilder, type NeuralNetwork } from '../network.ts';

/** Channels that every layer adds. */
const growth = 32;

/** Layers of each dense block. */
const blocks = [6, 12, 24, 16] as const;

/** DenseNet-121 for images of 224 pixels (Huang et al., arXiv 1608.06993, Table 1, bottleneck and compression). */
export function denseNet121(): NeuralNetwork {
  const net = new NetworkBuilder('DenseNet-121', 224);

  /** Sees all channels of the layers before and puts its own behind them. */
  const layer = (x: FeatureMap) => {
    const narrow = net.conv(net.relu(net.batchNorm(x)), { filters: 4 * growth, kernel: 1 });
    return net.concat(x, net.conv(net.relu(narrow), { filters: growth, kernel: 3, bias: false }));
  };

  /** Halves channels, height and width. */
  const transition = (x: FeatureMap) => {
    const conv = { filters: x.channels / 2, kernel: 1, bias: false };
    const narrow = net.conv(net.relu(net.batchNorm(x)), conv);
    return net.averagePool(narrow, { kernel: 2, stride: 2 });
  };

  let x = net.relu(net.conv(net.input, { filters: 2 * growth, kernel: 7, stride: 2 }));
  x = net.maxPool(x, { kernel: 3, stride: 2 });
  for (const [i, layers] of blocks.entries()) {
    if (i > 0) x = transition(x);
    for (let j = 0; j < layers; j++) x = layer(x);
  }
  x = net.relu(net.batchNorm(x));
  return net.finish(net.dense(net.globalAveragePool(x), 1000));
}
