import { type FeatureMap, NetworkBuilder, type NeuralNetwork } from '../network.ts';
import { branch, halving, halvingPool, poolBranch, stem } from './inception-steps.ts';

/**
 * InceptionResNetV2 for images of 299 pixels (Szegedy et al., arXiv 1602.07261), in the form of the
 * pretrained model that its authors published with TensorFlow-Slim: InceptionV3's stem, twice as many
 * blocks as in the paper's Figure 15.
 */
export function inceptionResNetV2(): NeuralNetwork {
  const net = new NetworkBuilder('InceptionResNetV2', 299);

  /** Adds to an image what branches see in it, less strongly. */
  const residual = (x: FeatureMap, seen: FeatureMap, factor: number) => {
    const widened = net.conv(seen, { filters: x.channels, kernel: 1 });
    return net.add(x, net.scale(widened, factor));
  };

  const mixed = (x: FeatureMap) =>
    net.concat(
      branch(net, x, [96, 1]),
      branch(net, x, [48, 1], [64, 5]),
      branch(net, x, [64, 1], [96, 3], [96, 3]),
      poolBranch(net, x, 64),
    );

  /** On 35x35 pixels. */
  const blockA = (x: FeatureMap) => {
    const seen = net.concat(
      branch(net, x, [32, 1]),
      branch(net, x, [32, 1], [32, 3]),
      branch(net, x, [32, 1], [48, 3], [64, 3]),
    );
    return net.relu(residual(x, seen, 0.17));
  };

  const reductionA = (x: FeatureMap) =>
    net.concat(
      branch(net, x, [384, 3, halving]),
      branch(net, x, [256, 1], [256, 3], [384, 3, halving]),
      halvingPool(net, x),
    );

  /** On 17x17 pixels. */
  const blockB = (x: FeatureMap) => {
    const seen = net.concat(
      branch(net, x, [192, 1]),
      branch(net, x, [128, 1], [160, [1, 7]], [192, [7, 1]]),
    );
    return net.relu(residual(x, seen, 0.1));
  };

  const reductionB = (x: FeatureMap) =>
    net.concat(
      branch(net, x, [256, 1], [384, 3, halving]),
      branch(net, x, [256, 1], [288, 3, halving]),
      branch(net, x, [256, 1], [288, 3], [320, 3, halving]),
      halvingPool(net, x),
    );

  /** On 8x8 pixels. */
  const blockC = (x: FeatureMap, factor: number) => {
    const seen = net.concat(
      branch(net, x, [192, 1]),
      branch(net, x, [192, 1], [224, [1, 3]], [256, [3, 1]]),
    );
    return residual(x, seen, factor);
  };

  let x = mixed(stem(net));
  for (let i = 0; i < 10; i++) x = blockA(x);
  x = reductionA(x);
  for (let i = 0; i < 20; i++) x = blockB(x);
  x = reductionB(x);
  for (let i = 0; i < 9; i++) x = net.relu(blockC(x, 0.2));
  x = branch(net, blockC(x, 1), [1536, 1]);
  return net.finish(net.dense(net.globalAveragePool(x), 1000));
}
