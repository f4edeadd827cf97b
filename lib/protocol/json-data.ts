import { ProblemError } from '../core/contract/problem.ts';
import { joinByteStrings, splitByteStrings } from './byte-strings.ts';
import { elementBytes, type FixedDatatype } from './datatypes.ts';
import { elementCodecs } from './elements.ts';
import type { Tensor } from './tensor.ts';
import { describeTensor, elementsOf, type TensorHead } from './tensor-head.ts';

/**
 * The binary data of a tensor whose elements JSON has: in one list, or nested as the shape says.
 *
 * @param options.isBase64 - elements of BYTES are base64, as MLServer's clients write them
 * @throws {@link ProblemError} `wrong-tensor-length` or `wrong-tensor-values`
 */
export function bytesOfData(
  data: unknown,
  head: TensorHead,
  { isBase64 = false }: { isBase64?: boolean } = {},
): Uint8Array<ArrayBuffer> {
  const values = flatten(data, head);
  const count = elementsOf(head.shape);
  if (values.length !== count) {
    throw new ProblemError(
      'wrong-tensor-length',
      `${describeTensor(head)} has ${count} elements, not ${values.length}`,
    );
  }
  const { datatype } = head;
  return datatype === 'BYTES'
    ? joinByteStrings(values.map((value) => byteString(value, head, isBase64)))
    : bytesOfValues(values, { ...head, datatype });
}

/** A tensor's elements as JSON, in one list. */
export function dataOfBytes({ datatype, bytes }: Pick<Tensor, 'datatype' | 'bytes'>): string {
  if (datatype === 'BYTES') {
    const decoder = new TextDecoder();
    return JSON.stringify(splitByteStrings(bytes).map((element) => decoder.decode(element)));
  }
  const size = elementBytes[datatype];
  const { read } = elementCodecs[datatype];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const values = Array.from({ length: bytes.length / size }, (_, i) => read(view, i * size));
  return `[${values.join()}]`;
}

function bytesOfValues(
  values: readonly unknown[],
  head: TensorHead & { datatype: FixedDatatype },
): Uint8Array<ArrayBuffer> {
  const size = elementBytes[head.datatype];
  const { takes, write, range } = elementCodecs[head.datatype];
  const bytes = new Uint8Array(values.length * size);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => {
    if (!takes(value)) throw wrongValue(head, i, value, `it holds ${range}`);
    write(view, i * size, value as number);
  });
  return bytes;
}

function byteString(value: unknown, head: TensorHead, isBase64: boolean): Uint8Array {
  if (typeof value !== 'string') throw wrongValue(head, undefined, value, 'it holds strings');
  if (!isBase64) return new TextEncoder().encode(value);
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(value) || value.length % 4 === 1) {
    throw wrongValue(head, undefined, value, 'it holds base64');
  }
  return Uint8Array.from(atob(value), (character) => character.charCodeAt(0));
}

function flatten(data: unknown, head: TensorHead): unknown[] {
  if (!Array.isArray(data)) {
    throw new ProblemError(
      'wrong-tensor-values',
      `the data of ${describeTensor(head)} must be a list`,
    );
  }
  if (!Array.isArray(data[0])) return data;
  const values: unknown[] = [];
  collect(data, 0, values, head);
  return values;
}

function collect(data: unknown, depth: number, values: unknown[], head: TensorHead): void {
  if (depth === head.shape.length) {
    values.push(data);
    return;
  }
  if (!Array.isArray(data) || data.length !== head.shape[depth]) {
    throw new ProblemError(
      'wrong-tensor-length',
      `the data of ${describeTensor(head)} is nested otherwise than its shape says`,
    );
  }
  for (const part of data) collect(part, depth + 1, values, head);
}

const longestQuote = 40;

function wrongValue(
  head: TensorHead,
  index: number | undefined,
  value: unknown,
  rule: string,
): ProblemError {
  const quote = (JSON.stringify(value) ?? String(value)).slice(0, longestQuote);
  const where = index === undefined ? 'has' : `has at ${index}`;
  return new ProblemError(
    'wrong-tensor-values',
    `${describeTensor(head)} ${where} ${quote}: ${rule}`,
  );
}
