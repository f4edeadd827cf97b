import { headerLengthName } from '../../core/contract/header-length.ts';
import { maxBodyBytes } from '../../core/contract/limits.ts';
import { checkOptions, modelsOf } from '../api/check-options.ts';
import type { TensorClient, TensorClientOptions, TensorKind, TensorModel } from '../api/tensors.ts';
import { RacingClient, type Task } from '../race/racing-client.ts';
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
  return new RacingTensorClient(options, inference(model, models));
}

class RacingTensorClient extends RacingClient<TensorKind> implements TensorClient {
  readonly infer = this.request;
}

/** How tensors are sent and answered to. */
function inference(catalogue: string, models: readonly TensorModel[]): Task<TensorKind> {
  return {
    models,
    run: inferOnDevice,
    inputOf: (tensors, { outputs }) => ({ tensors: typedTensors(tensors), outputs }),
    open(request, service) {
      // Arrays that change later are sent as they are now.
      const upload = service && encodeTensors(request);
      return {
        call: request,
        async send(post) {
          const encoded = upload ?? encodeTensors(request);
          if (encoded.bytes > maxBodyBytes) throw new RequestTooLargeError(encoded.bytes);
          return await post(encoded);
        },
      };
    },
    callOf: ({ body, headerLength, outputs }) => ({
      path: `/v2/models/${encodeURIComponent(catalogue)}/infer`,
      headers: {
        'content-type': 'application/octet-stream',
        [headerLengthName]: String(headerLength),
      },
      body,
      read: (response) => readAnswer(response, outputs),
      faultOf: faultOfRead,
    }),
    contentOf: ({ outputs }) => ({ outputs }),
  };
}

/** A function alone is less accurate than any model, as far as anyone knows. */
function modelOf(given: TensorClientOptions['onDevice']): TensorModel | readonly TensorModel[] {
  return typeof given === 'function'
    ? { name: 'device', accuracyPct: 0, infer: given }
    : (given ?? []);
}
