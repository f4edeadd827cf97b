import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { FeedbackResponse } from '../../lib/core/contract/messages.ts';
import { ProblemError } from '../../lib/core/contract/problem.ts';
import { feedbackRequestSchema } from '../../lib/core/contract/schemas.ts';
import { feedbackPeriodMs, isSignedRequestId } from '../../lib/service/feedback/request-id.ts';
import { readJsonBody } from './json-body.ts';
import type { Service } from './service.ts';

/**
 * `POST /v1/feedback`: counts an answer as right or wrong, once.
 *
 * @throws {@link ProblemError} for a malformed body, an unknown model or request, and when the feedback could
 * not be stored
 */
export async function takeFeedback(
  service: Pick<Service, 'models' | 'secret' | 'ledger' | 'store'>,
  event: APIGatewayProxyEventV2,
): Promise<FeedbackResponse> {
  const { requestId, model: name, correct } = readJsonBody(event, feedbackRequestSchema);
  const model = service.models.find((served) => served.name === name);
  if (!model) throw new ProblemError('unknown-model', `the catalogue has no model "${name}"`);
  const secret = service.secret();
  if (!secret || !isSignedRequestId(requestId, name, Date.now(), secret)) {
    throw new ProblemError(
      'unknown-request',
      `no answer of "${name}" within the last day had this requestId`,
    );
  }

  const expiresAt = Math.ceil((Date.now() + 2 * feedbackPeriodMs) / 1000);
  if (!(await service.ledger.mark(requestId, expiresAt).catch(notRecorded))) {
    return { counted: false };
  }
  const { applied } = await service.store.record(model.profileKey, { kind: 'feedback', correct });
  if (applied === false) {
    await service.ledger.unmark(requestId).catch(notRecorded);
    return notRecorded();
  }
  return { counted: true };
}

function notRecorded(): never {
  throw new ProblemError('not-recorded', 'the feedback was not counted; send it again', {
    'retry-after': '1',
  });
}
