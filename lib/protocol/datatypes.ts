import { type Datatype, datatypes } from '../core/contract/datatypes.ts';

/** Those whose elements all take the same number of bytes. */
export type FixedDatatype = Exclude<Datatype, 'BYTES'>;

/** Bytes of one element. Elements of BYTES have a length of their own. */
export const elementBytes: Readonly<Record<FixedDatatype, 1 | 2 | 4 | 8>> = {
  BOOL: 1,
  UINT8: 1,
  UINT16: 2,
  UINT32: 4,
  UINT64: 8,
  INT8: 1,
  INT16: 2,
  INT32: 4,
  INT64: 8,
  FP16: 2,
  FP32: 4,
  FP64: 8,
};

/** What ONNX calls the datatypes, as onnxruntime's JavaScript interface writes it. */
const onnxTypes: Readonly<Record<Datatype, string>> = {
  BOOL: 'bool',
  UINT8: 'uint8',
  UINT16: 'uint16',
  UINT32: 'uint32',
  UINT64: 'uint64',
  INT8: 'int8',
  INT16: 'int16',
  INT32: 'int32',
  INT64: 'int64',
  FP16: 'float16',
  FP32: 'float32',
  FP64: 'float64',
  BYTES: 'string',
};

/** The datatype of what ONNX calls `type`; undefined for what the protocol cannot say. */
export function datatypeOf(type: string): Datatype | undefined {
  return datatypes.find((datatype) => onnxTypes[datatype] === type);
}

/** What ONNX calls a datatype. */
export function onnxTypeOf(datatype: Datatype): string {
  return onnxTypes[datatype];
}
