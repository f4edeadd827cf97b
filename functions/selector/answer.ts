import type { InferenceAnswer, InferenceEvent } from '../../lib/core/contract/inference-event.ts';
import { ProblemError } from '../../lib/core/contract/problem.ts';
import { NonFiniteOutputError } from '../../lib/core/preprocessing/errors.ts';
import { fastest, undominated } from '../../lib/core/selection/ranking.ts';
import { InvocationError, invokeModel } from '../../lib/service/inference/invoke.ts';
import { type CandidateParts, candidatesOf, type ServedCandidate } from './candidates.ts';
import type { Service } from './service.ts';

/** What {@link answerWith} works with. */
export type AnswerParts = CandidateParts &
  Pick<Service, 'lambda' | 'overheads' | 'store' | 'profiles' | 'telemetry' | 'open'>;

/** A model's answer and how it came about. */
export interface ModelAnswer {
  readonly model: ServedCandidate;
  readonly answer: Extract<InferenceAnswer, { status: 'ok' }>;
  readonly serviceMs: number;
  /** Models that were asked before and could not answer. */
  readonly failed: string[];
}

/**
 * Asks a model for its answer and, when it cannot give one, the fastest of the others, once.
 *
 * @throws {@link ProblemError} for a fault of the request (an image that cannot be decoded), `no-model-available`
 * or, when the last model gave NaN, `non-finite-output`
 */
export async function answerWith(
  service: AnswerParts,
  chosen: ServedCandidate,
  event: Omit<InferenceEvent, 'invokedEpochMs'>,
  failed: string[] = [],
): Promise<ModelAnswer> {
  const result = await ask(service, chosen, event);
  if (!(result instanceof Error)) return { model: chosen, ...result, failed };

  const { requestId } = event;
  service.telemetry.logger.warn('model could not answer', { error: result, requestId });
  service.telemetry.count('ModelFailed');
  const others = candidatesOf(service, await service.profiles.profiles()).filter(
    ({ name }) => name !== chosen.name,
  );
  if (failed.length > 0 || others.length === 0) {
    throw noAnswer(result);
  }
  return answerWith(service, fastest(undominated(others)), event, [chosen.name]);
}

/** An overloaded model may answer the next time; for one that gave NaN there is nothing to wait for. */
function noAnswer(last: Error): ProblemError {
  return last instanceof NonFiniteOutputError
    ? new ProblemError('non-finite-output', 'the models gave no valid output for this request')
    : new ProblemError('no-model-available', 'no model could answer; try again', {
        'retry-after': '1',
      });
}

async function ask(
  service: Pick<Service, 'lambda' | 'overheads' | 'store' | 'open'>,
  { functionName, profileKey, name }: ServedCandidate,
  event: Omit<InferenceEvent, 'invokedEpochMs'>,
): Promise<Pick<ModelAnswer, 'answer' | 'serviceMs'> | Error> {
  try {
    const { answer, serviceMs } = await invokeModel(service.lambda, functionName, event, {
      overheads: service.overheads,
    });
    if (answer.status === 'ok') return { answer, serviceMs };
    // The function has already counted this failure.
    if (answer.status === 'non-finite-output')
      return new NonFiniteOutputError(`${name}: ${answer.detail}`);
    throw new ProblemError(answer.status, answer.detail);
  } catch (error) {
    if (!(error instanceof InvocationError)) throw error;
    keepOpen(service, service.store.record(profileKey, { kind: 'failure' }));
    return error;
  }
}

function keepOpen({ open }: Pick<Service, 'open'>, update: Promise<unknown>): void {
  const entry = update.then(() => {
    open.delete(entry);
  });
  open.add(entry);
}
