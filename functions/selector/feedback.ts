import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { FeedbackResponse } from '../../lib/core/contract/messages.ts';
import { ProblemError } from '../../lib/core/contract/problem.ts';
import { feedbackRequestSchema } from '../../lib/core/contract/schemas.ts';
import { modelNameOf } from '../../lib/core/selection/sizes.ts';
import { callerBucket } from '../../lib/service/feedback/caller-bucket.ts';
import {
  feedbackPeriodMs,
  hasFormOfRequestId,
  isSignedRequestId,
} from '../../lib/service/feedback/request-id.ts';
import { secretPauseMs } from '../../lib/service/feedback/secret.ts';
import { callerOf } from './caller.ts';
import { readJsonBody } from './json-body.ts';
import type { Service } from './service.ts';

/** How long feedback waits for the secret of a selector that has just started, in ms. */
const secretWaitMs = 2_000;

/**
 * `POST /v1/feedback`: counts an answer as right or wrong, once.
 *
 * @throws {@link ProblemError} for a malformed body, an unknown model or request, where no feedback is taken,
 * and when it could not be checked or stored
 */
export async function takeFeedback(
  service: Pick<Service, 'models' | 'feedback' | 'secret' | 'ledger' | 'store'>,
  event: APIGatewayProxyEventV2,
): Promise<FeedbackResponse> {
  if (service.feedback === 'off') {
    throw new ProblemError('feedback-off', 'this deployment takes no feedback');
  }
  const { requestId, model: name, correct } = readJsonBody(event, feedbackRequestSchema);
  const model = service.models.find((served) => modelNameOf(served) === name);
  if (!model) throw new ProblemError('unknown-model', `the catalogue has no model "${name}"`);
  if (!hasFormOfRequestId(requestId)) throw unknownRequest(name);
  const secret = await service.secret.within(secretWaitMs);
  if (!secret) return notRecorded(secretPauseMs);
  if (!isSignedRequestId(requestId, model.labelKey, Date.now(), secret)) {
    throw unknownRequest(name);
  }

  const expiresAt = Math.ceil((Date.now() + 2 * feedbackPeriodMs) / 1000);
  if (!(await service.ledger.mark(requestId, expiresAt).catch(() => notRecorded()))) {
    return { counted: false };
  }
  // Those whom the gateway does not know are one caller, all together.
  const label = { bucket: callerBucket(callerOf(event) ?? '', secret), correct };
  const { applied } = await service.store.label(model.labelKey, label);
  if (applied === false) {
    await service.ledger.unmark(requestId).catch(() => notRecorded());
    return notRecorded();
  }
  return { counted: true };
}

function unknownRequest(model: string): ProblemError {
  return new ProblemError(
    'unknown-request',
    `no answer of "${model}" as it is now had this requestId within the last day`,
  );
}

function notRecorded(retryMs = 1_000): never {
  throw new ProblemError('not-recorded', 'the feedback was not counted; send it again', {
    'retry-after': String(Math.ceil(retryMs / 1000)),
  });
}
