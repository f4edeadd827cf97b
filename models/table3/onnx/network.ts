import { Graph, type Settings } from './graph.ts';
import { kernelSides, slide, type Window } from './window.ts';

/** An image inside a network: float32 [1, channels, height, width]. */
export interface FeatureMap {
  readonly name: string;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** Features without a position in the image: float32 [1, length]. */
export interface Vector {
  readonly name: string;
  readonly length: number;
}

/** A finished network. */
export interface NeuralNetwork {
  /** The `.onnx` file: input `image`, float32 [1, 3, side, side]; output `probabilities`. */
  readonly bytes: Uint8Array;
  /** Side in pixels of the square image that it takes. */
  readonly inputSide: number;
  /** Numbers in weights and biases. */
  readonly parameters: number;
  /** Multiply-accumulates for one image in convolutions and dense layers. */
  readonly macs: number;
}

/** How a convolution slides over an image. */
export interface Convolution extends Window {
  /**
   * Whether it has a bias, as after folding a batch normalization into it.
   *
   * @default true
   */
  readonly bias?: boolean;
}

/** A layer does not fit its input; the message says why. */
export class LayerError extends Error {
  override readonly name = 'LayerError';
}

/**
 * Builds a convolutional image classifier layer by layer, and counts what it costs. Weights have no
 * meaning (see {@link Graph}); a weight is about 1 / fan-in, so that numbers neither explode nor vanish
 * over hundreds of layers.
 *
 * A batch normalization that follows a convolution is folded into its weights and bias, as in every
 * network exported for inference: `conv` stands for both.
 *
 * Convolutions and poolings throw a {@link LayerError} when their window does not fit the image.
 */
export class NetworkBuilder {
  /** The image that the network takes. */
  readonly input: FeatureMap;
  readonly #name: string;
  readonly #graph = new Graph();
  #macs = 0;

  /** @param inputSide - of the square image that the network takes, in pixels */
  constructor(name: string, inputSide: number) {
    this.#name = name;
    this.input = { name: 'image', channels: 3, height: inputSide, width: inputSide };
  }

  /** A convolution. */
  conv(x: FeatureMap, options: Convolution & { readonly filters: number }): FeatureMap {
    return this.#convolve(x, { ...options, groups: 1 });
  }

  /** A convolution of each channel with one filter of its own. */
  depthwiseConv(x: FeatureMap, options: Convolution): FeatureMap {
    return this.#convolve(x, { ...options, filters: x.channels, groups: x.channels });
  }

  /** A batch normalization that follows no convolution: a step of its own. */
  batchNorm(x: FeatureMap): FeatureMap {
    const statistics = Array.from({ length: 4 }, () => this.#graph.weight([x.channels], 1));
    return this.#elementwise('BatchNormalization', x, ...statistics);
  }

  relu(x: FeatureMap): FeatureMap {
    return this.#elementwise('Relu', x);
  }

  /** A relu that ends at 6. */
  relu6(x: FeatureMap): FeatureMap {
    return this.#elementwise('Clip', x, this.#graph.scalar(0), this.#graph.scalar(6));
  }

  /** Multiplies everything with one number. */
  scale(x: FeatureMap, factor: number): FeatureMap {
    return this.#elementwise('Mul', x, this.#graph.scalar(factor));
  }

  /** Moves an image up and to the left by one pixel; zeros come in from the other sides. */
  shift(x: FeatureMap): FeatureMap {
    return this.#elementwise('Pad', x, this.#graph.integers([0, 0, -1, -1, 0, 0, 1, 1]));
  }

  /** @throws {@link LayerError} when the shapes differ */
  add(a: FeatureMap, b: FeatureMap): FeatureMap {
    if (a.channels !== b.channels || !sameSize(a, b)) {
      throw new LayerError(`cannot add ${describe(b)} to ${describe(a)}`);
    }
    return this.#elementwise('Add', a, b.name);
  }

  /**
   * Puts the channels of several images one behind the other.
   *
   * @throws {@link LayerError} when the images differ in size
   */
  concat(first: FeatureMap, ...rest: readonly FeatureMap[]): FeatureMap {
    const other = rest.find((x) => !sameSize(x, first));
    if (other) throw new LayerError(`cannot put ${describe(other)} behind ${describe(first)}`);
    const parts = [first, ...rest];
    const names = parts.map(({ name }) => name);
    const channels = parts.reduce((sum, part) => sum + part.channels, 0);
    return { ...first, channels, name: this.#graph.node('Concat', names, { axis: 1 }) };
  }

  maxPool(x: FeatureMap, window: Window): FeatureMap {
    return this.#slideOver('MaxPool', x, window);
  }

  averagePool(x: FeatureMap, window: Window): FeatureMap {
    return this.#slideOver('AveragePool', x, window);
  }

  globalAveragePool(x: FeatureMap): Vector {
    const pooled = this.#graph.node('GlobalAveragePool', [x.name]);
    return { name: this.#graph.node('Flatten', [pooled]), length: x.channels };
  }

  /** A dense layer with a bias. */
  dense(x: Vector, units: number): Vector {
    const weight = this.#graph.weight([units, x.length], 1 / x.length);
    const bias = this.#graph.weight([units], 1 / units);
    this.#macs += units * x.length;
    const name = this.#graph.node('Gemm', [x.name, weight, bias], { transB: 1 });
    return { name, length: units };
  }

  /** Ends the network with a softmax over its classes. */
  finish(logits: Vector): NeuralNetwork {
    const output = this.#graph.node('Softmax', [logits.name], {}, 'probabilities');
    const { name, channels, height, width } = this.input;
    const bytes = this.#graph.encode({
      name: this.#name,
      description: 'For latency only: the weights have no meaning.',
      input: { name, shape: [1, channels, height, width] },
      output: { name: output, shape: [1, logits.length] },
    });
    return { bytes, inputSide: height, parameters: this.#graph.parameters, macs: this.#macs };
  }

  #convolve(
    x: FeatureMap,
    options: Convolution & { readonly filters: number; readonly groups: number },
  ): FeatureMap {
    const { filters, groups, bias = true } = options;
    const [height, width] = kernelSides(options);
    const fanIn = (x.channels / groups) * height * width;
    const weights = [
      this.#graph.weight([filters, x.channels / groups, height, width], 1 / fanIn),
      ...(bias ? [this.#graph.weight([filters], 1 / filters)] : []),
    ];
    const y = this.#slideOver('Conv', x, options, weights, groups > 1 ? { group: groups } : {});
    this.#macs += filters * y.height * y.width * fanIn;
    return { ...y, channels: filters };
  }

  #slideOver(
    operator: string,
    x: FeatureMap,
    window: Window,
    weights: readonly string[] = [],
    settings: Settings = {},
  ): FeatureMap {
    const [height, width] = kernelSides(window);
    const down = slide(x.height, height, window);
    const across = slide(x.width, width, window);
    if (down.count < 1 || across.count < 1) {
      throw new LayerError(`a window of ${height}x${width} does not fit ${describe(x)}`);
    }
    const { stride = 1 } = window;
    const pads = [down.before, across.before, down.after, across.after];
    const name = this.#graph.node(operator, [x.name, ...weights], {
      kernel_shape: [height, width],
      ...(stride > 1 && { strides: [stride, stride] }),
      ...(pads.some((pad) => pad > 0) && { pads }),
      ...settings,
    });
    return { name, channels: x.channels, height: down.count, width: across.count };
  }

  #elementwise(operator: string, x: FeatureMap, ...others: string[]): FeatureMap {
    return { ...x, name: this.#graph.node(operator, [x.name, ...others]) };
  }
}

function sameSize(a: FeatureMap, b: FeatureMap): boolean {
  return a.height === b.height && a.width === b.width;
}

function describe({ channels, height, width }: FeatureMap): string {
  return `${channels} channels of ${height}x${width}`;
}
