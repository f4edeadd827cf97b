import type { RequestedOutput } from './infer-request.ts';
import { dataOfBytes } from './json-data.ts';
import type { Tensor } from './tensor.ts';

/** What an answer says beside its tensors. */
export interface InferResponseHead {
  /** The name that was asked for. */
  readonly model_name: string;
  readonly model_version: string;
  readonly id: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** An answer's body. */
export interface InferResponseBody {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where its JSON ends; undefined when it is all JSON. */
  readonly headerLength: number | undefined;
}

/** An output of an answer, and how it is sent. */
export type AnsweredOutput = Tensor & Pick<RequestedOutput, 'isBinary'>;

/** Writes an answer: JSON, and behind it the data of the outputs that are binary. */
export function writeInferResponse(
  head: InferResponseHead,
  outputs: readonly AnsweredOutput[],
): InferResponseBody {
  const fields = Object.entries(head).map(([name, value]) => `"${name}":${JSON.stringify(value)}`);
  const json = `{${fields.join()},"outputs":[${outputs.map(outputJson).join()}]}`;
  const begin = new TextEncoder().encode(json);
  const binary = outputs.filter(({ isBinary }) => isBinary);
  if (binary.length === 0) return { bytes: begin, headerLength: undefined };
  const total = binary.reduce((sum, { bytes }) => sum + bytes.length, begin.length);
  const whole = new Uint8Array(total);
  whole.set(begin);
  let offset = begin.length;
  for (const { bytes } of binary) {
    whole.set(bytes, offset);
    offset += bytes.length;
  }
  return { bytes: whole, headerLength: begin.length };
}

function outputJson({ name, datatype, shape, bytes, isBinary }: AnsweredOutput): string {
  const head = JSON.stringify({ name, datatype, shape });
  const data = isBinary
    ? `"parameters":{"binary_data_size":${bytes.length}}`
    : `"data":${dataOfBytes({ datatype, bytes })}`;
  return `${head.slice(0, -1)},${data}}`;
}
