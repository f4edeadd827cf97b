import type { FeatureMap, NetworkBuilder } from '../network.ts';
import type { Window } from '../window.ts';

/** One convolution of an Inception branch. */
export type Step = readonly [
  filters: number,
  kernel: Window['kernel'],
  how?: Omit<Window, 'kernel'>,
];

/** Halves height and width, without zeros at the edges. */
export const halving = { stride: 2, padding: 'valid' } as const;

/** Without zeros at the edges: the image gets smaller by the kernel's side less one. */
export const valid = { padding: 'valid' } as const;

/** Convolutions one after the other, each with its relu: a branch of an Inception block. */
export function branch(net: NetworkBuilder, x: FeatureMap, ...steps: readonly Step[]): FeatureMap {
  return steps.reduce(
    (y, [filters, kernel, how]) => net.relu(net.conv(y, { filters, kernel, ...how })),
    x,
  );
}

/** The branch that averages over 3x3 pixels first. */
export function poolBranch(net: NetworkBuilder, x: FeatureMap, filters: number): FeatureMap {
  return branch(net, net.averagePool(x, { kernel: 3 }), [filters, 1]);
}

/** The branch of a reduction that takes the largest of 3x3 pixels. */
export function halvingPool(net: NetworkBuilder, x: FeatureMap): FeatureMap {
  return net.maxPool(x, { kernel: 3, ...halving });
}

/** A branch that ends in 1x3 and 3x1 filters side by side. */
export function split(net: NetworkBuilder, x: FeatureMap, filters: number): FeatureMap {
  return net.concat(branch(net, x, [filters, [1, 3]]), branch(net, x, [filters, [3, 1]]));
}

/** What InceptionV3 and InceptionResNetV2 begin with: 299 pixels become 192 channels of 35x35. */
export function stem(net: NetworkBuilder): FeatureMap {
  const large = branch(net, net.input, [32, 3, halving], [32, 3, valid], [64, 3]);
  const small = branch(net, halvingPool(net, large), [80, 1], [192, 3, valid]);
  return halvingPool(net, small);
}
