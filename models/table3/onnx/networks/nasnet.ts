import { type FeatureMap, NetworkBuilder, type NeuralNetwork } from '../network.ts';

/** NASNet-A (4 @ 1056) for images of 224 pixels (Zoph et al., arXiv 1707.07012). */
export function nasNetMobile(): NeuralNetwork {
  const net = new NetworkBuilder('NASNet Mobile', 224);
  return nasNet(net, { cells: 4, stemFilters: 32, filters: 44, skipReduction: false });
}

/** NASNet-A (6 @ 4032) for images of 331 pixels (Zoph et al., arXiv 1707.07012). */
export function nasNetLarge(): NeuralNetwork {
  const net = new NetworkBuilder('NASNet Large', 331);
  return nasNet(net, { cells: 6, stemFilters: 96, filters: 168, skipReduction: true });
}

interface Size {
  /** Normal cells in each of the three stages. */
  readonly cells: number;
  /** Filters of the first convolution. */
  readonly stemFilters: number;
  /** Filters of a cell of the first stage; they double with every stage. */
  readonly filters: number;
  /** Whether the first cell after a reduction looks back past the reduction's input, too. */
  readonly skipReduction: boolean;
}

/** The form of the pretrained models that the authors published with TensorFlow-Slim. */
function nasNet(
  net: NetworkBuilder,
  { cells, stemFilters, filters, skipReduction }: Size,
): NeuralNetwork {
  const conv = { filters: stemFilters, kernel: 3, stride: 2, padding: 'valid' } as const;
  const first = net.conv(net.input, conv);
  const second = reductionCell(net, first, undefined, filters / 4);
  let previous = second;
  let x = reductionCell(net, second, first, filters / 2);
  for (const [stage, width] of [filters, 2 * filters, 4 * filters].entries()) {
    if (stage > 0) {
      const reduced = reductionCell(net, x, previous, width);
      if (!skipReduction) previous = x;
      x = reduced;
    }
    for (let i = 0; i < cells; i++) {
      [x, previous] = [normalCell(net, x, previous, width), x];
    }
  }
  return net.finish(net.dense(net.globalAveragePool(net.relu(x)), 1000));
}

/** Keeps height and width (the paper's Figure 4, left). */
function normalCell(
  net: NetworkBuilder,
  x: FeatureMap,
  previous: FeatureMap,
  filters: number,
): FeatureMap {
  const p = adjust(net, previous, x, filters);
  const h = pointwise(net, x, filters);
  const average = (y: FeatureMap) => net.averagePool(y, { kernel: 3 });
  return net.concat(
    p,
    net.add(separable(net, h, filters, 5), separable(net, p, filters, 3)),
    net.add(separable(net, p, filters, 5), separable(net, p, filters, 3)),
    net.add(average(h), p),
    net.add(average(p), average(p)),
    net.add(separable(net, h, filters, 3), h),
  );
}

/** Halves height and width (the paper's Figure 4, right). */
function reductionCell(
  net: NetworkBuilder,
  x: FeatureMap,
  previous: FeatureMap | undefined,
  filters: number,
): FeatureMap {
  const p = previous ? adjust(net, previous, x, filters) : x;
  const h = pointwise(net, x, filters);
  const half = { kernel: 3, stride: 2 };
  const a = net.add(separable(net, h, filters, 5, 2), separable(net, p, filters, 7, 2));
  const b = net.add(net.maxPool(h, half), separable(net, p, filters, 7, 2));
  const c = net.add(net.averagePool(h, half), separable(net, p, filters, 5, 2));
  const d = net.add(b, net.averagePool(a, { kernel: 3 }));
  const e = net.add(separable(net, a, filters, 3), net.maxPool(h, half));
  return net.concat(b, c, d, e);
}

/** Gives a cell's other input the height and width of its main one, and as many channels as filters. */
function adjust(
  net: NetworkBuilder,
  previous: FeatureMap,
  x: FeatureMap,
  filters: number,
): FeatureMap {
  if (previous.height !== x.height) {
    // Every second pixel goes to one half of the channels, its neighbour down and right to the other.
    const p = net.relu(previous);
    const half = { filters: filters / 2, kernel: 1, stride: 2 };
    return net.concat(net.conv(p, half), net.conv(net.shift(p), half));
  }
  return previous.channels === filters ? previous : pointwise(net, previous, filters);
}

function pointwise(net: NetworkBuilder, x: FeatureMap, filters: number): FeatureMap {
  return net.conv(net.relu(x), { filters, kernel: 1 });
}

/** Twice a depthwise and a pointwise convolution. */
function separable(
  net: NetworkBuilder,
  x: FeatureMap,
  filters: number,
  kernel: number,
  stride = 1,
): FeatureMap {
  const wide = net.depthwiseConv(net.relu(x), { kernel, stride, bias: false });
  const once = net.relu(net.conv(wide, { filters, kernel: 1 }));
  const again = net.depthwiseConv(once, { kernel, bias: false });
  return net.conv(again, { filters, kernel: 1 });
}
