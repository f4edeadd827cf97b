import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { parseInferHeaders } from '../../lib/core/contract/headers.ts';
import type { InferResponse } from '../../lib/core/contract/messages.ts';
import { modelNameOf } from '../../lib/core/selection/sizes.ts';
import { signRequestId } from '../../lib/service/feedback/request-id.ts';
import { addressOf } from './address.ts';
import { callerOf } from './caller.ts';
import { refuseLatencyOnly } from './candidates.ts';
import { type InferenceParts, runInference } from './inference.ts';
import { readPicture, rungOf } from './picture.ts';
import type { Service } from './service.ts';

/** What {@link infer} works with. */
export type InferParts = InferenceParts &
  Pick<Service, 'catalogue' | 'view' | 'decodeLimits' | 'secret'>;

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
  const { requestId } = event.requestContext;
  const { view, uploadRung, ...deadline } = parseInferHeaders(event.headers);
  const { decoding, ...input } = readPicture(service, event, view);
  const { model, answer, timing, selection } = await runInference(service, {
    requestId,
    caller: callerOf(event) ?? addressOf(event),
    arrival: { startMs, receivedEpochMs, ownStartMs },
    deadline,
    input,
    decoding,
    rung: rungOf(service, uploadRung),
  });
  const { value: secret } = service.secret;
  return {
    // Without the secret the answer is just as good, but takes no feedback.
    requestId: secret
      ? signRequestId(requestId, model.labelKey, receivedEpochMs, secret)
      : requestId,
    model: { name: modelNameOf(model), version: model.version, accuracyPct: model.accuracyPct },
    predictions: answer.predictions,
    timing,
    selection,
  };
}
