import { type FeatureMap, NetworkBuilder, type NeuralNetwork } from '../network.ts';
import { branch, halving, halvingPool, poolBranch, split, valid } from './inception-steps.ts';

/** InceptionV4 for images of 299 pixels (Szegedy et al., arXiv 1602.07261, Figure 9). */
export function inceptionV4(): NeuralNetwork {
  const net = new NetworkBuilder('InceptionV4', 299);

  /** 299 pixels become 384 channels of 35x35 (Figure 3). */
  const stem = () => {
    let x = branch(net, net.input, [32, 3, halving], [32, 3, valid], [64, 3]);
    x = net.concat(halvingPool(net, x), branch(net, x, [96, 3, halving]));
    x = net.concat(
      branch(net, x, [64, 1], [96, 3, valid]),
      branch(net, x, [64, 1], [64, [1, 7]], [64, [7, 1]], [96, 3, valid]),
    );
    return net.concat(branch(net, x, [192, 3, halving]), halvingPool(net, x));
  };

  /** On 35x35 pixels (Figure 4). */
  const blockA = (x: FeatureMap) =>
    net.concat(
      branch(net, x, [96, 1]),
      branch(net, x, [64, 1], [96, 3]),
      branch(net, x, [64, 1], [96, 3], [96, 3]),
      poolBranch(net, x, 96),
    );

  /** Figure 7. */
  const reductionA = (x: FeatureMap) =>
    net.concat(
      branch(net, x, [384, 3, halving]),
      branch(net, x, [192, 1], [224, 3], [256, 3, halving]),
      halvingPool(net, x),
    );

  /** On 17x17 pixels (Figure 5). */
  const blockB = (x: FeatureMap) =>
    net.concat(
      branch(net, x, [384, 1]),
      branch(net, x, [192, 1], [224, [1, 7]], [256, [7, 1]]),
      branch(net, x, [192, 1], [192, [7, 1]], [224, [1, 7]], [224, [7, 1]], [256, [1, 7]]),
      poolBranch(net, x, 128),
    );

  /** Figure 8. */
  const reductionB = (x: FeatureMap) =>
    net.concat(
      branch(net, x, [192, 1], [192, 3, halving]),
      branch(net, x, [256, 1], [256, [1, 7]], [320, [7, 1]], [320, 3, halving]),
      halvingPool(net, x),
    );

  /** On 8x8 pixels (Figure 6). */
  const blockC = (x: FeatureMap) =>
    net.concat(
      branch(net, x, [256, 1]),
      split(net, branch(net, x, [384, 1]), 256),
      split(net, branch(net, x, [384, 1], [448, [3, 1]], [512, [1, 3]]), 256),
      poolBranch(net, x, 256),
    );

  let x = stem();
  for (let i = 0; i < 4; i++) x = blockA(x);
  x = reductionA(x);
  for (let i = 0; i < 7; i++) x = blockB(x);
  x = reductionB(x);
  for (let i = 0; i < 3; i++) x = blockC(x);
  return net.finish(net.dense(net.globalAveragePool(x), 1000));
}
