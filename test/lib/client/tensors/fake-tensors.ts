import type { Fetch } from '../../../../lib/client/api/fetch.ts';
import type { TensorClient, TensorClientOptions } from '../../../../lib/client/api/tensors.ts';
import { createTensorClient } from '../../../../lib/client/tensors/tensor-client.ts';
import type { InferResponse } from '../../../../lib/core/contract/messages.ts';
import {
  type AnsweredOutput,
  writeInferResponse,
} from '../../../../lib/protocol/infer-response.ts';
import type { FakeService } from '../fake-service.ts';
import { fakeTimers } from '../running-client.ts';

/** The tensors that tests ask with. */
export const tensors = {
  audio: { datatype: 'FP32', shape: [1, 4], data: new Float32Array([0.5, -1, 0, 2]) },
} as const;

/** The scores that the fake service gives. */
export const scores: AnsweredOutput = {
  ...{ name: 'scores', datatype: 'FP32', shape: [1, 2], isBinary: true },
  bytes: new Uint8Array(new Float32Array([0.25, 0.75]).buffer),
};

/** What the service answers by tensors where it would by predictions. */
export function tensorAnswer(
  { requestId, model, timing, selection }: InferResponse,
  outputs: readonly AnsweredOutput[] = [scores],
): { readonly bytes: Uint8Array<ArrayBuffer>; readonly headerLength: number | undefined } {
  return writeInferResponse(
    {
      ...{ model_name: 'digits', model_version: model.name, id: '' },
      parameters: {
        mdi_model: model.name,
        mdi_model_version: model.version,
        mdi_accuracy_pct: model.accuracyPct,
        mdi_base_model: selection.baseModel,
        mdi_sla_ms: timing.slaMs,
        mdi_network_ms: timing.networkMs,
        mdi_budget_ms: timing.budgetMs,
        mdi_service_ms: timing.serviceMs,
        mdi_server_ms: timing.serverMs,
        mdi_cold_start: timing.coldStart,
        mdi_request_id: requestId,
      },
    },
    outputs,
  );
}

/** The fake service as one of tensors: of the catalogue `digits`, by the Open Inference Protocol. */
export function tensorFetch(service: FakeService): Fetch {
  return async (url, init) => {
    if (!url.endsWith('/v2/models/digits/infer')) return await service.fetch(url, init);
    const response = await service.fetch(new URL('/v1/infer', url).href, init);
    const { status = 200, body, stalls } = service.infer;
    if (status !== 200 || body !== undefined || stalls) {
      const blob = async () => fakeBlob(new TextEncoder().encode(await response.text()));
      return Object.assign(response, { blob });
    }
    const { bytes, headerLength } = tensorAnswer(JSON.parse(await response.text()));
    response.headers.set('inference-header-content-length', String(headerLength));
    return Object.assign(response, { blob: async () => fakeBlob(bytes) });
  };
}

/** A real Blob is read in real time, which fake timers do not wait for. */
function fakeBlob(bytes: Uint8Array<ArrayBuffer>): Blob {
  return { size: bytes.length, arrayBuffer: async () => bytes.buffer } as unknown as Blob;
}

/** A client of the fake service. */
export function tensorClient(
  service: FakeService,
  options: Partial<TensorClientOptions> = {},
): TensorClient {
  return createTensorClient({
    ...{ endpoint: 'https://service.example/', model: 'digits', slaMs: 250 },
    fetch: tensorFetch(service),
    time: fakeTimers,
    ...options,
  });
}

/** A function on the device that takes so long, and gives these scores. */
export function deviceFunction(runMs: number, data: number[] = [1, 0]) {
  return async (_: unknown, { signal }: { readonly signal: AbortSignal }) => {
    await new Promise<void>((resolve, reject) => {
      setTimeout(resolve, runMs);
      signal.addEventListener('abort', () => reject(signal.reason));
    });
    return { scores: { datatype: 'FP32', shape: [1, 2], data } as const };
  };
}
