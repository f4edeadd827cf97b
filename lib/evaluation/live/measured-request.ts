import type { ClassifyError } from '../../client/api/errors.ts';
import { requestOutcome } from '../../client/api/outcome.ts';
import type { Classification, Race, RunState } from '../../client/api/types.ts';
import type { RequestResult } from './request-result.ts';

/** What was sent, and when. */
export interface SentRequest {
  readonly request: number;
  /** When it was due and when it started, in ms from the start of the run. */
  readonly dueMs: number;
  readonly startMs: number;
  /** Size of the upload; of the image, where nothing was uploaded. */
  readonly bytes: number;
  /** The measured way that it was sent by, where the client chose one. */
  readonly rung: string | undefined;
  readonly label: string;
}

/** A request that was sent to the running service, with its result. */
export interface MeasuredRequest extends SentRequest, RequestResult {
  readonly predicted: string | undefined;
  /** The model whose answer was used. */
  readonly model: string | undefined;
  /** How long after the SLA the client's timer fired, in ms; undefined where it did not. */
  readonly timerErrorMs: number | undefined;
  /** How long the device's model ran, in ms. */
  readonly deviceMs: number | undefined;
  readonly cloudState: RunState;
  readonly coldStart: boolean | undefined;
  /** Whether the server's T_input came from the client or was the default. */
  readonly inputSource: 'client' | 'default' | undefined;
  /** Why the cloud did not answer, where known. */
  readonly error: string | undefined;
}

/**
 * A request with its result.
 *
 * @param classification - the answer, or the error of `classify` when there was none
 * @param race - in its final state, with a late answer of the cloud
 */
export function measuredRequest(
  sent: SentRequest,
  classification: Classification | ClassifyError,
  race: Race,
): MeasuredRequest {
  const answer = classification instanceof Error ? undefined : classification;
  const { source, inTime, accuracyPct, correct } = requestOutcome(answer, sent.label);
  const { cloud, device } = race;
  const { answer: reply, endMs = Number.POSITIVE_INFINITY } = cloud;
  const timerErrorMs = answer?.timing.timerErrorMs ?? 0;
  return {
    ...sent,
    right: correct ? 1 : 0,
    ...{ accuracyPct, source, inTime },
    answerMs: answer?.timing.totalMs ?? Number.POSITIVE_INFINITY,
    isUploaded: cloud.state !== 'skipped',
    deviceRan: device?.startMs !== undefined,
    cloud: reply && {
      model: reply.model.name,
      inputMs: reply.timing.inputMs,
      serviceMs: reply.timing.serviceMs,
      totalMs: endMs,
    },
    predicted: answer?.predictions[0]?.label,
    model: answer?.model.name,
    timerErrorMs: timerErrorMs > 0 ? timerErrorMs : undefined,
    deviceMs:
      device?.state === 'answered' && device.startMs !== undefined && device.endMs !== undefined
        ? device.endMs - device.startMs
        : undefined,
    cloudState: cloud.state,
    coldStart: reply?.timing.coldStart,
    inputSource: reply?.timing.source,
    error: cloud.error instanceof Error ? cloud.error.message : undefined,
  };
}
