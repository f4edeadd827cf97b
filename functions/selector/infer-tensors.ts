import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { tensorContentType } from '../../lib/core/contract/body.ts';
import { headerLengthName } from '../../lib/core/contract/header-length.ts';
import { parseInferHeaders } from '../../lib/core/contract/headers.ts';
import { maxSlaMs, minSlaMs } from '../../lib/core/contract/limits.ts';
import { ProblemError } from '../../lib/core/contract/problem.ts';
import { modelNameOf } from '../../lib/core/selection/sizes.ts';
import { joinByteStrings, splitByteStrings } from '../../lib/protocol/byte-strings.ts';
import { classify } from '../../lib/protocol/classification.ts';
import {
  type InferRequest,
  parseInferRequest,
  type RequestedOutput,
} from '../../lib/protocol/infer-request.ts';
import { type AnsweredOutput, writeInferResponse } from '../../lib/protocol/infer-response.ts';
import { checkInputs, checkRequestedOutputs } from '../../lib/protocol/interface.ts';
import type { Tensor } from '../../lib/protocol/tensor.ts';
import { addressOf } from './address.ts';
import { callerOf } from './caller.ts';
import { noDecoding, refuseLatencyOnly } from './candidates.ts';
import { imageInput, interfaceOf, labelOutput, scoresOutput } from './catalogue-tensors.ts';
import type { InferParts } from './infer.ts';
import { type Inference, runInference } from './inference.ts';
import { type Picture, readPicture, rungOf } from './picture.ts';
import { bytesOfBody } from './tensor-request-body.ts';

/** What is asked of which models. */
export interface AskedModel {
  /** As the path names it. */
  readonly catalogue: string;
  /** The one model that may answer; any of the catalogue's otherwise. */
  readonly model?: string | undefined;
}

/**
 * `POST /v2/models/{catalogue}/infer`: has the models answer to tensors.
 *
 * @param receivedEpochMs - Unix ms at which the handler started: T_input ends here
 * @param ownStartMs - how long the request has waited for the selector's own start, in ms
 * @throws {@link ProblemError} for every invalid request, and when no model could answer
 */
export async function inferTensors(
  service: InferParts,
  event: APIGatewayProxyEventV2,
  asked: AskedModel,
  { receivedEpochMs, ownStartMs = 0 }: { receivedEpochMs: number; ownStartMs?: number | undefined },
): Promise<APIGatewayProxyStructuredResultV2> {
  const startMs = performance.now();
  refuseLatencyOnly(service);
  const { view, uploadRung, ...headers } = parseInferHeaders(event.headers);
  const request = parseInferRequest(await bytesOfBody(event), event.headers[headerLengthName]);
  const { outputs } = interfaceOf(service.catalogue);
  checkRequestedOutputs(request.outputs ?? [], outputs);
  const { decoding, ...input } = readInput(service, request, view);
  const inference = await runInference(service, {
    requestId: event.requestContext.requestId,
    caller: callerOf(event) ?? addressOf(event),
    arrival: { startMs, receivedEpochMs, ownStartMs },
    deadline: deadlineOf(headers, request),
    input: { ...input, wantsScores: true },
    decoding,
    rung: rungOf(service, uploadRung),
    member: asked.model,
  });
  const wanted =
    request.outputs ?? outputs.map(({ name }) => ({ name, isBinary: request.isBinary }));
  const tensors = outputsOf(service, inference);
  const { bytes, headerLength } = writeInferResponse(
    {
      model_name: asked.catalogue,
      model_version: modelNameOf(inference.model),
      id: request.id ?? '',
      parameters: parametersOf(inference),
    },
    wanted.map((output) => answered(output, tensors, service.catalogue.labels)),
  );
  return {
    statusCode: 200,
    headers: {
      'content-type': headerLength === undefined ? 'application/json' : tensorContentType,
      'cache-control': 'no-store',
      ...(headerLength !== undefined && { [headerLengthName]: String(headerLength) }),
    },
    // Binary data passes the gateway in base64 alone.
    ...(headerLength === undefined
      ? { body: Buffer.from(bytes).toString() }
      : { body: Buffer.from(bytes).toString('base64'), isBase64Encoded: true }),
  };
}

/** What the body says of its deadline goes before the headers, which a proxy may have set. */
function deadlineOf(
  headers: Omit<ReturnType<typeof parseInferHeaders>, 'view' | 'uploadRung'>,
  { slaMs = headers.slaMs, uploadStartMs = headers.uploadStartMs }: InferRequest,
) {
  if (slaMs !== undefined && (slaMs < minSlaMs || slaMs > maxSlaMs)) {
    throw new ProblemError(
      'bad-request',
      `the deadline must be from ${minSlaMs} to ${maxSlaMs} ms, not ${slaMs} ms`,
    );
  }
  return { ...headers, slaMs, uploadStartMs };
}

/** A picture is one element of BYTES; otherwise it is the raw input. */
function readInput(
  service: InferParts,
  { inputs }: InferRequest,
  view: string | undefined,
): Picture {
  const [first] = inputs;
  if (inputs.length === 1 && first?.name === imageInput && first.datatype === 'BYTES') {
    const [picture, ...more] = splitByteStrings(first.bytes);
    if (!picture || more.length > 0) {
      throw new ProblemError(
        'wrong-tensor',
        `the input "${imageInput}" of BYTES must hold one picture, not ${more.length + (picture ? 1 : 0)}`,
      );
    }
    return readPicture(service, asBody(picture), view);
  }
  checkInputs(inputs, interfaceOf(service.catalogue).inputs);
  const raw = Buffer.from((first as Tensor).bytes).toString('base64');
  return { contentType: tensorContentType, body: raw, decoding: noDecoding };
}

function asBody(picture: Uint8Array): Parameters<typeof readPicture>[1] {
  const body = Buffer.from(picture).toString('base64');
  return { body, isBase64Encoded: true, headers: {} };
}

function outputsOf(
  { catalogue: { labels } }: Pick<InferParts, 'catalogue'>,
  { answer }: Inference,
): ReadonlyMap<string, Tensor> {
  const bytes = Uint8Array.from(Buffer.from(answer.scores ?? '', 'base64'));
  const best = new TextEncoder().encode(answer.predictions[0]?.label);
  const tensors: Tensor[] = [
    { name: scoresOutput, datatype: 'FP32', shape: [1, labels.length], bytes },
    { name: labelOutput, datatype: 'BYTES', shape: [1, 1], bytes: joinByteStrings([best]) },
  ];
  return new Map(tensors.map((tensor) => [tensor.name, tensor]));
}

function answered(
  { name, isBinary, classification }: RequestedOutput,
  tensors: ReadonlyMap<string, Tensor>,
  labels: readonly string[],
): AnsweredOutput {
  const tensor = tensors.get(name) as Tensor;
  const output = classification === undefined ? tensor : classify(tensor, classification, labels);
  return { ...output, isBinary };
}

/** What ran, and how the time went; the protocol's parameters are texts, numbers and booleans. */
function parametersOf({
  requestId,
  model,
  timing,
  selection,
}: Inference): Record<string, string | number | boolean> {
  return {
    mdi_model: modelNameOf(model),
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
  };
}
