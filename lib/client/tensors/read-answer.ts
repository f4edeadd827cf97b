import { headerLengthName } from '../../core/contract/header-length.ts';
import { elementsOf } from '../../protocol/tensor-head.ts';
import type { TensorCloudAnswer, TypedTensor, TypedTensors } from '../api/tensors.ts';
import { faultOfHead } from '../cloud/answer.ts';
import { blobBytes } from '../cloud/blob-bytes.ts';
import { readJson } from '../cloud/http.ts';
import { joinBytes } from './encode.ts';
import { dataOfBytes, isDatatype, isShape } from './typed-data.ts';

/** What no answer of the service exceeds, in bytes: Lambda ends at 6 MB. */
const longestAnswer = 2 ** 24;
const longestHead = 100_000;

/** The bytes behind the JSON, with what the JSON says of them. */
interface Binary {
  readonly outputs: unknown;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * Reads an answer of `POST /v2/models/.../infer`.
 *
 * @param wanted - names of the outputs that were asked for; absent for all
 * @returns the answer, what is wrong with it as a text, or the JSON of an error
 */
export async function readAnswer(
  response: Response,
  wanted: readonly string[] = [],
): Promise<unknown> {
  if (!response.ok) return await readJson(response);
  const bytes = await bytesOf(response);
  if (!bytes) return `it is longer than ${longestAnswer} bytes`;
  const told = response.headers.get(headerLengthName);
  const headLength = Number(told ?? Number.NaN);
  if (!(headLength <= Math.min(longestHead, bytes.length))) return `${headerLengthName}: ${told}`;
  const head = jsonOf(bytes.subarray(0, headLength));
  if (!head) return 'JSON';
  const answer = { ...headOf(head), outputs: {} };
  const fault = faultOfHead(answer);
  if (fault) return fault;
  const outputs = outputsOf({ outputs: head.outputs, bytes: bytes.subarray(headLength) });
  if (typeof outputs === 'string') return outputs;
  const missing = wanted.find((name) => !Object.hasOwn(outputs, name));
  return missing === undefined ? { ...answer, outputs } : `the output "${missing}" is missing`;
}

/** What is wrong with what {@link readAnswer} has read; undefined when nothing is. */
export function faultOfRead(read: unknown): string | undefined {
  return typeof read === 'string' ? read : undefined;
}

/** What an answer's parameters say, in the words of the service's own API. */
function headOf({ parameters }: Head): Omit<TensorCloudAnswer, 'outputs'> {
  const of = <T>(name: string) => parameters?.[`mdi_${name}`] as T;
  const networkMs = of<number>('network_ms');
  return {
    requestId: of('request_id'),
    model: { name: of('model'), version: of('model_version'), accuracyPct: of('accuracy_pct') },
    timing: {
      slaMs: of('sla_ms'),
      inputMs: networkMs / 2,
      networkMs,
      budgetMs: of('budget_ms'),
      serviceMs: of('service_ms'),
      serverMs: of('server_ms'),
      coldStart: of('cold_start'),
    },
    selection: { baseModel: of('base_model') },
  };
}

/** The outputs by their names; what is wrong with them as a text. */
function outputsOf({ outputs, bytes }: Binary): TypedTensors | string {
  if (!Array.isArray(outputs)) return 'outputs';
  const tensors = new Map<string, TypedTensor>();
  let offset = 0;
  for (const [i, output] of outputs.entries()) {
    const { name, datatype, shape, parameters } = output ?? {};
    const isNew = typeof name === 'string' && !tensors.has(name);
    if (!isNew || !isDatatype(datatype) || !isShape(shape)) return `outputs[${i}]`;
    const size = parameters?.binary_data_size;
    const end = offset + size;
    if (!Number.isSafeInteger(size) || size < 0 || end > bytes.length) {
      return `binary_data_size of "${name}"`;
    }
    const data = dataOfBytes(datatype, bytes.subarray(offset, end));
    if (data?.length !== elementsOf(shape)) return `the data of "${name}"`;
    tensors.set(name, { datatype, shape, data } as TypedTensor);
    offset = end;
  }
  const left = bytes.length - offset;
  return left > 0 ? `${left} bytes belong to no output` : Object.fromEntries(tensors);
}

interface Head {
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly outputs?: unknown;
}

/** An object as JSON in UTF-8; undefined when it is none. Not everywhere is a TextDecoder. */
function jsonOf(bytes: Uint8Array): Head | undefined {
  const hex = Array.from(bytes, (byte) => `%${byte.toString(16).padStart(2, '0')}`);
  try {
    return Object(JSON.parse(decodeURIComponent(hex.join(''))));
  } catch {
    return undefined;
  }
}

/** A body's bytes; undefined when they are too many, of which no more are read. */
async function bytesOf(response: Response): Promise<Uint8Array<ArrayBuffer> | undefined> {
  // React Native reads nothing in parts.
  const reader = response.body?.getReader?.();
  if (!reader) {
    const whole = new Uint8Array(await blobBytes(await response.blob()));
    return whole.length > longestAnswer ? undefined : whole;
  }
  const parts: Uint8Array[] = [];
  for (let length = 0; ; ) {
    const { done, value } = await reader.read();
    if (done) return joinBytes(parts);
    length += value.length;
    if (length > longestAnswer) {
      await reader.cancel();
      return undefined;
    }
    parts.push(value);
  }
}
