import type { ClassifyError } from '../../client/errors.ts';
import { outcomeOf } from '../../client/outcome.ts';
import type { Classification, Race, RunState } from '../../client/types.ts';
import type { RequestResult } from './request-result.ts';

/** When a request was sent, and what. */
export interface SentRequest {
  readonly request: number;
  /** When it was due and when it started, in ms from the start of the run. */
  readonly dueMs: number;
  readonly startMs: number;
  readonly bytes: number;
  readonly label: string;
}

/** A request that was sent to the running service, and what became of it. */
export interface MeasuredRequest extends SentRequest, RequestResult {
  readonly predicted: string | undefined;
  /** The model whose answer was taken. */
  readonly model: string | undefined;
  /** How long after the SLA's end the client's timer went off, in ms; undefined where it did not. */
  readonly timerErrorMs: number | undefined;
  /** How long the device's model ran, in ms. */
  readonly deviceMs: number | undefined;
  readonly cloudState: RunState;
  readonly coldStart: boolean | undefined;
  /** Whether the server knew T_input from the client, or took its default. */
  readonly inputSource: 'client' | 'default' | undefined;
  /** Why the cloud did not answer, if it said. */
  readonly error: string | undefined;
}

/**
 * A request with its answer.
 *
 * @param classification - or the error of `classify`, when nobody answered
 * @param race - as it stood in the end, a late answer of the cloud included
 */
export function measuredRequest(
  sent: SentRequest,
  classification: Classification | ClassifyError,
  race: Race,
): MeasuredRequest {
  const answer = classification instanceof Error ? undefined : classification;
  const { source, inTime, accuracyPct, correct } = outcomeOf(answer, sent.label);
  const { cloud, device } = race;
  const { answer: reply, endMs = Number.POSITIVE_INFINITY } = cloud;
  const timerErrorMs = answer?.timing.timerErrorMs ?? 0;
  return {
    ...sent,
    right: correct ? 1 : 0,
    ...{ accuracyPct, source, inTime },
    answerMs: answer?.timing.totalMs ?? Number.POSITIVE_INFINITY,
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
