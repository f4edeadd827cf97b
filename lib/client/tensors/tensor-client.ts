import { headerLengthName } from '../../core/contract/header-length.ts';
import { maxBodyBytes } from '../../core/contract/limits.ts';
import { checkOptions, modelsOf } from '../api/check-options.ts';
import type {
  TensorClient,
  TensorClientOptions,
  TensorKind,
  TensorModel,
  TensorRequest,
} from '../api/tensors.ts';
import type { UploadCall } from '../cloud/cloud.ts';
import { RacingClient } from '../race/racing-client.ts';
import { encodeTensors } from './encode.ts';
import { inferOnDevice } from './infer-on-device.ts';
import { faultOfRead, readAnswer } from './read-answer.ts';
import { RequestTooLargeError } from './request-too-large-error.ts';
import { typedTensors } from './typed-data.ts';

/**
 * Makes a client that asks the models of a catalogue by tensors. It does nothing before its first call.
 *
 * @throws TypeError or RangeError when an option is missing, misspelt or out of range
 *
 * @example
 * ```ts
 * import { createTensorClient } from '@mdinference/client/tensors';
 *
 * const client = createTensorClient({
 *   endpoint: 'https://abc123.execute-api.eu-central-1.amazonaws.com',
 *   model: 'digits',
 *   slaMs: 250,
 * });
 *
 * const audio = { datatype: 'FP32', shape: [1, 8000], data: new Float32Array(8_000) } as const;
 * const { outputs, source, timing } = await client.infer({ audio });
 * console.log(outputs.scores?.data, source, timing.totalMs);
 * client.close();
 * ```
 */
export function createTensorClient(options: TensorClientOptions): TensorClient {
  const { model, mode, onDevice } = options;
  const models = modelsOf({ mode, onDevice: modelOf(onDevice) });
  checkOptions(options, models, 'infer');
  if (typeof model !== 'string' || model === '') throw new TypeError('model must name a catalogue');
  const client = new RacingClient<TensorKind>({
    ...options,
    models,
    run: inferOnDevice,
    inputOf: (tensors, { outputs }) => ({ tensors: typedTensors(tensors), outputs }),
    plain: (request) => uploadOf(request, model),
    content: 'outputs',
  });
  return {
    infer: (tensors, asked) => client.classify(tensors, asked),
    prepare: (asked) => client.prepare(asked),
    statistics: () => client.statistics(),
    close: () => client.close(),
  };
}

/** What is sent to a catalogue's models. */
function uploadOf(
  request: TensorRequest,
  catalogue: string,
): TensorKind['upload'] & Omit<UploadCall, 'endMs' | 'signal'> {
  const { body, headerLength } = encodeTensors(request);
  if (body.length > maxBodyBytes) throw new RequestTooLargeError(body.length);
  return {
    path: `/v2/models/${encodeURIComponent(catalogue)}/infer`,
    contentType: 'application/octet-stream',
    headers: { [headerLengthName]: String(headerLength) },
    image: body,
    bytes: body.length,
    read: (response) => readAnswer(response, request.outputs),
    faultOf: faultOfRead,
  };
}

/** A function alone is less accurate than any model, as far as anyone knows. */
function modelOf(given: TensorClientOptions['onDevice']): TensorModel | readonly TensorModel[] {
  return typeof given === 'function'
    ? { name: 'device', accuracyPct: 0, infer: given }
    : (given ?? []);
}
