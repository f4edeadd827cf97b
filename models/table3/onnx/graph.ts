import {
  type AttributeProto,
  encodeModel,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from './messages.ts';

/** Settings of a node by name: whole numbers, or a constant. */
export type Settings = Readonly<Record<string, number | readonly number[] | TensorProto>>;

/** A graph's input or output: float32 of a fixed shape. */
export interface Port {
  readonly name: string;
  readonly shape: readonly number[];
}

/** ONNX 1.12: operators of version 17 in files of version 8 (https://onnx.ai/onnx/repo-docs/Versioning.html). */
const operatorVersion = 17;
const fileVersion = 8;

/**
 * An ONNX graph in the making.
 *
 * Its weights have no meaning. Each is a `ConstantOfShape`, which keeps files small; the runtime expands
 * it when it loads the file. No two weights have the same value: a runtime computes equal branches only
 * once, which would make a network with many of them look faster than it is.
 */
export class Graph {
  readonly #nodes: NodeProto[] = [];
  readonly #constants = new Map<string, TensorProto>();
  #weights = 0;
  #parameters = 0;

  /** The numbers in all weights. */
  get parameters(): number {
    return this.#parameters;
  }

  /** Adds an operation and returns the name of its output. */
  node(
    operator: string,
    inputs: readonly string[],
    settings: Settings = {},
    output = `${operator}${this.#nodes.length}`,
  ): string {
    const attribute = Object.entries(settings).map(([name, value]) => attributeOf(name, value));
    this.#nodes.push({ op_type: operator, input: inputs, output: [output], attribute });
    return output;
  }

  /** Adds a weight that holds, in every place, about `value`; returns its name. */
  weight(shape: readonly number[], value: number): string {
    const count = shape.reduce((product, side) => product * side, 1);
    this.#parameters += count;
    const distinct = value * (1 + 1e-5 * this.#weights++);
    const tensor: TensorProto = { dims: [1], data_type: 'FLOAT', float_data: [distinct] };
    return this.node('ConstantOfShape', [this.integers(shape)], { value: tensor });
  }

  /** A list of whole numbers as an operation's input; returns its name. */
  integers(values: readonly number[]): string {
    const constant = { dims: [values.length], data_type: 'INT64', int64_data: values } as const;
    return this.#constant(`integers_${values.join('_')}`, constant);
  }

  /** One number as an operation's input; returns its name. */
  scalar(value: number): string {
    const constant = { dims: [], data_type: 'FLOAT', float_data: [value] } as const;
    return this.#constant(`scalar_${value}`, constant);
  }

  /** The bytes of the `.onnx` file. */
  encode(options: { name: string; description: string; input: Port; output: Port }): Uint8Array {
    return encodeModel({
      ir_version: fileVersion,
      producer_name: 'mdinference',
      opset_import: [{ domain: '', version: operatorVersion }],
      graph: {
        name: options.name,
        doc_string: options.description,
        node: this.#nodes,
        initializer: [...this.#constants.values()],
        input: [valueInfo(options.input)],
        output: [valueInfo(options.output)],
      },
    });
  }

  /** Equal constants are written once. */
  #constant(name: string, tensor: TensorProto): string {
    this.#constants.set(name, { ...tensor, name });
    return name;
  }
}

function attributeOf(
  name: string,
  value: number | readonly number[] | TensorProto,
): AttributeProto {
  if (typeof value === 'number') return { name, type: 'INT', i: value };
  return isTensor(value) ? { name, type: 'TENSOR', t: value } : { name, type: 'INTS', ints: value };
}

function isTensor(value: readonly number[] | TensorProto): value is TensorProto {
  return 'data_type' in value;
}

function valueInfo({ name, shape }: Port): ValueInfoProto {
  const dim = shape.map((side) => ({ dim_value: side }));
  return { name, type: { tensor_type: { elem_type: 'FLOAT', shape: { dim } } } };
}
