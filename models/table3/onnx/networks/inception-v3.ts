import { type FeatureMap, NetworkBuilder, type NeuralNetwork } from '../network.ts';
import { branch, halving, halvingPool, poolBranch, split, stem } from './inception-steps.ts';

/** InceptionV3 for images of 299 pixels (Szegedy et al., arXiv 1512.00567), without the auxiliary classifier. */
export function inceptionV3(): NeuralNetwork {
  const net = new NetworkBuilder('InceptionV3', 299);

  /** On 35x35 pixels. */
  const blockA = (x: FeatureMap, pooled: number) =>
    net.concat(
      branch(net, x, [64, 1]),
      branch(net, x, [48, 1], [64, 5]),
      branch(net, x, [64, 1], [96, 3], [96, 3]),
      poolBranch(net, x, pooled),
    );

  const reductionA = (x: FeatureMap) =>
    net.concat(
      branch(net, x, [384, 3, halving]),
      branch(net, x, [64, 1], [96, 3], [96, 3, halving]),
      halvingPool(net, x),
    );

  /** On 17x17 pixels: 7x7 filters, each as a row and a column. */
  const blockB = (x: FeatureMap, few: number) =>
    net.concat(
      branch(net, x, [192, 1]),
      branch(net, x, [few, 1], [few, [1, 7]], [192, [7, 1]]),
      branch(net, x, [few, 1], [few, [7, 1]], [few, [1, 7]], [few, [7, 1]], [192, [1, 7]]),
      poolBranch(net, x, 192),
    );

  const reductionB = (x: FeatureMap) =>
    net.concat(
      branch(net, x, [192, 1], [320, 3, halving]),
      branch(net, x, [192, 1], [192, [1, 7]], [192, [7, 1]], [192, 3, halving]),
      halvingPool(net, x),
    );

  /** On 8x8 pixels. */
  const blockC = (x: FeatureMap) =>
    net.concat(
      branch(net, x, [320, 1]),
      split(net, branch(net, x, [384, 1]), 384),
      split(net, branch(net, x, [448, 1], [384, 3]), 384),
      poolBranch(net, x, 192),
    );

  let x = stem(net);
  for (const pooled of [32, 64, 64]) x = blockA(x, pooled);
  x = reductionA(x);
  for (const few of [128, 160, 160, 192]) x = blockB(x, few);
  x = reductionB(x);
  for (let i = 0; i < 2; i++) x = blockC(x);
  return net.finish(net.dense(net.globalAveragePool(x), 1000));
}
