import protobuf from 'protobufjs';

/**
 * The part of ONNX's file format that a network of fixed shapes needs, in ONNX's own words and field
 * numbers (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
 */
const { root } = protobuf.parse(
  `
  syntax = "proto2";
  package onnx;

  message ModelProto {
    optional int64 ir_version = 1;
    optional string producer_name = 2;
    optional GraphProto graph = 7;
    repeated OperatorSetIdProto opset_import = 8;
  }
  message OperatorSetIdProto {
    optional string domain = 1;
    optional int64 version = 2;
  }
  message GraphProto {
    repeated NodeProto node = 1;
    optional string name = 2;
    repeated TensorProto initializer = 5;
    optional string doc_string = 10;
    repeated ValueInfoProto input = 11;
    repeated ValueInfoProto output = 12;
  }
  message NodeProto {
    repeated string input = 1;
    repeated string output = 2;
    optional string op_type = 4;
    repeated AttributeProto attribute = 5;
  }
  message AttributeProto {
    enum AttributeType { INT = 2; TENSOR = 4; INTS = 7; }
    optional string name = 1;
    optional int64 i = 3;
    optional TensorProto t = 5;
    repeated int64 ints = 8;
    optional AttributeType type = 20;
  }
  message TensorProto {
    enum DataType { FLOAT = 1; INT64 = 7; }
    repeated int64 dims = 1;
    optional DataType data_type = 2;
    repeated float float_data = 4 [packed = true];
    repeated int64 int64_data = 7 [packed = true];
    optional string name = 8;
  }
  message ValueInfoProto {
    optional string name = 1;
    optional TypeProto type = 2;
  }
  message TypeProto {
    message Tensor {
      optional TensorProto.DataType elem_type = 1;
      optional TensorShapeProto shape = 2;
    }
    optional Tensor tensor_type = 1;
  }
  message TensorShapeProto {
    message Dimension { optional int64 dim_value = 1; }
    repeated Dimension dim = 1;
  }`,
  { keepCase: true },
);

const modelProto = root.lookupType('onnx.ModelProto');

/** A constant: floats or integers with their shape. */
export interface TensorProto {
  readonly name?: string;
  readonly dims: readonly number[];
  readonly data_type: 'FLOAT' | 'INT64';
  readonly float_data?: readonly number[];
  readonly int64_data?: readonly number[];
}

/** A setting of a node; the field that `type` names holds it. */
export interface AttributeProto {
  readonly name: string;
  readonly type: 'INT' | 'INTS' | 'TENSOR';
  readonly i?: number;
  readonly ints?: readonly number[];
  readonly t?: TensorProto;
}

/** One operation; inputs and outputs are names of tensors. */
export interface NodeProto {
  readonly op_type: string;
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly attribute: readonly AttributeProto[];
}

/** Name, element type and shape of a graph's input or output. */
export interface ValueInfoProto {
  readonly name: string;
  readonly type: {
    readonly tensor_type: {
      readonly elem_type: TensorProto['data_type'];
      readonly shape: { readonly dim: readonly { readonly dim_value: number }[] };
    };
  };
}

/** The nodes of a network in the order in which they can be computed. */
export interface GraphProto {
  readonly name: string;
  readonly doc_string?: string;
  readonly node: readonly NodeProto[];
  readonly initializer: readonly TensorProto[];
  readonly input: readonly ValueInfoProto[];
  readonly output: readonly ValueInfoProto[];
}

/** An ONNX file. */
export interface ModelProto {
  readonly ir_version: number;
  readonly producer_name: string;
  readonly opset_import: readonly { readonly domain: string; readonly version: number }[];
  readonly graph: GraphProto;
}

/** The bytes of an `.onnx` file; equal models give equal bytes. */
export function encodeModel(model: ModelProto): Uint8Array {
  return modelProto.encode(modelProto.fromObject(model)).finish();
}

/** Reads an `.onnx` file; what is not in the messages above is left out. */
export function decodeModel(bytes: Uint8Array): ModelProto {
  const decoded = modelProto.decode(bytes);
  return modelProto.toObject(decoded, { arrays: true, longs: Number, enums: String }) as ModelProto;
}
