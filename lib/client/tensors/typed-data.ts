import { type Datatype, datatypes } from '../../core/contract/datatypes.ts';
import { toFloat16 } from '../../core/preprocessing/float16.ts';
import {
  joinByteStrings,
  lengthOfByteStrings,
  splitByteStrings,
} from '../../protocol/byte-strings.ts';
import type { FixedDatatype } from '../../protocol/datatypes.ts';
import { describeTensor, elementsOf, type TensorHead } from '../../protocol/tensor-head.ts';
import type { GivenTensor, GivenTensors, TypedTensor, TypedTensors } from '../api/tensors.ts';

const arrays = {
  BOOL: Uint8Array,
  UINT8: Uint8Array,
  UINT16: Uint16Array,
  UINT32: Uint32Array,
  UINT64: BigUint64Array,
  INT8: Int8Array,
  INT16: Int16Array,
  INT32: Int32Array,
  INT64: BigInt64Array,
  FP16: Uint16Array,
  FP32: Float32Array,
  FP64: Float64Array,
} as const satisfies Record<FixedDatatype, unknown>;

/** Arrays with the same bytes as a datatype's own. */
const aliases: Partial<Record<Datatype, string>> = {
  UINT8: 'Uint8ClampedArray',
  FP16: 'Float16Array',
};

const nan16 = 0x7e00;
const isLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

type TypedArray = InstanceType<(typeof arrays)[FixedDatatype]>;
type Bytes = Uint8Array<ArrayBuffer>;

/**
 * Checks tensors, and gives their elements the arrays of their datatypes.
 *
 * @throws TypeError or RangeError that names the tensor and what is wrong with it
 */
export function typedTensors(given: GivenTensors): TypedTensors {
  if (typeof given !== 'object' || given === null) throw new TypeError('there are no tensors');
  return Object.fromEntries(
    Object.entries(given).map(([name, tensor]) => [name, typedTensor(name, tensor)]),
  );
}

function typedTensor(name: string, tensor: GivenTensor): TypedTensor {
  const { datatype, shape, data } = tensor ?? {};
  if (!isDatatype(datatype)) {
    throw new TypeError(
      `the datatype of "${name}" must be one of ${datatypes.join(', ')}, not ${datatype}`,
    );
  }
  if (!isShape(shape)) throw new TypeError(`the shape of "${name}" must be a list of its sides`);
  const head = { name, datatype, shape };
  const elements = datatype === 'BYTES' ? texts(data, head) : numbers(data, { ...head, datatype });
  const wanted = elementsOf(shape);
  if (elements.length !== wanted) {
    throw new RangeError(`${describeTensor(head)} has ${wanted} elements, not ${elements.length}`);
  }
  return { datatype, shape, data: elements } as TypedTensor;
}

/** Whether this names a datatype. */
export function isDatatype(value: unknown): value is Datatype {
  return datatypes.includes(value as Datatype);
}

/** Whether this is a tensor's shape. */
export function isShape(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((side) => Number.isSafeInteger(side) && side >= 0);
}

/** The binary data of a tensor: little-endian, each element of BYTES behind its length. */
export function bytesOfData({ datatype, data }: TypedTensor): Bytes {
  if (datatype === 'BYTES') return joinByteStrings(data);
  const bytes = new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
  return isLittleEndian ? bytes : swapped(bytes, data.BYTES_PER_ELEMENT);
}

/** The elements of binary data; undefined when its length does not fit them. */
export function dataOfBytes(datatype: Datatype, bytes: Bytes): TypedTensor['data'] | undefined {
  if (datatype === 'BYTES') {
    return lengthOfByteStrings(bytes) === undefined ? undefined : splitByteStrings(bytes);
  }
  const { BYTES_PER_ELEMENT: size } = arrays[datatype];
  if (bytes.length % size > 0) return undefined;
  // A copy begins where any array may begin.
  const own = isLittleEndian ? bytes.slice() : swapped(bytes, size);
  return new arrays[datatype](own.buffer);
}

/** Binary data with the bytes of each element in the opposite order. */
export function swapped(bytes: Bytes, size: number): Bytes {
  return bytes.map((_, i) => bytes[i - (i % size) + size - 1 - (i % size)] ?? 0);
}

function texts(data: unknown, head: TensorHead): Uint8Array[] {
  if (!Array.isArray(data)) throw new TypeError(`${describeTensor(head)} needs a list`);
  return data.map((element, i) => {
    if (typeof element === 'string') return new TextEncoder().encode(element);
    if (tagOf(element) === 'Uint8Array') return element;
    throw new TypeError(`${describeTensor(head)} cannot hold ${String(element)} at ${i}`);
  });
}

function numbers(data: unknown, head: TensorHead & { datatype: FixedDatatype }): TypedArray {
  const { datatype } = head;
  const ownArray = arrays[datatype];
  const tag = tagOf(data);
  if (tag === ownArray.name) return data as TypedArray;
  if (tag !== undefined && tag === aliases[datatype]) {
    const { buffer, byteOffset, length } = data as Uint8Array<ArrayBuffer>;
    return new ownArray(buffer, byteOffset, length);
  }
  if (!Array.isArray(data)) {
    throw new TypeError(
      `${describeTensor(head)} needs a ${ownArray.name} or a list, not ${tag ?? typeof data}`,
    );
  }
  const elements = new ownArray(data.length);
  data.forEach((value: unknown, i) => {
    const element = elementOf(datatype, value);
    if (element !== undefined) elements[i] = element;
    const isHeld = element !== undefined && (datatype.startsWith('FP') || elements[i] === element);
    if (isHeld) return;
    throw new RangeError(`${describeTensor(head)} cannot hold ${String(value)} at ${i}`);
  });
  return elements;
}

/** The value as its array takes it; undefined when it is none of the datatype's. */
function elementOf(datatype: FixedDatatype, value: unknown): number | bigint | undefined {
  if (datatype.endsWith('INT64')) {
    return Number.isSafeInteger(value) ? BigInt(value as number) : bigintOr(value);
  }
  if (datatype === 'BOOL' && typeof value === 'boolean') return Number(value);
  if (typeof value !== 'number') return undefined;
  if (datatype === 'BOOL') return value === 0 || value === 1 ? value : undefined;
  if (datatype !== 'FP16') return value;
  return Number.isNaN(value) ? nan16 : toFloat16(value);
}

function bigintOr(value: unknown): bigint | undefined {
  return typeof value === 'bigint' ? value : undefined;
}

/** What kind of array something is, also of another realm. */
function tagOf(value: unknown): string | undefined {
  return ArrayBuffer.isView(value) ? (value as Uint8Array)[Symbol.toStringTag] : undefined;
}
