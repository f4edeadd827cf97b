import { z } from 'zod';
import { firstIssue } from '../core/contract/first-issue.ts';
import { tensorInferRequestSchema } from '../core/contract/open-inference.ts';
import { ProblemError } from '../core/contract/problem.ts';
import { bytesOfData } from './json-data.ts';
import { checkLength, type Tensor } from './tensor.ts';

/** An output that a request asks for, and how. */
export interface RequestedOutput {
  readonly name: string;
  /** As binary data behind the JSON; in the JSON otherwise. */
  readonly isBinary: boolean;
  /** Instead of the scores, the best so many of them with their labels: `value:index:label`. */
  readonly classification?: number | undefined;
}

/** A request for an inference. */
export interface InferRequest {
  /** Echoed in the answer. */
  readonly id?: string | undefined;
  readonly inputs: readonly Tensor[];
  /**
   * The outputs that are asked for.
   *
   * @default - all of them
   */
  readonly outputs?: readonly RequestedOutput[] | undefined;
  /** Whether outputs that say nothing themselves are binary data. */
  readonly isBinary: boolean;
  /** T_sla in ms, by the parameters `mdi_sla_ms` or `timeout`. */
  readonly slaMs?: number | undefined;
  /** Unix ms on the server's clock at which the upload began. */
  readonly uploadStartMs?: number | undefined;
}

/** The parameters of a request that are this service's or Triton's. */
const requestParametersSchema = z.object({
  /** T_sla in microseconds, as Triton has it. */
  timeout: z.number().positive().optional(),
  mdi_sla_ms: z.number().positive().optional(),
  mdi_upload_start_ms: z.number().min(0).optional(),
  binary_data_output: z.boolean().optional(),
});

type Parameters = Readonly<Record<string, unknown>> | undefined;

/**
 * Reads a request's body: JSON, and behind it the binary data of tensors that have some.
 *
 * @param headerLength - `Inference-Header-Content-Length`; without it, all of the body is JSON
 * @throws {@link ProblemError} `empty-body`, `bad-request`, `bad-header`, `wrong-tensor-length` or `wrong-tensor-values`
 */
export function parseInferRequest(
  body: Uint8Array<ArrayBuffer>,
  headerLength: string | undefined,
): InferRequest {
  if (body.length === 0) throw new ProblemError('empty-body', 'the body must hold a request');
  const jsonLength = jsonLengthOf(body, headerLength);
  const { data: json, error } = tensorInferRequestSchema.safeParse(
    parseJson(body.subarray(0, jsonLength)),
  );
  if (error) throw badRequest(firstIssue(error, { field: 'field', whole: 'the body' }));
  const binary = new BinaryData(body.subarray(jsonLength));
  const inputs = json.inputs.map(({ parameters, data, ...head }) => {
    refuseSharedMemory(parameters, head.name);
    const size = parameters?.binary_data_size;
    const bytes =
      size === undefined
        ? bytesOfData(data, head, { isBase64: parameters?.content_type === 'base64' })
        : binary.next(size, head.name);
    const tensor = { ...head, bytes };
    checkLength(tensor);
    return tensor;
  });
  binary.end();
  refuseTwice(inputs, 'input');
  const own = ownParameters(json.parameters);
  const isBinary = own.binary_data_output ?? false;
  const outputs = json.outputs?.map((output) => requestedOutput(output, isBinary));
  if (outputs) refuseTwice(outputs, 'output');
  return {
    id: json.id,
    inputs,
    // tritonclient sends an empty list for all.
    outputs: outputs?.length ? outputs : undefined,
    isBinary,
    slaMs: own.mdi_sla_ms ?? (own.timeout === undefined ? undefined : own.timeout / 1_000),
    uploadStartMs: own.mdi_upload_start_ms,
  };
}

function jsonLengthOf(body: Uint8Array, headerLength: string | undefined): number {
  if (headerLength === undefined) return body.length;
  const length = Number(headerLength);
  if (/^\d+$/.test(headerLength) && length <= body.length) return length;
  throw new ProblemError(
    'bad-header',
    `inference-header-content-length must be a number of bytes up to ${body.length}, those of the body, not ${headerLength}`,
  );
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw badRequest(`the body is not JSON: ${(error as Error).message}`);
  }
}

/** The binary data behind the JSON, which tensors take from in their order. */
class BinaryData {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  #offset = 0;

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.#bytes = bytes;
  }

  next(size: unknown, name: string): Uint8Array<ArrayBuffer> {
    const start = this.#offset;
    const left = this.#bytes.length - start;
    if (typeof size !== 'number' || !Number.isInteger(size) || size < 0 || size > left) {
      throw new ProblemError(
        'wrong-tensor-length',
        `binary_data_size of "${name}" is ${String(size)}, but there are ${left} bytes of binary data left for it`,
      );
    }
    this.#offset += size;
    return this.#bytes.subarray(start, this.#offset);
  }

  end(): void {
    const left = this.#bytes.length - this.#offset;
    if (left === 0) return;
    throw new ProblemError(
      'wrong-tensor-length',
      `${left} bytes of binary data belong to no input (binary_data_size)`,
    );
  }
}

function requestedOutput(
  { name, parameters }: { name: string; parameters?: Parameters },
  isBinaryByDefault: boolean,
): RequestedOutput {
  refuseSharedMemory(parameters, name);
  const { binary_data: isBinary = isBinaryByDefault, classification } = parameters ?? {};
  if (typeof isBinary !== 'boolean') {
    throw badRequest(`binary_data of the output "${name}" must be true or false`);
  }
  if (classification !== undefined && !isCount(classification)) {
    throw badRequest(`classification of the output "${name}" must be a number of labels`);
  }
  return { name, isBinary, classification };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1;
}

function ownParameters(parameters: Parameters) {
  const { data, error } = requestParametersSchema.safeParse(parameters ?? {});
  if (error) throw badRequest(firstIssue(error, { field: 'parameter', whole: 'parameters' }));
  return data;
}

function refuseSharedMemory(parameters: Parameters, name: string): void {
  if (parameters?.shared_memory_region === undefined) return;
  throw badRequest(
    `"${name}" lies in shared memory, of which this service has none: send its data`,
  );
}

function refuseTwice(named: readonly { readonly name: string }[], what: string): void {
  const twice = named.find(({ name }, i) => named.findIndex((it) => it.name === name) < i);
  if (twice) throw badRequest(`the ${what} "${twice.name}" is there twice`);
}

function badRequest(detail: string): ProblemError {
  return new ProblemError('bad-request', detail);
}
