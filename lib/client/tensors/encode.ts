import type { TensorRequest } from '../api/tensors.ts';
import { bytesOfData } from './typed-data.ts';

/** A request's body: JSON of `headerLength` bytes, and binary data behind it. */
export interface EncodedTensors {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly headerLength: number;
}

/** Writes a request of the Open Inference Protocol: all tensors as binary data, both ways. */
export function encodeTensors({ tensors, outputs }: TensorRequest): EncodedTensors {
  const inputs = Object.entries(tensors).map(([name, tensor]) => ({
    name,
    datatype: tensor.datatype,
    shape: tensor.shape,
    bytes: bytesOfData(tensor),
  }));
  const json = JSON.stringify({
    parameters: { binary_data_output: true },
    inputs: inputs.map(({ bytes, ...head }) => ({
      ...head,
      parameters: { binary_data_size: bytes.length },
    })),
    outputs: outputs?.map((name) => ({ name })),
  });
  const head = asciiBytes(json);
  const body = joinBytes([head, ...inputs.map(({ bytes }) => bytes)]);
  return { body, headerLength: head.length };
}

/** JSON as bytes, whatever is not ASCII escaped: not everywhere is a TextEncoder. */
function asciiBytes(json: string): Uint8Array<ArrayBuffer> {
  const escaped = json.replaceAll(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return Uint8Array.from(escaped, (character) => character.charCodeAt(0));
}

/** Bytes one behind the other. */
export function joinBytes(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}
