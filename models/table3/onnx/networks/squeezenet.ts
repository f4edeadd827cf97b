import { type FeatureMap, NetworkBuilder, type NeuralNetwork } from '../network.ts';

/** SqueezeNet 1.0 for images of 224 pixels (Iandola et al., arXiv 1602.07360, Table 1). */
export function squeezeNet(): NeuralNetwork {
  const net = new NetworkBuilder('SqueezeNet 1.0', 224);
  const pool = (x: FeatureMap) => net.maxPool(x, { kernel: 3, stride: 2 });

  /** A fire module: few channels in between, then as many of 1x1 as of 3x3 filters. */
  const fire = (x: FeatureMap, squeeze: number, expand: number) => {
    const few = net.relu(net.conv(x, { filters: squeeze, kernel: 1 }));
    return net.concat(
      net.relu(net.conv(few, { filters: expand, kernel: 1 })),
      net.relu(net.conv(few, { filters: expand, kernel: 3 })),
    );
  };

  const first = { filters: 96, kernel: 7, stride: 2, padding: 'valid' } as const;
  let x = pool(net.relu(net.conv(net.input, first)));
  x = fire(x, 16, 64);
  x = fire(x, 16, 64);
  x = pool(fire(x, 32, 128));
  x = fire(x, 32, 128);
  x = fire(x, 48, 192);
  x = fire(x, 48, 192);
  x = pool(fire(x, 64, 256));
  x = fire(x, 64, 256);
  const classes = net.relu(net.conv(x, { filters: 1000, kernel: 1 }));
  return net.finish(net.globalAveragePool(classes));
}
