import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { parseInferHeaders } from '../../lib/core/contract/headers.ts';
import type { InferResponse } from '../../lib/core/contract/messages.ts';
import { modelNameOf } from '../../lib/core/selection/sizes.ts';
import { addressOf } from './address.ts';
import { callerOf } from './caller.ts';
import { refuseLatencyOnly } from './candidates.ts';
import { type InferenceParts, runInference } from './inference.ts';
import { readPicture, rungOf } from './picture.ts';
import type { Service } from './service.ts';

/** What {@link infer} works with. */
export type InferParts = InferenceParts & Pick<Service, 'catalogue' | 'view' | 'decodeLimits'>;

/**
 * `POST /v1/infer`: has the models answer to a picture.
 *
 * @param receivedEpochMs - Unix ms at which the handler started: T_input ends here
 * @param ownStartMs - how long the request has waited for the selector's own start, in ms
 * @throws {@link ProblemError} for every invalid request, and when no model could answer
 */
export async function infer(
  service: InferParts,
  event: APIGatewayProxyEventV2,
  receivedEpochMs: number,
  ownStartMs = 0,
): Promise<InferResponse> {
  const startMs = performance.now();
  refuseLatencyOnly(service);
  const { view, uploadRung, ...deadline } = parseInferHeaders(event.headers);
  const { decoding, ...input } = readPicture(service, event, view);
  const { requestId, model, answer, timing, selection } = await runInference(service, {
    requestId: event.requestContext.requestId,
    caller: callerOf(event) ?? addressOf(event),
    arrival: { startMs, receivedEpochMs, ownStartMs },
    deadline,
    input,
    decoding,
    rung: rungOf(service, uploadRung),
  });
  return {
    requestId,
    model: { name: modelNameOf(model), version: model.version, accuracyPct: model.accuracyPct },
    predictions: answer.predictions,
    timing,
    selection,
  };
}
